import type { Device } from "../devices.js";

/** What it takes to switch a device on and load its bitstream. */
export interface SwitchingOn {
  readonly millijoules: number;
  readonly seconds: number;
  readonly source: string;
}

const known: Readonly<Record<string, SwitchingOn>> = {
  // The paper's abstract: idling is better for periods up to 499.06 ms; 11.85 mJ are left of the configuration's energy. Its time is not taken over.
  xc7s15: { millijoules: 11.85, seconds: 0, source: "arXiv 2407.12027, fastest configuration, its time not counted" },
  // 46 nAh from the core's and the flash's supply; at most 3.3 V.
  ice40up5k: { millijoules: 0.55, seconds: 0.07, source: "46 nAh and 70 ms: github.com/tinyvision-ai-inc/ice40_power" },
};

/** What is known of switching the device on; null: nothing. */
export function switchingOn({ name }: Pick<Device, "name">): SwitchingOn | null {
  return Object.hasOwn(known, name) ? (known[name] ?? null) : null;
}
