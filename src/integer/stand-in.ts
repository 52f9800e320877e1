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
  type ResidualOperator,
  tensor,
} from "../model/index.js";
import { Random } from "../numeric/random.js";
import { contextShift, exponentialTable } from "./conversion/attention.js";
import { accumulatorIntervals, codeIntervals, type FeatureIntervals, outputIntervals } from "./intervals.js";
import type {
  IntegerAttention,
  IntegerLinear,
  IntegerModel,
  IntegerOperator,
  IntegerResidual,
  Requantiser,
  SignalConversion,
} from "./model.js";
import { nearestShifts } from "./power-of-two.js";
import { chooseShift } from "./requantise.js";

/**
 * How far values usually lie from their mean, as a share of the largest code: what trained models of 4 bits show, near enough to
 * know how wide their multipliers, sums and shifts are.
 */
const SPREAD = { codes: 1 / 3, samples: 1 / 5, weights: 0.57, scores: 1 / 20 } as const;

/** Of the random numbers, for stand-ins alone. */
const STREAM = 31;

/**
 * A model of this shape and these widths that nobody has trained: weights spread over their codes, multipliers and coefficients
 * of all the bits they may have. Its forecasts mean nothing; what hardware it takes is known from it before a training.
 */
export function standInModel(architecture: Architecture, precision: Precision): IntegerModel {
  const graph = buildGraph(architecture, precision);
  const operators = new Map<string, IntegerOperator>();
  const intervals = new Map<string, FeatureIntervals>([[graph.input, codeIntervals(graph, graph.input)]]);
  const deviations = new Map<string, number>();
  for (const [index, operator] of graph.operators.entries()) {
    deviations.set(operator.output, deviationOf(graph, operator, deviations));
    operators.set(operator.name, standIn({ graph, deviations, draw: drawer(index) }, operator, intervals));
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

/**
 * One operator of `standInModel`, without those before it: it depends on the widths of what it reads, multiplies by and makes alone.
 *
 * @throws Error where the graph has no operator of this name
 */
export function standInOperator(graph: Graph, name: string): IntegerOperator {
  const intervals = new Map<string, FeatureIntervals>([[graph.input, codeIntervals(graph, graph.input)]]);
  const deviations = new Map<string, number>();
  for (const [index, operator] of graph.operators.entries()) {
    const { output } = operator;
    deviations.set(output, deviationOf(graph, operator, deviations));
    if (operator.name === name) return standIn({ graph, deviations, draw: drawer(index) }, operator, intervals);
    // Sums of matrices are multiplied by no other matrix: nobody asks for their intervals.
    if (tensor(graph, output).kind === "code" || operator.kind !== "linear") {
      intervals.set(output, outputIntervals(graph, output, NONE, intervals));
    }
  }
  throw new Error(`the graph has no operator "${name}"`);
}

const NONE: ReadonlyMap<string, IntegerOperator> = new Map();

/** Usual standard deviation of what an operator makes, in its own steps. */
function deviationOf(graph: Graph, operator: Operator, before: ReadonlyMap<string, number>): number {
  const { kind, bits } = tensor(graph, operator.output);
  if (kind === "code") return SPREAD.codes * largestCode(bits ?? 1);
  switch (operator.kind) {
    case "linear":
      return sumDeviation(graph, operator, before);
    case "pool":
      return tensor(graph, operator.input).tokens * inputDeviation(graph, operator.input, before);
    case "last":
      return inputDeviation(graph, operator.input, before);
    default:
      throw new Error(`a ${operator.kind} does not make accumulators`);
  }
}

function inputDeviation(graph: Graph, name: string, before: ReadonlyMap<string, number>): number {
  return before.get(name) ?? SPREAD.samples * largestCode(tensor(graph, name).bits ?? 1);
}

/** Of the sums of a `linear`. */
function sumDeviation(graph: Graph, { input, weight }: LinearOperator, before: ReadonlyMap<string, number>): number {
  const weights = SPREAD.weights * largestCode(weight.bits);
  return Math.sqrt(weight.columns) * weights * inputDeviation(graph, input, before);
}

function largestCode(bits: number): number {
  return codeRange(bits, true).hi;
}

/** A whole number from `lo` to `hi`. */
type Draw = (lo: number, hi: number) => number;

/**
 * Numbers of an operator, always the same. Each operator has its own: where those of two are alike, synthesis makes one table of both,
 * as it never does of trained weights.
 */
function drawer(operator: number): Draw {
  const random = new Random(operator, STREAM);
  return (lo, hi) => lo + Math.floor(random.uniform() * (hi - lo + 1));
}

/** What the operators of a model that stands in are made with. */
interface Making {
  readonly graph: Graph;
  /** Usual deviations of what was made before, by tensor. */
  readonly deviations: ReadonlyMap<string, number>;
  readonly draw: Draw;
}

function standIn(
  making: Making,
  operator: Operator,
  intervals: ReadonlyMap<string, FeatureIntervals>,
): IntegerOperator {
  switch (operator.kind) {
    case "linear":
      return linear(making, operator, intervals.get(operator.input) ?? []);
    case "attention":
      return attention(making, operator);
    case "residual":
      return residual(making, operator);
    default:
      return { kind: operator.kind };
  }
}

function linear(making: Making, operator: LinearOperator, input: FeatureIntervals): IntegerLinear {
  const { graph, deviations, draw } = making;
  const { weight, bias, output } = operator;
  const { rows, columns, bits } = weight;
  const range = codeRange(bits, true);
  const weights = Array.from({ length: rows * columns }, () => draw(range.lo, range.hi));
  const deviation = sumDeviation(graph, operator, deviations);
  // The zero point of what is multiplied is in the bias, and that of samples may lie at the end of their range.
  const largest = Math.ceil((operator.input === graph.input ? 3 / SPREAD.samples : 2) * deviation);
  const count = (bias.perToken ? graph.architecture.window : 1) * rows;
  const biases = Array.from({ length: count }, () => draw(-largest, largest));
  const { bits: outputBits, symmetric, relu } = tensor(graph, output);
  // All codes behind a ReLU are for what is above 0.
  const wanted = (relu ? 2 : 1) * (deviations.get(output) ?? 1);
  const requantiser =
    outputBits === null
      ? null
      : standInRequantiser(making, wanted / deviation, {
          rows,
          bits: outputBits,
          symmetric,
          zero: zeroOf(graph, output),
        });
  return {
    kind: "linear",
    weights,
    bias: biases,
    accumulators: accumulatorIntervals(weights, biases, input, rows, columns),
    requantiser,
  };
}

/** Each addend adds as much as the others; the largest coefficient has all its bits. */
function residual({ graph, deviations, draw }: Making, operator: ResidualOperator): IntegerResidual {
  const { bits, symmetric, features } = tensor(graph, operator.output);
  const wanted = deviations.get(operator.output) ?? 1;
  const factors = operator.addends.map((addend) => wanted / inputDeviation(graph, addend, deviations));
  const shift = Math.max(1, chooseShift(Math.max(...factors), multiplierBits(bits ?? 1)));
  const most = factors.map((factor) => Math.max(1, Math.floor(factor * 2 ** shift)));
  const offset = Math.floor(largestCode(bits ?? 1) * 2 ** (shift - 1));
  return {
    kind: "residual",
    coefficients: most.map((largest) =>
      Array.from({ length: features }, (_, c) => (c === 0 ? largest : draw(Math.ceil(largest / 3), largest))),
    ),
    constants: Array.from({ length: features }, () => draw(-offset, offset)),
    shift,
    ...codeRange(bits ?? 1, symmetric),
  };
}

function attention(making: Making, operator: AttentionOperator): IntegerAttention {
  const { graph } = making;
  const { query, key, value, output, heads, scoreBits, exponentialBits } = operator;
  const { tokens, features } = tensor(graph, query);
  const valueBits = tensor(graph, value).bits ?? 1;
  const shift = contextShift(tokens, exponentialBits, valueBits);
  const { bits, symmetric } = tensor(graph, output);
  const [q, k] = [query, key].map((name) => SPREAD.codes * largestCode(tensor(graph, name).bits ?? 1)) as [
    number,
    number,
  ];
  const factor = (SPREAD.scores * largestCode(scoreBits)) / (Math.sqrt(features / heads) * q * k);
  const gain = largestCode(bits ?? 1) / largestCode(valueBits);
  return {
    kind: "attention",
    score: standInRequantiser(making, factor, { rows: 1, bits: scoreBits, symmetric: true, zero: 0 }),
    table: exponentialTable(scoreBits, exponentialBits, 16 / 2 ** scoreBits),
    numerator: Math.floor(gain * 2 ** shift),
    shift,
    zero: zeroOf(graph, output),
    ...codeRange(bits ?? 1, symmetric),
  };
}

/** Multipliers about `factor`, of which the largest has all its bits; or one shift where scales are powers of two. */
function standInRequantiser(
  { graph, draw }: Making,
  factor: number,
  { rows, bits, symmetric, zero }: { rows: number; bits: number; symmetric: boolean; zero: number },
): Requantiser {
  const range = codeRange(bits, symmetric);
  if (graph.precision.scales === "power-of-two") {
    const [shift = 1] = nearestShifts([factor], multiplierBits(bits));
    return { multipliers: [2 ** Math.max(0, 1 - shift)], shift: Math.max(1, shift), zero, ...range };
  }
  const shift = Math.max(1, chooseShift(factor, multiplierBits(bits)));
  const most = Math.max(1, Math.floor(factor * 2 ** shift));
  const multipliers = Array.from({ length: rows }, (_, row) => (row === 0 ? most : draw((most + 1) >> 1, most)));
  return { multipliers, shift, zero, ...range };
}

function zeroOf(graph: Graph, name: string): number {
  const { bits, symmetric, relu } = tensor(graph, name);
  return symmetric ? 0 : relu ? codeRange(bits ?? 1, false).lo : -1;
}
