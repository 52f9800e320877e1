import type { Device } from "../devices.js";
import { type EnergyUnit, unitsFrom } from "./units.js";

/** Energy of a unit and where the figure is from; docs/power.md has the derivations. */
export interface Coefficient {
  readonly picojoules: number;
  readonly source: string;
}

/** What is known of a family's dynamic power. */
export interface PowerTechnology {
  readonly coefficients: Readonly<Record<EnergyUnit, Coefficient>>;
  /** Dynamic energy lies between these multiples of what the coefficients say. */
  readonly band: readonly [low: number, high: number];
  /** What the coefficients are fitted to; null: to no measurement of a design of ours, so that estimates are labelled "uncalibrated". */
  readonly calibration: string | null;
}

const PUBLIC_REPORTS = "six public Vivado power reports of routed Spartan-7 and Artix-7 designs (docs/power.md)";
const NETS =
  "energies of nets and LUTs from public Vivado reports, times nets of a synthesised netlist (docs/power.md)";

/** 7 series at 1.0 V. */
const xc7: PowerTechnology = {
  coefficients: {
    clock: { picojoules: 10, source: PUBLIC_REPORTS },
    clockedFf: { picojoules: 0.02, source: PUBLIC_REPORTS },
    register: { picojoules: 0.24, source: NETS },
    logic: { picojoules: 0.24, source: NETS },
    memory: { picojoules: 0.21, source: NETS },
    blockClock: { picojoules: 2.3, source: PUBLIC_REPORTS },
    block: { picojoules: 0.5, source: PUBLIC_REPORTS },
    dspClock: { picojoules: 1.5, source: PUBLIC_REPORTS },
    dsp: { picojoules: 1, source: PUBLIC_REPORTS },
  },
  band: [0.5, 1.7],
  calibration: null,
};

const MEASURED = "measured on a UP5K at 1.22 V (github.com/tinyvision-ai-inc/ice40_power)";
const LIKE_LOGIC = "assumed: no measurement is known";

/** iCE40 UltraPlus at 1.2 V. */
const ice40: PowerTechnology = {
  coefficients: {
    clock: { picojoules: 52, source: MEASURED },
    clockedFf: { picojoules: 0.014, source: MEASURED },
    register: { picojoules: 0.15, source: LIKE_LOGIC },
    logic: { picojoules: 0.3, source: `between a net and a product of LUTs: ${MEASURED}` },
    memory: { picojoules: 0.15, source: LIKE_LOGIC },
    blockClock: { picojoules: 1, source: LIKE_LOGIC },
    block: { picojoules: 0.5, source: LIKE_LOGIC },
    dspClock: { picojoules: 1, source: LIKE_LOGIC },
    dsp: { picojoules: 3, source: `an 8 x 8 product in a DSP takes 24 pJ: ${MEASURED}` },
  },
  band: [0.4, 2.5],
  calibration: null,
};

const technologies: Readonly<Record<Device["family"], PowerTechnology>> = { xc7, ice40 };

/** What is known of the device's family without a calibration. */
export function powerTechnology({ family }: Pick<Device, "family">): PowerTechnology {
  return technologies[family];
}

/** A power in mW that may lie anywhere in a band. */
export interface StaticPower {
  readonly milliwatts: number;
  readonly low: number;
  readonly high: number;
  /** Where it is from. */
  readonly basis: string;
}

/** Typical parts at room temperature spread about so much around a data sheet's figure. */
const TYPICAL = 0.2;

/** Power of the configured device whose clock stands still. */
export function staticPowerOf(device: Device): StaticPower {
  const { staticPower } = device;
  if ("milliwatts" in staticPower) {
    const { milliwatts, source } = staticPower;
    return { milliwatts, low: milliwatts * (1 - TYPICAL), high: milliwatts * (1 + TYPICAL), basis: source };
  }
  const hasConverter = !WITHOUT_CONVERTER.includes(device.name);
  return hasConverter
    ? {
        milliwatts: 72,
        low: 40,
        high: 110,
        basis: "assumed: Vivado's reports of the XC7S50 at 26 degrees C (docs/power.md)",
      }
    : { milliwatts: 30, low: 20, high: 60, basis: "assumed: an XC7S50 without its converter's supply (docs/power.md)" };
}

/** Devices of the 7 series without the analogue converter, whose supply alone takes 36 mW of an XC7S50. */
const WITHOUT_CONVERTER: readonly string[] = ["xc7s6", "xc7s15"];

/** Static power that somebody has measured or wants to assume. */
export function givenStaticPower(milliwatts: number): StaticPower {
  return { milliwatts, low: milliwatts, high: milliwatts, basis: "given" };
}

/** The energies alone, in pJ. */
export function picojoulesOf({ coefficients }: PowerTechnology): Record<EnergyUnit, number> {
  return unitsFrom((unit) => coefficients[unit].picojoules);
}
