import type { BenchOptions } from "../common/options.js";
import { deviceNames } from "./draw.js";

/** How many designs of each kind. */
interface Counts {
  readonly uniform: number;
  readonly mixed: number;
}

const MOST = 10_000;

/** What `--designs`, `--mixed` and `--device` ask for. */
export function wantedDesigns(options: BenchOptions, usual: Readonly<Record<"full" | "quick", Counts>>) {
  const { uniform, mixed } = usual[options.quick ? "quick" : "full"];
  const counts: Counts = {
    uniform: options.number("designs", 0, MOST) ?? uniform,
    mixed: options.number("mixed", 0, MOST) ?? mixed,
  };
  return { counts, deviceName: options.choice("device", deviceNames) ?? deviceNames[0] };
}
