import type { AttentionOperator } from "../../model/index.js";
import { clamp } from "../../numeric/integers.js";
import type { IntegerAttention, Interval } from "../model.js";
import type { TensorData } from "../tensor.js";
import { Product } from "./product.js";
import { planRequantiser } from "./requantiser.js";

/** What an attention operator computes on the way, for those who check hardware against it: [head][query t] and then ... */
export interface AttentionInternals {
  /** [key j]: score codes. */
  readonly scores: Int32Array;
  /** [key j]: exp codes. */
  readonly exponentials: Int32Array;
  /** S, the sum of exp codes. */
  readonly sums: Float64Array;
  /** r, the reciprocal. */
  readonly reciprocals: Float64Array;
  /** [feature c of the head]: A, the weighted sum of values. */
  readonly weighted: Int32Array;
}

export interface AttentionInputs {
  /** Features of a token, d. */
  readonly features: number;
  /** [n][d] each. */
  readonly query: TensorData;
  readonly key: TensorData;
  readonly value: TensorData;
  /** Largest absolute code of each, so that the fastest exact kernel can be chosen; that of 8 bits otherwise. */
  readonly largest?: { readonly query: number; readonly key: number; readonly value: number };
}

const largestOf8Bits = { query: 127, key: 127, value: 127 };

/** The operator's function on tensors that are kept; `internals`, where given, is filled at each call. */
export function planAttention(
  operator: AttentionOperator,
  data: IntegerAttention,
  { features, query, key, value, largest = largestOf8Bits }: AttentionInputs,
  output: TensorData,
  internals?: AttentionInternals,
): () => void {
  const tokens = query.length / features;
  const width = features / operator.heads;
  const table = Int32Array.from(data.table);
  const top = data.table[0] ?? Number.NaN;
  const largestDot = width * largest.query * largest.key;
  const dots = new Product(tokens, tokens, width, largestDot);
  const weighted = new Product(tokens, width, tokens, tokens * top * largest.value);
  const requantise = planRequantiser(data.score, new Array<Interval>(tokens).fill({ lo: -largestDot, hi: largestDot }));
  const scores = new Int32Array(tokens * tokens);
  const exponentials = new Int32Array(tokens * tokens);
  const sums = new Float64Array(tokens);
  const reciprocals = new Float64Array(tokens);

  const runHead = (head: number): void => {
    const first = head * width;
    dots.setLeft(query, first, features);
    dots.setRight(key, first, features, 1);
    dots.run();
    requantise(dots.sums, scores);

    exponentiate(scores, table, tokens, exponentials, sums);
    // The quotient's floor is exact: numerator and sum are integers below 2^53.
    for (let t = 0; t < tokens; t++) reciprocals[t] = Math.floor(data.numerator / (sums[t] as number));

    weighted.setLeft(exponentials, 0, tokens);
    weighted.setRight(value, first, 1, features);
    weighted.run();
    normalise(weighted.sums, reciprocals, data, output, first, features, width);

    if (internals) {
      internals.scores.set(scores, head * tokens * tokens);
      internals.exponentials.set(exponentials, head * tokens * tokens);
      internals.sums.set(sums, head * tokens);
      internals.reciprocals.set(reciprocals, head * tokens);
      internals.weighted.set(weighted.sums, head * tokens * width);
    }
  };
  return () => {
    for (let head = 0; head < operator.heads; head++) runHead(head);
  };
}

/** The operator alone: context codes, [n][d]. */
export function runAttention(operator: AttentionOperator, data: IntegerAttention, inputs: AttentionInputs): Int32Array {
  const output = new Int32Array(inputs.query.length);
  planAttention(operator, data, inputs, output)();
  return output;
}

/** Room for the internals of attention over `tokens` tokens. */
export function attentionInternals(operator: AttentionOperator, tokens: number, features: number): AttentionInternals {
  const rows = operator.heads * tokens;
  return {
    scores: new Int32Array(rows * tokens),
    exponentials: new Int32Array(rows * tokens),
    sums: new Float64Array(rows),
    reciprocals: new Float64Array(rows),
    weighted: new Int32Array(tokens * features),
  };
}

/** For each query: e[j] = table[top - score[j]] with top = max over j of score[j], and S = sum over j of e[j]. */
function exponentiate(
  scores: Int32Array,
  table: Int32Array,
  tokens: number,
  exponentials: Int32Array,
  sums: Float64Array,
): void {
  for (let t = 0; t < tokens; t++) {
    const first = t * tokens;
    let top = scores[first] as number;
    for (let j = 1; j < tokens; j++) {
      const score = scores[first + j] as number;
      top = Math.max(top, score);
    }
    let sum = 0;
    for (let j = 0; j < tokens; j++) {
      const e = table[top - (scores[first + j] as number)] as number;
      exponentials[first + j] = e;
      sum += e;
    }
    sums[t] = sum;
  }
}

/** context[t][c] = clamp(zero + ((A[t][c] * r[t] + 2^(k-1)) >> k), lo, hi), into the features of one head. */
function normalise(
  weighted: Int32Array,
  reciprocals: Float64Array,
  { shift, zero, lo, hi }: IntegerAttention,
  output: TensorData,
  first: number,
  features: number,
  width: number,
): void {
  const half = 2 ** (shift - 1);
  const scale = 2 ** -shift;
  for (let t = 0; t < reciprocals.length; t++) {
    const r = reciprocals[t] as number;
    for (let c = 0; c < width; c++) {
      const rounded = Math.floor(((weighted[t * width + c] as number) * r + half) * scale);
      output[t * features + first + c] = clamp(zero + rounded, lo, hi);
    }
  }
}
