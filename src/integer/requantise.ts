import { clamp, shiftRight } from "../numeric/integers.js";
import type { Requantiser } from "./model.js";

/** Largest shift that is chosen: with it 2^(shift - 1) leaves room for every product below 2^53. */
export const largestShift = 40;

/**
 * Requantises one accumulator (docs/arithmetic.md): clamp(zero + ((acc * multiplier + 2^(shift-1)) >> shift), lo, hi).
 * Exact as long as the product stays below 2^53, which is proven when a model is made.
 */
export function requantise(acc: number, row: number, by: Requantiser): number {
  const multiplier = by.multipliers[by.multipliers.length === 1 ? 0 : row] ?? Number.NaN;
  const rounded = shiftRight(acc * multiplier + 2 ** (by.shift - 1), by.shift);
  return clamp(by.zero + rounded, by.lo, by.hi);
}

/**
 * The shift of an operator: the largest at which the largest multiplier still has at most `bits` binary digits, but at
 * most `largestShift`. 0 or less means that the factor is too large for a multiplier of that width.
 *
 * @param largest the largest factor, in absolute value, that multiplier / 2^shift is to approximate
 */
export function chooseShift(largest: number, bits: number): number {
  const most = 2 ** bits - 0.5; // what is below rounds to a number of `bits` digits
  let shift = largestShift;
  while (shift > 0 && largest * 2 ** shift >= most) shift--;
  return shift;
}
