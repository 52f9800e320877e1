import { clamp } from "../../numeric/integers.js";
import type { IntegerResidual } from "../model.js";
import type { TensorData } from "../tensor.js";

/** y[c] = clamp((sum over addends a of coefficient[a][c] * x_a[c] + constant[c] + 2^(shift-1)) >> shift, lo, hi). */
export function planResidual(data: IntegerResidual, addends: readonly TensorData[], output: TensorData): () => void {
  const features = data.constants.length;
  const coefficients = data.coefficients.map((row) => Float64Array.from(row));
  const half = 2 ** (data.shift - 1);
  const constants = Float64Array.from(data.constants, (constant) => constant + half);
  const scale = 2 ** -data.shift;
  const { lo, hi } = data;
  const sums = new Float64Array(output.length);
  return () => {
    for (let first = 0; first < sums.length; first += features) sums.set(constants, first);
    for (let a = 0; a < addends.length; a++) {
      addTo(sums, addends[a] as TensorData, coefficients[a] as Float64Array, features);
    }
    for (let index = 0; index < sums.length; index++) {
      const code = Math.floor((sums[index] as number) * scale);
      output[index] = clamp(code, lo, hi);
    }
  };
}

/** The operator alone; `addends` in the graph's order, [tokens][features] each. */
export function runResidual(data: IntegerResidual, addends: readonly TensorData[]): Int32Array {
  const output = new Int32Array(addends[0]?.length ?? 0);
  planResidual(data, addends, output)();
  return output;
}

function addTo(sums: Float64Array, x: TensorData, coefficients: Float64Array, features: number): void {
  for (let first = 0; first < sums.length; first += features) {
    for (let c = 0; c < features; c++) {
      sums[first + c] = (sums[first + c] as number) + (coefficients[c] as number) * (x[first + c] as number);
    }
  }
}
