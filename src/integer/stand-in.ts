import {
  type Architecture,
  type AttentionOperator,
  buildGraph,
  codeRange,
  type Graph,
  type LinearOperator,
  multiplierBits,
  type Operator,
  outputs,
  type Precision,
  tensor,
} from "../model/index.js";
import { contextShift, exponentialTable } from "./conversion/attention.js";
import { accumulatorIntervals, codeIntervals, type FeatureIntervals, outputIntervals } from "./intervals.js";
import type { IntegerLinear, IntegerModel, IntegerOperator, SignalConversion } from "./model.js";

/** Shift of all requantisers and residuals: any that the contract allows would do. */
const SHIFT = 20;

/**
 * A model of this shape and these widths that nobody has trained: weights spread over their codes, multipliers and coefficients
 * of all the bits they may have. Its forecasts mean nothing; what hardware it takes is known from it before a training.
 */
export function standInModel(architecture: Architecture, precision: Precision): IntegerModel {
  const graph = buildGraph(architecture, precision);
  const operators = new Map<string, IntegerOperator>();
  const intervals = new Map<string, FeatureIntervals>([[graph.input, codeIntervals(graph, graph.input)]]);
  for (const operator of graph.operators) {
    operators.set(operator.name, standIn(graph, operator, intervals));
    intervals.set(operator.output, outputIntervals(graph, operator.output, operators, intervals));
  }
  const codes = [...graph.tensors.values()].filter(({ kind }) => kind === "code");
  const columns = (what: string, count: number) =>
    Array.from({ length: count }, (_, index): SignalConversion => ({ column: `${what} ${index}`, gain: 1, offset: 0 }));
  return {
    architecture,
    precision,
    operators,
    samples: columns("input", architecture.inputs),
    forecast: columns("target", outputs(architecture) / architecture.horizon),
    quantisers: new Map(codes.map(({ name }) => [name, { scale: 1, zeroPoint: zeroOf(graph, name) }])),
  };
}

function standIn(graph: Graph, operator: Operator, before: ReadonlyMap<string, FeatureIntervals>): IntegerOperator {
  switch (operator.kind) {
    case "linear":
      return linear(graph, operator, before.get(operator.input) ?? []);
    case "attention":
      return attention(graph, operator);
    case "residual": {
      const { bits, symmetric, features } = tensor(graph, operator.output);
      const most = 2 ** multiplierBits(bits ?? 1) - 1;
      const row = (addend: number) => Array.from({ length: features }, (_, c) => spread(c + addend, 1 - most, most));
      return {
        kind: "residual",
        coefficients: operator.addends.map((_, addend) => row(addend)),
        constants: Array.from({ length: features }, (_, c) => spread(c, -most, most) * 2 ** (bits ?? 1)),
        shift: SHIFT,
        ...codeRange(bits ?? 1, symmetric),
      };
    }
    default:
      return { kind: operator.kind };
  }
}

function linear(graph: Graph, { weight, bias, output }: LinearOperator, input: FeatureIntervals): IntegerLinear {
  const { rows, columns, bits } = weight;
  const range = codeRange(bits, true);
  const weights = Array.from({ length: rows * columns }, (_, index) => spread(index, range.lo, range.hi));
  const largest = columns * range.hi * (input[0]?.hi ?? 1);
  const count = (bias.perToken ? graph.architecture.window : 1) * rows;
  const biases = Array.from({ length: count }, (_, index) => spread(index, -largest >> 3, largest >> 3));
  const { bits: outputBits, symmetric } = tensor(graph, output);
  const requantiser =
    outputBits === null ? null : standInRequantiser(graph, rows, outputBits, symmetric, zeroOf(graph, output));
  return {
    kind: "linear",
    weights,
    bias: biases,
    accumulators: accumulatorIntervals(weights, biases, input, rows, columns),
    requantiser,
  };
}

function attention(graph: Graph, { query, value, output, scoreBits, exponentialBits }: AttentionOperator) {
  const shift = contextShift(tensor(graph, query).tokens, exponentialBits, tensor(graph, value).bits ?? 1);
  const { bits, symmetric } = tensor(graph, output);
  return {
    kind: "attention",
    score: standInRequantiser(graph, 1, scoreBits, true, 0),
    table: exponentialTable(scoreBits, exponentialBits, 16 / 2 ** scoreBits),
    numerator: 2 ** shift - 1,
    shift,
    zero: zeroOf(graph, output),
    ...codeRange(bits ?? 1, symmetric),
  } as const;
}

/** A multiplier of all its bits for each row, or one shift where scales are powers of two. */
function standInRequantiser(graph: Graph, rows: number, bits: number, symmetric: boolean, zero: number) {
  if (graph.precision.scales === "power-of-two") {
    return { multipliers: [1], shift: bits, zero, ...codeRange(bits, symmetric) };
  }
  const most = 2 ** multiplierBits(bits) - 1;
  const multipliers = Array.from({ length: rows }, (_, row) => (row === 0 ? most : spread(row, most >> 1, most)));
  return { multipliers, shift: SHIFT, zero, ...codeRange(bits, symmetric) };
}

function zeroOf(graph: Graph, name: string): number {
  const { bits, symmetric, relu } = tensor(graph, name);
  return symmetric ? 0 : relu ? codeRange(bits ?? 1, false).lo : -1;
}

/** Numbers from `lo` to `hi` in no order that shows. */
function spread(index: number, lo: number, hi: number): number {
  return lo + ((index * 7919 + 31 * (index >> 3)) % (hi - lo + 1));
}
