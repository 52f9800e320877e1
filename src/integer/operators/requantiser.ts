import { clamp } from "../../numeric/integers.js";
import type { Requantiser } from "../model.js";
import type { TensorData } from "../tensor.js";

/**
 * clamp(zero + ((acc * multiplier + 2^(shift-1)) >> shift), lo, hi) over a whole tensor of `rows` features, in doubles:
 * every product is proven below 2^53, and multiplying by 2^-shift is exact.
 */
export function planRequantiser(by: Requantiser, rows: number): (acc: TensorData, output: TensorData) => void {
  const multipliers = Float64Array.from({ length: rows }, (_, row) => multiplierOf(by, row));
  const half = 2 ** (by.shift - 1);
  const scale = 2 ** -by.shift;
  const { zero, lo, hi } = by;
  return (acc, output) => {
    for (let first = 0; first < acc.length; first += rows) {
      for (let row = 0; row < rows; row++) {
        const product = (acc[first + row] as number) * (multipliers[row] as number);
        const code = zero + Math.floor((product + half) * scale);
        output[first + row] = clamp(code, lo, hi);
      }
    }
  };
}

/** The multiplier of an output row. */
export function multiplierOf(by: Requantiser, row: number): number {
  const multiplier = by.multipliers[by.multipliers.length === 1 ? 0 : row];
  if (multiplier === undefined)
    throw new Error(`requantiser has ${by.multipliers.length} multipliers, none for ${row}`);
  return multiplier;
}
