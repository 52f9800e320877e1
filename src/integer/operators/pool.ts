import type { TensorData } from "../tensor.js";

/** y[c] = sum over t of x[t][c]. */
export function planPool(input: TensorData, output: TensorData): () => void {
  const features = output.length;
  return () => {
    output.fill(0);
    for (let first = 0; first < input.length; first += features) {
      for (let c = 0; c < features; c++) output[c] = (output[c] as number) + (input[first + c] as number);
    }
  };
}

/** The operator alone: `input` is [tokens][features], the result [features]. */
export function runPool(features: number, input: TensorData): TensorData {
  const output = new Int32Array(features); // at most 256 codes of at most 16 bits
  planPool(input, output)();
  return output;
}
