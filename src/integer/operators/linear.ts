import type { LinearOperator } from "../../model/index.js";
import type { IntegerLinear } from "../model.js";
import { allocate, fitsInt32, type TensorData } from "../tensor.js";
import { Product } from "./product.js";
import { planRequantiser } from "./requantiser.js";

/**
 * acc[t][o] = bias[t or 0][o] + sum over i of weight[o][i] * x[t][i]; then requantised, or left as it is.
 *
 * Returns a function that reads `input` and fills `output`, both kept from call to call.
 */
export function planLinear(
  operator: LinearOperator,
  data: IntegerLinear,
  input: TensorData,
  output: TensorData,
): () => void {
  const { rows, columns } = operator.weight;
  const tokens = input.length / columns; // one where the window is flattened
  const finish = data.requantiser ? planRequantiser(data.requantiser, data.accumulators) : copy;
  const narrow = fitsInt32(data.accumulators) && fitsInt32(sumIntervals(data)) && input instanceof Int32Array;

  if (narrow) {
    const product = new Product(tokens, rows, columns, largestSum(data), Int32Array.from(data.bias));
    product.setRight(data.weights, 0, columns, 1);
    return () => {
      product.setLeft(input, 0, columns);
      product.run();
      finish(product.sums, output);
    };
  }
  const weights = Float64Array.from(data.weights);
  const bias = Float64Array.from(data.bias);
  const acc = new Float64Array(tokens * rows);
  return () => {
    accumulateWide(input, weights, bias, acc, rows, columns);
    finish(acc, output);
  };
}

/** The operator alone on one tensor: `input` is [tokens][features], the result [tokens][rows] (or [rows], flattened). */
export function runLinear(operator: LinearOperator, data: IntegerLinear, input: TensorData): TensorData {
  const length = (input.length / operator.weight.columns) * operator.weight.rows;
  const output = data.requantiser ? new Int32Array(length) : allocate(length, data.accumulators);
  planLinear(operator, data, input, output)();
  return output;
}

/** An accumulator tensor is what it is. */
function copy(acc: TensorData, output: TensorData): void {
  output.set(acc);
}

/** What the sums can take without their bias: no wider than the accumulators with the biases taken off. */
function sumIntervals(data: IntegerLinear): { lo: number; hi: number }[] {
  const rows = data.accumulators.length;
  const least = data.accumulators.map(() => Number.POSITIVE_INFINITY);
  const most = data.accumulators.map(() => Number.NEGATIVE_INFINITY);
  data.bias.forEach((bias, index) => {
    least[index % rows] = Math.min(least[index % rows] ?? bias, bias);
    most[index % rows] = Math.max(most[index % rows] ?? bias, bias);
  });
  return data.accumulators.map(({ lo, hi }, row) => ({ lo: lo - (least[row] ?? 0), hi: hi - (most[row] ?? 0) }));
}

function largestSum(data: IntegerLinear): number {
  return Math.max(...sumIntervals(data).map(({ lo, hi }) => Math.max(-lo, hi)));
}

/** The same in doubles, for accumulators beyond 32 bits. */
function accumulateWide(
  x: TensorData,
  weights: Float64Array,
  bias: Float64Array,
  acc: Float64Array,
  rows: number,
  columns: number,
): void {
  for (let index = 0; index < acc.length; index++) {
    const w = (index % rows) * columns;
    const first = Math.floor(index / rows) * columns;
    let sum = bias[index % bias.length] as number;
    for (let i = 0; i < columns; i++) sum += (weights[w + i] as number) * (x[first + i] as number);
    acc[index] = sum;
  }
}
