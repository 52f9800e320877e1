import { times } from "../../numeric/interval.js";
import type { Interval, Requantiser } from "../model.js";
import { fitsInt32 } from "../tensor.js";
import { type LaneMemory, wordsOf64 } from "./memory.js";

/** One output row of a requantiser: its multiplier, and what accumulator * multiplier can take. */
export interface RequantisedRow {
  readonly multiplier: number;
  readonly product: Interval;
}

/** The row of an accumulator. */
export function requantisedRow(accumulator: Interval, multiplier: number): RequantisedRow {
  return { multiplier, product: times(accumulator, multiplier) };
}

/**
 * Writes a requantiser for the kernels: in 32-bit lanes where acc * multiplier + 2^(shift-1) + zero * 2^shift is proven to fit them
 * (arithmetic modulo 2^32 on the way does no harm), else by way of 64 bits.
 *
 * @param rows whose accumulators and multipliers fit 32 bits
 * @param narrowOnly null too where 64 bits would be needed
 * @returns its address; null where what comes before the clamp is beyond 32 bits
 */
export function writeRequantiser(
  memory: LaneMemory,
  by: Omit<Requantiser, "multipliers">,
  rows: readonly RequantisedRow[],
  narrowOnly = false,
): number | null {
  const { shift, zero, lo, hi } = by;
  const offset = 2 ** (shift - 1) + zero * 2 ** shift;
  const sums = rows.map(({ product }) => ({ lo: product.lo + offset, hi: product.hi + offset }));
  const wide = shift > 31 || !fitsInt32(sums);
  const results = sums.map((sum) => ({ lo: Math.floor(sum.lo / 2 ** shift), hi: Math.floor(sum.hi / 2 ** shift) }));
  if (!fitsInt32(results) || (wide && narrowOnly)) return null;
  const multipliers = memory.words(rows.map(({ multiplier }) => multiplier));
  return memory.words([...wordsOf64(offset), multipliers, shift, lo, hi, wide ? 1 : 0]);
}
