import type { Box } from "./box.js";
import { type Problem, priced, scaleOf } from "./goal.js";
import type { Minimiser, Minimum } from "./minimiser.js";
import { METRICS } from "./point.js";

export interface Ascent {
  /** Nothing in the box is less. */
  readonly bound: number;
  /** Price of each row. */
  readonly prices: Float64Array;
  /** What the minimisations gave, the last ones last. */
  readonly minima: readonly Minimum[];
}

/** Least step before the prices have settled. */
const SETTLED = 1e-3;

/**
 * A bound of a box by Lagrange multipliers: limits are priced, and prices rise where what is cheapest then exceeds a limit (Held and
 * Karp's subgradients with Polyak's steps).
 *
 * @param target the ascent ends where the bound reaches it
 * @param hoped a value above it that steps are made towards
 * @returns null where the box is empty
 */
export function ascend(
  minimiser: Minimiser,
  box: Box,
  { goal, rows }: Problem,
  start: Float64Array,
  { iterations, target, hoped }: { readonly iterations: number; readonly target: number; readonly hoped: number },
): Ascent | null {
  let prices = start;
  let bound = Number.NEGATIVE_INFINITY;
  let best = start;
  let share = 1;
  let idle = 0;
  const minima: Minimum[] = [];
  const scales = rows.map(scaleOf);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const { weights, constant } = priced(goal, rows, prices);
    const minimum = minimiser.minimise(weights, box);
    if (minimum === null) return null;
    minima.push(minimum);
    const value = minimum.value + constant;
    if (value > bound) {
      bound = value;
      best = prices;
      idle = 0;
    } else if (++idle >= 4) {
      share /= 2;
      idle = 0;
    }
    if (bound >= target || share < SETTLED) break;
    const slopes = rows.map(({ weights: row, limit }, index) => {
      let used = 0;
      for (let at = 0; at < METRICS; at++) used += (row[at] ?? 0) * (minimum.metrics[at] ?? 0);
      const slope = (used - limit) / (scales[index] ?? 1);
      return slope < 0 && (prices[index] ?? 0) === 0 ? 0 : slope;
    });
    const square = slopes.reduce((sum, slope) => sum + slope * slope, 0);
    // Within all limits, and none of them has a price that is not used up: nothing is better.
    if (square === 0) break;
    const step = (share * (hoped - value)) / square;
    prices = Float64Array.from(prices, (price, index) => Math.max(0, price + step * (slopes[index] ?? 0)));
  }
  return { bound, prices: best, minima };
}
