import { GatecastError } from "../errors.js";
import {
  type AttentionOperator,
  buildGraph,
  codeRange,
  type Graph,
  type LinearOperator,
  multiplierBits,
  type Operator,
  type ResidualOperator,
  tensor,
} from "../model/index.js";
import { checkAttention, contextShift } from "./conversion/attention.js";
import { checkProducts } from "./conversion/linear.js";
import { checkResidual } from "./conversion/residual.js";
import { checkQuantiser } from "./conversion/scales.js";
import {
  accumulatorIntervals,
  attentionIntervals,
  codeIntervals,
  type FeatureIntervals,
  outputIntervals,
  residualIntervals,
} from "./intervals.js";
import type {
  IntegerAttention,
  IntegerLinear,
  IntegerModel,
  IntegerOperator,
  IntegerResidual,
  Requantiser,
} from "./model.js";
import { pureShifts } from "./power-of-two.js";
import { largestShift } from "./requantise.js";
import { checkConversions } from "./signal.js";

/**
 * Checks a model from anywhere against everything docs/arithmetic.md says: shapes against the graph, the range of every
 * number, and the proofs of every accumulator and product, which are computed anew.
 *
 * @returns its graph
 * @throws GatecastError "model" that names the operator and what is wrong with it
 */
export function checkIntegerModel(model: IntegerModel): Graph {
  const graph = buildGraph(model.architecture, model.precision);
  checkConversions(model.architecture, model);
  checkQuantisers(graph, model);
  const names = new Set(graph.operators.map(({ name }) => name));
  for (const name of model.operators.keys()) {
    if (!names.has(name)) throw wrong(name, "is not an operator of this architecture");
  }
  const intervals = new Map<string, FeatureIntervals>([[graph.input, codeIntervals(graph, graph.input)]]);
  const before = (name: string): FeatureIntervals => {
    const found = intervals.get(name);
    if (!found) throw new Error(`the tensor "${name}" is read before it is made`);
    return found;
  };
  for (const operator of graph.operators) {
    const data = model.operators.get(operator.name);
    if (!data) throw wrong(operator.name, "is missing");
    checkOperator(graph, operator, data, before);
    checkZero(graph, model, operator, data);
    intervals.set(operator.output, outputIntervals(graph, operator.output, model.operators, intervals));
  }
  return graph;
}

function checkOperator(
  graph: Graph,
  operator: Operator,
  data: IntegerOperator,
  before: (name: string) => FeatureIntervals,
): void {
  if (operator.kind === "linear" && data.kind === "linear") {
    checkLinear(graph, operator, data, before(operator.input));
  } else if (operator.kind === "attention" && data.kind === "attention") {
    checkAttentionOperator(graph, operator, data);
  } else if (operator.kind === "residual" && data.kind === "residual") {
    checkResidualOperator(graph, operator, data, operator.addends.map(before));
  } else if (operator.kind !== data.kind) {
    throw wrong(operator.name, `is a ${data.kind}; in this architecture it is a ${operator.kind}`);
  }
}

function checkLinear(graph: Graph, operator: LinearOperator, data: IntegerLinear, input: FeatureIntervals): void {
  const { name, weight, bias, output } = operator;
  const { rows, columns, bits } = weight;
  const weights = codeRange(bits, true);
  checkIntegers(name, "weights", data.weights, rows * columns, weights.lo, weights.hi);
  const biasLength = (bias.perToken ? graph.architecture.window : 1) * rows;
  checkIntegers(name, "biases", data.bias, biasLength, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const proven = accumulatorIntervals(data.weights, data.bias, input, rows, columns);
  const stated = data.accumulators;
  const same = proven.every(({ lo, hi }, row) => stated[row]?.lo === lo && stated[row]?.hi === hi);
  if (!same || stated.length !== rows) throw wrong(name, "states other accumulator intervals than its weights make");
  if (proven.some(({ lo, hi }) => !Number.isSafeInteger(lo) || !Number.isSafeInteger(hi))) {
    throw wrong(name, "has an accumulator beyond 2^53");
  }
  const { bits: outputBits, symmetric } = tensor(graph, output);
  if (outputBits === null) {
    if (data.requantiser) throw wrong(name, "is requantised; its output is an accumulator");
    return;
  }
  if (!data.requantiser) throw wrong(name, "has no requantiser; its output holds codes");
  checkRequantiser(graph, name, data.requantiser, rows, outputBits, codeRange(outputBits, symmetric));
  checkProducts(data.requantiser, proven, name);
}

function checkAttentionOperator(graph: Graph, operator: AttentionOperator, data: IntegerAttention): void {
  const { name, scoreBits, exponentialBits } = operator;
  checkRequantiser(graph, name, data.score, 1, scoreBits, codeRange(scoreBits, true));
  if (data.score.zero !== 0) throw wrong(name, "has scores with a zero point");
  const top = 2 ** exponentialBits - 1;
  checkIntegers(name, "table entries", data.table, 2 ** scoreBits, 0, top);
  const rising = data.table.some((entry, index) => index > 0 && entry > (data.table[index - 1] ?? 0));
  if (data.table[0] !== top || rising) throw wrong(name, `has a table that does not fall from ${top}`);
  const { tokens } = tensor(graph, operator.query);
  const shift = contextShift(tokens, exponentialBits, tensor(graph, operator.value).bits ?? 1);
  if (data.shift !== shift) throw wrong(name, `shifts the context by ${data.shift}; for this window it is ${shift}`);
  checkIntegers(name, "numerators", [data.numerator], 1, 0, Number.MAX_SAFE_INTEGER);
  const output = tensor(graph, operator.output);
  checkRange(name, data, codeRange(output.bits ?? 1, output.symmetric));
  checkIntegers(name, "zero points", [data.zero], 1, data.lo, data.hi);
  checkAttention(name, data, attentionIntervals(graph, name, data));
}

function checkResidualOperator(
  graph: Graph,
  operator: ResidualOperator,
  data: IntegerResidual,
  addends: readonly FeatureIntervals[],
): void {
  const { name } = operator;
  const { bits, symmetric, features } = tensor(graph, operator.output);
  if (data.coefficients.length !== addends.length) {
    throw wrong(name, `has coefficients for ${data.coefficients.length} addends; it has ${addends.length}`);
  }
  const most = 2 ** multiplierBits(bits ?? 1) - 1;
  for (const row of data.coefficients) checkIntegers(name, "coefficients", row, features, -most, most);
  checkIntegers(name, "constants", data.constants, features, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  checkIntegers(name, "shifts", [data.shift], 1, 1, largestShift);
  checkRange(name, data, codeRange(bits ?? 1, symmetric));
  checkResidual(name, residualIntervals(data, addends));
}

function checkRequantiser(
  graph: Graph,
  name: string,
  by: Requantiser,
  rows: number,
  bits: number,
  range: { readonly lo: number; readonly hi: number },
): void {
  const count = by.multipliers.length === 1 ? 1 : rows;
  checkIntegers(name, "multipliers", by.multipliers, count, 0, 2 ** multiplierBits(bits) - 1);
  checkIntegers(name, "shifts", [by.shift], 1, 1, largestShift);
  if (graph.precision.scales === "power-of-two" && pureShifts(by) === null) {
    throw wrong(name, "has a multiplier that is no power of two; its precision has power-of-two scales");
  }
  checkRange(name, by, range);
  checkIntegers(name, "zero points", [by.zero], 1, by.lo, by.hi);
}

function checkRange(
  name: string,
  { lo, hi }: { readonly lo: number; readonly hi: number },
  range: { readonly lo: number; readonly hi: number },
): void {
  if (lo === range.lo && hi === range.hi) return;
  throw wrong(name, `clamps to ${lo} .. ${hi}; its output's codes are ${range.lo} .. ${range.hi}`);
}

function checkIntegers(
  name: string,
  what: string,
  values: readonly number[],
  length: number,
  lo: number,
  hi: number,
): void {
  if (values.length !== length) throw wrong(name, `has ${values.length} ${what}; it needs ${length}`);
  const bad = values.findIndex((value) => !(Number.isSafeInteger(value) && value >= lo && value <= hi));
  if (bad >= 0)
    throw wrong(name, `has ${values[bad]} among its ${what} (number ${bad}); they are integers from ${lo} to ${hi}`);
}

/** One quantiser for each code tensor, and no other. */
function checkQuantisers(graph: Graph, model: IntegerModel): void {
  for (const name of model.quantisers.keys()) {
    if (graph.tensors.get(name)?.kind !== "code")
      throw wrong(name, "has a quantiser, but is no code tensor of this architecture");
  }
  for (const of of graph.tensors.values()) {
    if (of.kind !== "code") continue;
    const quantiser = model.quantisers.get(of.name);
    if (!quantiser) throw wrong(of.name, "has no quantiser");
    checkQuantiser(of, quantiser);
  }
}

/** The zero point an operator adds is that of the tensor it makes. */
function checkZero(graph: Graph, model: IntegerModel, operator: Operator, data: IntegerOperator): void {
  const zero = data.kind === "linear" ? data.requantiser?.zero : data.kind === "attention" ? data.zero : undefined;
  const stated = model.quantisers.get(operator.output)?.zeroPoint;
  if (zero === undefined || tensor(graph, operator.output).kind !== "code" || zero === stated) return;
  throw wrong(operator.name, `adds the zero point ${zero}; that of "${operator.output}" is ${stated}`);
}

function wrong(name: string, what: string): GatecastError {
  return new GatecastError("model", `"${name}" ${what}.`, {
    where: { operator: name },
    remedy: "Make the integer-only model again from its trained parameters.",
  });
}
