import type { Requantiser } from "../../integer/index.js";

/** Values of one tensor for all windows, [count][tokens][features]: integers in doubles, exact below 2^53. */
export type Codes = Float64Array;

/** clamp(zero + floor((acc * multiplier + 2^(shift-1)) / 2^shift)): every step is exact in doubles. */
export function requantiseValue(acc: number, row: number, by: Requantiser): number {
  const multiplier = by.multipliers[by.multipliers.length === 1 ? 0 : row] ?? Number.NaN;
  const power = 2 ** by.shift;
  return limit(by.zero + Math.floor((acc * multiplier + power / 2) / power), by.lo, by.hi);
}

export const limit = (value: number, lo: number, hi: number): number => (value < lo ? lo : Math.min(value, hi));
