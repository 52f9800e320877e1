import type { Estimate } from "../../accelerator/index.js";
import { defaultActivity, estimatePower, usableLuts } from "../../accelerator/index.js";
import type { DesignSpace } from "../space/design-space.js";
import { resources } from "../space/labels.js";
import type { Limits, Objective } from "../types.js";
import { METRICS } from "./point.js";

/** Names of what may bind, as users read them. */
export type RowName =
  | "LUTs"
  | "LUTs as memory"
  | "flip-flops"
  | "multiplier blocks"
  | "block memories"
  | "microjoules"
  | "added";

/** `weights` times metrics must not be above `limit`. */
export interface Row {
  readonly name: RowName;
  readonly weights: Float64Array;
  readonly limit: number;
}

/** A linear function of the metrics. */
export interface Linear {
  readonly weights: Float64Array;
  readonly constant: number;
}

/** What is minimised and what limits it. */
export interface Problem {
  readonly goal: Linear;
  readonly rows: readonly Row[];
}

/** A limit's price is for as much of it as there is, or for 1 where that is less. */
export function scaleOf({ limit }: Row): number {
  return Math.max(limit, 1);
}

/** The goal, with what is used of the limits at such prices. */
export function priced(goal: Linear, rows: readonly Row[], prices: Float64Array): Linear {
  const weights = Float64Array.from(goal.weights);
  let { constant } = goal;
  rows.forEach((row, index) => {
    const price = (prices[index] ?? 0) / scaleOf(row);
    if (price === 0) return;
    constant -= price * row.limit;
    for (let at = 0; at < METRICS; at++) weights[at] = (weights[at] ?? 0) + price * (row.weights[at] ?? 0);
  });
  return { weights, constant };
}

export function weighed({ weights, constant }: Linear, metrics: Float64Array): number {
  let sum = constant;
  for (let index = 0; index < METRICS; index++) sum += (weights[index] ?? 0) * (metrics[index] ?? 0);
  return sum;
}

export interface Timing {
  readonly cycles: number;
  readonly interval: number;
}

/** Microjoules of an inference at such cycles: linear in the resources. */
export function energyOf(space: DesignSpace, { cycles, interval }: Timing): Linear {
  const nothing: Estimate = { lut: 0, lutram: 0, ff: 0, dsp: 0, blockRam: 0 };
  const at = (estimate: Estimate) =>
    microjoulesOf(space, { cyclesPerInference: cycles, initiationInterval: interval, estimate });
  const constant = at(nothing);
  const weights = Float64Array.from([0, ...resources.map((name) => at({ ...nothing, [name]: 1 }) - constant)]);
  return { weights, constant };
}

/** Microjoules of an inference, as `gatecast estimate` tells them. */
export function microjoulesOf(
  { device, clockHz, power }: DesignSpace,
  plan: { readonly cyclesPerInference: number; readonly initiationInterval: number; readonly estimate: Estimate },
): number {
  const estimate = estimatePower({
    activity: defaultActivity({ device, ...plan }),
    ...power,
    clockHz,
    cycles: plan.cyclesPerInference,
    resources: plan.estimate,
  });
  return estimate.energyPerInference.value;
}

/** What must not be exceeded but for cycles. */
export function rowsOf({ device, utilisation }: DesignSpace, { microjoules, added }: Limits, energy: Linear): Row[] {
  const unit = (index: number) => Float64Array.from({ length: METRICS }, (_, at) => (at === index ? 1 : 0));
  const rows: Row[] = [
    { name: "LUTs", weights: unit(1), limit: usableLuts(device, utilisation) },
    { name: "LUTs as memory", weights: unit(2), limit: device.lutram * utilisation },
    { name: "flip-flops", weights: unit(3), limit: device.ff * utilisation },
    { name: "multiplier blocks", weights: unit(4), limit: device.dsp },
    { name: "block memories", weights: unit(5), limit: device.blockRam.count },
  ];
  if (microjoules !== undefined) {
    rows.push({ name: "microjoules", weights: energy.weights, limit: microjoules - energy.constant });
  }
  if (added !== undefined) rows.push({ name: "added", weights: unit(0), limit: added });
  return rows;
}

/** Of equals the one with the fewest LUTs, and for the others the least error: worth this much of the device, or of the error. */
const TIE = 1e-6;

/** What is minimised. */
export function goalOf(space: DesignSpace, objective: Objective, timing: Timing, energy: Linear): Linear {
  const { lut } = space.device;
  const weights = new Float64Array(METRICS);
  switch (objective) {
    case "error":
      weights[0] = 1;
      weights[1] = TIE / lut;
      return { weights, constant: 0 };
    case "energy":
      weights.set(energy.weights);
      weights[0] = TIE;
      return { weights, constant: energy.constant };
    case "area":
      weights[1] = 1;
      weights[0] = TIE * lut;
      return { weights, constant: 0 };
    case "latency":
      weights[0] = TIE * timing.cycles;
      return { weights, constant: timing.cycles };
  }
}
