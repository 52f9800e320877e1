import type { Device } from "../devices.js";

/** Toggles of each resource in a cycle, while windows follow each other without a pause. */
export interface ActivityRates {
  /** Of a flip-flop. */
  readonly register: number;
  /** Of a look-up table that is no memory. */
  readonly logic: number;
  /** Of words of memories in look-up tables, for each flip-flop of the design. */
  readonly memory: number;
  /** Of words of a block memory. */
  readonly block: number;
  /** Of a multiplier block's result. */
  readonly dsp: number;
}

/**
 * Rates for designs that nobody has simulated yet: the means over trained models on real windows, as `npm run bench -- power` measures
 * and prints them (docs/power.md has the table and how far single designs are from it).
 */
export const activityRates: Readonly<Record<Device["family"], ActivityRates>> = {
  xc7: { register: 0.271, logic: 0.403, memory: 0.031, block: 12.5, dsp: 6.29 },
  ice40: { register: 0.08, logic: 0.06, memory: 0.0025, block: 1.23, dsp: 1.88 },
};
