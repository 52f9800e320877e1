import { buildGraph, type Graph } from "./graph.js";
import { normEpsilon, type Parameter, type Parameters, parameterShapes } from "./parameters.js";

/**
 * The graph of the same network without folds: what the float phase trains. Its precision is without overrides, which may name
 * tensors that only the folded graph has.
 */
export function unfoldedGraph(graph: Graph): Graph {
  if (graph.architecture.folds.length === 0) return graph;
  return buildGraph({ ...graph.architecture, folds: [] }, { ...graph.precision, overrides: {} });
}

/**
 * The float parameters of a folded graph whose forecasts are those of the unfolded one (batch normalisation by its running statistics),
 * computed in double precision (docs/arithmetic.md, "Folds").
 *
 * @param parameters of `unfoldedGraph(graph)`; they are returned as they are where nothing is folded
 */
export function foldParameters(graph: Graph, parameters: Parameters): Parameters {
  const { folds, layers } = graph.architecture;
  if (folds.length === 0) return parameters;
  const folded = new Map<string, Float64Array>();
  const read = (name: string): Float64Array => {
    const found = folded.get(name) ?? parameters.get(name)?.data;
    if (!found) throw new Error(`no parameter "${name}" to fold`);
    return Float64Array.from(found);
  };
  for (let layer = 0; layer < layers; layer++) {
    const stem = `layers.${layer}`;
    if (folds.includes("value")) foldValue(read, folded, `${stem}.self_attn`);
    if (folds.includes("query")) foldQuery(read, folded, `${stem}.self_attn`);
    if (folds.includes("tail") && layer === layers - 1) foldTail(read, folded, stem);
  }
  return new Map(
    [...parameterShapes(graph)].map(([name, shape]): [string, Parameter] => {
      const kept = folded.has(name) ? undefined : parameters.get(name);
      return [name, kept ?? { shape, data: Float32Array.from(read(name)) }];
    }),
  );
}

type Read = (name: string) => Float64Array;
type Folded = Map<string, Float64Array>;

/** Wo (sum p_j (Wv x_j + bv)) + bo = sum p_j (Wo Wv x_j + Wo bv + bo), since the p_j sum to 1. */
function foldValue(read: Read, folded: Folded, stem: string): void {
  const output = read(`${stem}.out_proj.weight`);
  const bias = read(`${stem}.v_proj.bias`);
  const d = bias.length;
  folded.set(`${stem}.v_proj.weight`, product(output, read(`${stem}.v_proj.weight`), d));
  folded.set(`${stem}.v_proj.bias`, sum(product(output, bias, d), read(`${stem}.out_proj.bias`)));
}

/** (Wq x_i + bq) . (Wk x_j + bk) = (Wk^T Wq x_i + Wk^T bq) . x_j + what softmax over j does not see. */
function foldQuery(read: Read, folded: Folded, stem: string): void {
  const bias = read(`${stem}.q_proj.bias`);
  const d = bias.length;
  const key = transposed(read(`${stem}.k_proj.weight`), d);
  folded.set(`${stem}.q_proj.weight`, product(key, read(`${stem}.q_proj.weight`), d));
  folded.set(`${stem}.q_proj.bias`, product(key, bias, d));
}

/**
 * head . (g (norm1 + W2 hidden + b2 - mean) + beta), with the second norm's gain g = gamma / sqrt(var + epsilon), has the means over time
 * of norm1 and of hidden as its only variables.
 */
function foldTail(read: Read, folded: Folded, stem: string): void {
  const norm = (name: string) => read(`${stem}.norm2.${name}`);
  const variance = norm("running_var");
  const mean = norm("running_mean");
  const beta = norm("bias");
  const d = beta.length;
  const gain = norm("weight").map((gamma, c) => gamma / Math.sqrt((variance[c] ?? Number.NaN) + normEpsilon));
  const constant = read(`${stem}.linear2.bias`).map(
    (bias, c) => (gain[c] ?? Number.NaN) * (bias - (mean[c] ?? Number.NaN)) + (beta[c] ?? Number.NaN),
  );
  const head = read("head.weight");
  const direct = head.map((value, index) => value * (gain[index % d] ?? Number.NaN));
  folded.set("head.weight", direct);
  folded.set("head.bias", sum(read("head.bias"), product(head, constant, d)));
  folded.set("head_hidden.weight", product(direct, read(`${stem}.linear2.weight`), d));
  folded.set("head_hidden.bias", new Float64Array(head.length / d));
}

/** a [rows][inner] times b [inner][columns], row-major. */
function product(a: Float64Array, b: Float64Array, inner: number): Float64Array {
  const columns = b.length / inner;
  return Float64Array.from({ length: (a.length / inner) * columns }, (_, index) => {
    const row = Math.floor(index / columns);
    let total = 0;
    for (let k = 0; k < inner; k++) {
      total += (a[row * inner + k] ?? Number.NaN) * (b[k * columns + (index % columns)] ?? Number.NaN);
    }
    return total;
  });
}

/** The transposed of a square matrix. */
function transposed(a: Float64Array, size: number): Float64Array {
  return a.map((_, index) => a[(index % size) * size + Math.floor(index / size)] ?? Number.NaN);
}

function sum(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, index) => value + (b[index] ?? Number.NaN));
}
