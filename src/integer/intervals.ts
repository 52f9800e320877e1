import { codeRange, type Graph, tensor } from "../model/index.js";
import { add, type Interval, point, times, union } from "../numeric/interval.js";
import type { IntegerModel, IntegerOperator } from "./model.js";

/** What each feature of a tensor can take; one entry per feature. */
export type FeatureIntervals = readonly Interval[];

/** The codes of a code tensor, for each feature. */
export function codeIntervals(graph: Graph, name: string): FeatureIntervals {
  const { bits, symmetric, features } = tensor(graph, name);
  if (bits === null) throw new Error(`tensor "${name}" holds no codes`);
  return new Array<Interval>(features).fill(codeRange(bits, symmetric));
}

/**
 * The accumulators of a `linear`, per row: bias + sum of min (max) of weight * code over all codes of the input, the
 * smallest (largest) bias where there is one per token.
 *
 * @param weights [rows][columns]
 * @param bias [tokens or 1][rows]
 * @param input per column; where the window is flattened, per feature of a token, repeated
 */
export function accumulatorIntervals(
  weights: readonly number[],
  bias: readonly number[],
  input: FeatureIntervals,
  rows: number,
  columns: number,
): Interval[] {
  return Array.from({ length: rows }, (_, row) => {
    let sum = point(bias[row] ?? Number.NaN);
    for (let index = row; index < bias.length; index += rows) sum = union(sum, point(bias[index] ?? Number.NaN));
    for (let column = 0; column < columns; column++) {
      const x = input[column % input.length];
      if (x === undefined) throw new Error("no interval for an input of a linear operator");
      sum = add(sum, times(x, weights[row * columns + column] ?? Number.NaN));
    }
    return sum;
  });
}

/** The sums of a `residual` before the shift, per feature: addends, constant and the rounding constant 2^(shift-1). */
export function residualIntervals(
  data: { coefficients: readonly (readonly number[])[]; constants: readonly number[]; shift: number },
  addends: readonly FeatureIntervals[],
): Interval[] {
  return data.constants.map((constant, feature) => {
    let sum = point(constant + 2 ** (data.shift - 1));
    addends.forEach((addend, index) => {
      const x = addend[feature] ?? point(Number.NaN);
      sum = add(sum, times(x, data.coefficients[index]?.[feature] ?? Number.NaN));
    });
    return sum;
  });
}

/** What an attention operator's internals can take, for each head alike. */
export interface AttentionIntervals {
  /** q k^T before the requantiser. */
  readonly dot: Interval;
  /** S: 2^E - 1 .. n (2^E - 1). */
  readonly sum: Interval;
  /** A: the weighted sum of values. */
  readonly weighted: Interval;
  /** r = floor(numerator / S). */
  readonly reciprocal: Interval;
  /** A * r: since |A| <= S max|v| and r <= numerator / S, never beyond max|v| * numerator. */
  readonly product: Interval;
}

/** The internals of the attention operator `name`: widths of its hardware, and the proof that doubles hold them. */
export function attentionIntervals(
  graph: Graph,
  name: string,
  data: { readonly table: readonly number[]; readonly numerator: number },
): AttentionIntervals {
  const operator = graph.operators.find((candidate) => candidate.name === name);
  if (operator?.kind !== "attention") throw new Error(`graph has no attention operator "${name}"`);
  const { tokens, features } = tensor(graph, operator.query);
  const largest = (of: string) => codeIntervals(graph, of)[0]?.hi ?? Number.NaN;
  const dot = (features / operator.heads) * largest(operator.query) * largest(operator.key);
  const top = data.table[0] ?? Number.NaN;
  const weighted = tokens * top * largest(operator.value);
  const product = largest(operator.value) * data.numerator;
  return {
    dot: { lo: -dot, hi: dot },
    sum: { lo: top, hi: tokens * top },
    weighted: { lo: -weighted, hi: weighted },
    reciprocal: { lo: Math.floor(data.numerator / (tokens * top)), hi: Math.floor(data.numerator / top) },
    product: { lo: -product, hi: product },
  };
}

/** What a tensor can take, per feature, given the operator that makes it and the intervals of the tensors before it. */
export function outputIntervals(
  graph: Graph,
  name: string,
  operators: ReadonlyMap<string, IntegerOperator>,
  before: ReadonlyMap<string, FeatureIntervals>,
): FeatureIntervals {
  if (tensor(graph, name).kind === "code") return codeIntervals(graph, name);
  const operator = graph.operators.find((candidate) => candidate.output === name);
  const data = operator && operators.get(operator.name);
  const of = (input: string): FeatureIntervals => {
    const found = before.get(input);
    if (!found) throw new Error(`no intervals of tensor "${input}" yet`);
    return found;
  };
  if (operator?.kind === "linear" && data?.kind === "linear") return data.accumulators;
  if (operator?.kind === "pool") {
    const { tokens } = tensor(graph, operator.input);
    return of(operator.input).map((interval) => times(interval, tokens));
  }
  if (operator?.kind === "last") {
    const input = of(operator.input);
    return operator.columns.map((column) => input[column] ?? point(Number.NaN));
  }
  throw new Error(`nothing makes the accumulator tensor "${name}"`);
}

/** What every tensor of a model can take, per feature: codes their range, accumulators what was proven. In graph order. */
export function tensorIntervals(graph: Graph, model: Pick<IntegerModel, "operators">): Map<string, FeatureIntervals> {
  const intervals = new Map<string, FeatureIntervals>([[graph.input, codeIntervals(graph, graph.input)]]);
  for (const { output } of graph.operators) {
    intervals.set(output, outputIntervals(graph, output, model.operators, intervals));
  }
  return intervals;
}
