import { buildGraph, type Operator, tensor } from "../../model/index.js";
import type { IntegerAttention, IntegerLinear, IntegerModel, IntegerResidual, Requantiser } from "../model.js";
import { at } from "../tensor.js";

/**
 * The arithmetic contract once more, on integers without any limit, sentence by sentence and slowly: the referee of the
 * interpreter. Shares no code with it.
 *
 * @param codes one window, [n][m]
 * @returns every tensor of the graph, [tokens][features]
 */
export function referenceTensors(model: IntegerModel, codes: ArrayLike<number>): Map<string, bigint[]> {
  const graph = buildGraph(model.architecture, model.precision);
  const tensors = new Map<string, bigint[]>([[graph.input, Array.from(codes, (code) => BigInt(code))]]);
  const of = (name: string): bigint[] => {
    const found = tensors.get(name);
    if (!found) throw new Error(`no tensor "${name}" yet`);
    return found;
  };
  for (const operator of graph.operators) {
    const input = operator.kind === "residual" ? null : operator.kind === "attention" ? operator.query : operator.input;
    const features = input === null ? 0 : tensor(graph, input).features;
    tensors.set(operator.output, referenceOperator(model, operator, features, of));
  }
  return tensors;
}

/** The forecast codes of one window. */
export function referenceRun(model: IntegerModel, codes: ArrayLike<number>): number[] {
  return (referenceTensors(model, codes).get("forecast") ?? []).map(Number);
}

function referenceOperator(
  model: IntegerModel,
  operator: Operator,
  features: number,
  of: (name: string) => bigint[],
): bigint[] {
  const data = model.operators.get(operator.name);
  if (operator.kind === "linear" && data?.kind === "linear") return referenceLinear(data, of(operator.input));
  if (operator.kind === "attention" && data?.kind === "attention") {
    return referenceAttention(data, operator.heads, features, of(operator.query), of(operator.key), of(operator.value));
  }
  if (operator.kind === "residual" && data?.kind === "residual")
    return referenceResidual(data, operator.addends.map(of));
  if (operator.kind === "pool") {
    const x = of(operator.input);
    return Array.from({ length: features }, (_, c) => sum(x.filter((_value, index) => index % features === c)));
  }
  if (operator.kind === "last")
    return operator.columns.map((column) => big(of(operator.input).slice(-features), column));
  throw new Error(`the model's "${operator.name}" is not a ${operator.kind}`);
}

/** `linear` on one tensor. */
export function referenceLinear(data: IntegerLinear, x: readonly bigint[]): bigint[] {
  const rows = data.accumulators.length;
  const columns = data.weights.length / rows;
  return Array.from({ length: (x.length / columns) * rows }, (_, index) => {
    const row = index % rows;
    const token = Math.floor(index / rows);
    let acc = BigInt(at(data.bias, index % data.bias.length));
    for (let i = 0; i < columns; i++) acc += BigInt(at(data.weights, row * columns + i)) * big(x, token * columns + i);
    return data.requantiser ? requantise(acc, row, data.requantiser) : acc;
  });
}

/** `attention` on one tensor, `features` to a token. */
export function referenceAttention(
  data: IntegerAttention,
  heads: number,
  features: number,
  q: readonly bigint[],
  k: readonly bigint[],
  v: readonly bigint[],
): bigint[] {
  const tokens = q.length / features;
  const width = features / heads;
  const each = Array.from({ length: tokens }, (_, j) => j);
  return q.map((_, index) => {
    const t = Math.floor(index / features);
    const c = index % features;
    const head = Math.floor(c / width) * width;
    const channels = Array.from({ length: width }, (_value, i) => head + i);
    const scores = each.map((j) =>
      requantise(sum(channels.map((i) => big(q, t * features + i) * big(k, j * features + i))), 0, data.score),
    );
    const top = big(
      [...scores].sort((a, b) => Number(b - a)),
      0,
    );
    const e = scores.map((score) => BigInt(at(data.table, Number(top - score))));
    const r = BigInt(data.numerator) / sum(e); // both positive: truncation is the floor
    const weighted = sum(each.map((j) => big(e, j) * big(v, j * features + c)));
    return limit(BigInt(data.zero) + shifted(weighted * r, data.shift), data);
  });
}

/** `residual` on one tensor. */
export function referenceResidual(data: IntegerResidual, addends: readonly (readonly bigint[])[]): bigint[] {
  const features = data.constants.length;
  return (addends[0] ?? []).map((_, index) => {
    const c = index % features;
    const terms = addends.map((x, a) => BigInt(at(data.coefficients[a] ?? [], c)) * big(x, index));
    return limit(shifted(sum(terms) + BigInt(at(data.constants, c)), data.shift), data);
  });
}

function requantise(acc: bigint, row: number, by: Requantiser): bigint {
  const multiplier = BigInt(at(by.multipliers, by.multipliers.length === 1 ? 0 : row));
  return limit(BigInt(by.zero) + shifted(acc * multiplier, by.shift), by);
}

/** (x + 2^(shift-1)) >> shift */
function shifted(x: bigint, shift: number): bigint {
  return (x + (1n << BigInt(shift - 1))) >> BigInt(shift);
}

function limit(x: bigint, { lo, hi }: { readonly lo: number; readonly hi: number }): bigint {
  if (x < BigInt(lo)) return BigInt(lo);
  return x > BigInt(hi) ? BigInt(hi) : x;
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}

function big(values: readonly bigint[], index: number): bigint {
  const value = values[index];
  if (value === undefined) throw new Error(`index ${index} is outside of ${values.length} values`);
  return value;
}
