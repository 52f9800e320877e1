import type { LastOperator } from "../../model/index.js";
import type { TensorData } from "../tensor.js";

/** y[i] = x[n-1][columns[i]]. */
export function planLast(operator: LastOperator, features: number, input: TensorData, output: TensorData): () => void {
  const last = input.length - features;
  const columns = Int32Array.from(operator.columns);
  return () => {
    for (let index = 0; index < columns.length; index++) {
      output[index] = input[last + (columns[index] as number)] as number;
    }
  };
}

/** The operator alone: `input` is [tokens][features], the result [columns]. */
export function runLast(operator: LastOperator, features: number, input: TensorData): TensorData {
  const output = new Int32Array(operator.columns.length);
  planLast(operator, features, input, output)();
  return output;
}
