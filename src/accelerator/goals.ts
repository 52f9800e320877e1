import type { Estimate } from "./plan.js";

/** What a plan is chosen for, of all that fit. */
export type Goal = "latency" | "area" | "energy";

export const goals: readonly Goal[] = ["latency", "area", "energy"];

/**
 * Bits that may switch in a cycle: an output of each look-up table and of each flip-flop; of a DSP48E1 its operands (25 + 18) and its
 * result (48), of a block RAM its word (36).
 */
export function switchingBits({ lut, ff, dsp, blockRam }: Estimate): number {
  return lut + ff + 91 * dsp + 36 * blockRam;
}

/**
 * A proxy of the dynamic energy of an inference, not an energy: cycles awake times the bits that may switch in one. It has no unit and
 * is good for an order only; that it puts plans into the order of simulated toggles is tested. What a device takes whatever it does
 * is not in it.
 */
export function energyProxy(cycles: number, estimate: Estimate): number {
  return cycles * switchingBits(estimate);
}

/** What is compared: less is better, later numbers decide between equals. */
export function costsOf(goal: Goal, cycles: number, estimate: Estimate): readonly number[] {
  switch (goal) {
    case "latency":
      return [cycles, estimate.lut];
    case "area":
      return [estimate.lut, cycles];
    case "energy":
      return [energyProxy(cycles, estimate), cycles];
  }
}

/** Whether costs are less than others. */
export function isLess(costs: readonly number[], others: readonly number[]): boolean {
  const at = costs.findIndex((cost, index) => cost !== others[index]);
  return at >= 0 && (costs[at] ?? 0) < (others[at] ?? 0);
}
