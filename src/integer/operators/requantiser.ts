import { clamp } from "../../numeric/integers.js";
import { times } from "../../numeric/interval.js";
import type { Interval, Requantiser } from "../model.js";
import { fitsInt32, type TensorData } from "../tensor.js";

/**
 * clamp(zero + ((acc * multiplier + 2^(shift-1)) >> shift), lo, hi) over a whole tensor.
 *
 * @param accumulators what each of the tensor's features can take
 */
export function planRequantiser(
  by: Requantiser,
  accumulators: readonly Interval[],
): (acc: TensorData, output: TensorData) => void {
  const multipliers = accumulators.map((_, row) => multiplierOf(by, row));
  const half = 2 ** (by.shift - 1);
  const sums = accumulators.map((interval, row) => {
    const { lo, hi } = times(interval, multipliers[row] ?? Number.NaN);
    return { lo, hi: hi + half };
  });
  if (fitsInt32(sums) && fitsInt32(accumulators) && by.shift < 32) {
    const narrow = Int32Array.from(multipliers);
    return (acc, output) => requantiseNarrow(acc, narrow, by, output);
  }
  const wide = Float64Array.from(multipliers);
  return (acc, output) => requantiseWide(acc, wide, by, output);
}

/** In 32-bit integers, where product and rounding constant are proven to fit. */
function requantiseNarrow(acc: TensorData, multipliers: Int32Array, by: Requantiser, output: TensorData): void {
  const { shift, zero, lo, hi } = by;
  const half = 1 << (shift - 1);
  const rows = multipliers.length;
  for (let first = 0; first < acc.length; first += rows) {
    for (let row = 0; row < rows; row++) {
      const product = Math.imul(acc[first + row] as number, multipliers[row] as number);
      const code = zero + (((product + half) | 0) >> shift);
      output[first + row] = Math.max(lo, Math.min(code, hi)); // without branches, unlike `clamp`
    }
  }
}

/** In doubles: every product is proven below 2^53, and multiplying by 2^-shift is exact. */
function requantiseWide(acc: TensorData, multipliers: Float64Array, by: Requantiser, output: TensorData): void {
  const { shift, zero, lo, hi } = by;
  const half = 2 ** (shift - 1);
  const scale = 2 ** -shift;
  const rows = multipliers.length;
  for (let first = 0; first < acc.length; first += rows) {
    for (let row = 0; row < rows; row++) {
      const product = (acc[first + row] as number) * (multipliers[row] as number);
      output[first + row] = clamp(zero + Math.floor((product + half) * scale), lo, hi);
    }
  }
}

/** The multiplier of an output row. */
export function multiplierOf(by: Requantiser, row: number): number {
  const multiplier = by.multipliers[by.multipliers.length === 1 ? 0 : row];
  if (multiplier === undefined)
    throw new Error(`requantiser has ${by.multipliers.length} multipliers, none for ${row}`);
  return multiplier;
}
