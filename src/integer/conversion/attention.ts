import { type AttentionOperator, codeRange, multiplierBits, tensor } from "../../model/index.js";
import { exp } from "../../numeric/elementary.js";
import { binaryDigits, roundHalfAway } from "../../numeric/integers.js";
import { isExactInterval } from "../../numeric/interval.js";
import { attentionIntervals } from "../intervals.js";
import type { IntegerAttention } from "../model.js";
import { checkProducts, requantiserScaling } from "./linear.js";
import {
  type ConversionContext,
  codeMeaning,
  type Meaning,
  meaningOf,
  requireScale,
  sharedScale,
  tooWide,
} from "./scales.js";

/** Score multiplier with 1/sqrt(d/h) folded in, table of exponentials, numerator of the reciprocal and shift of the context. */
export function convertAttention(
  context: ConversionContext,
  operator: AttentionOperator,
): { readonly data: IntegerAttention; readonly meaning: Meaning } {
  const { graph, quantised } = context;
  const { name, scoreBits, exponentialBits } = operator;
  const [queryScale, keyScale, valueScale] = [operator.query, operator.key, operator.value].map((input) =>
    sharedScale(meaningOf(context, input)),
  ) as [number, number, number];
  const { tokens, features } = tensor(graph, operator.query);
  const scoreScale = requireScale(quantised.scores.get(name), `${name}.scores`);
  const factor = (queryScale * keyScale) / (Math.sqrt(features / operator.heads) * scoreScale);
  const score = {
    ...requantiserScaling(context, [factor], multiplierBits(scoreBits), `${name}.scores`),
    zero: 0,
    ...codeRange(scoreBits, true),
  };

  const table = exponentialTable(scoreBits, exponentialBits, scoreScale);
  const meaning = codeMeaning(context, operator.output);
  const output = tensor(graph, operator.output);
  const shift = contextShift(tokens, exponentialBits, tensor(graph, operator.value).bits ?? 1);
  const numerator = roundHalfAway((2 ** shift * valueScale) / sharedScale(meaning));
  const range = codeRange(output.bits ?? 1, output.symmetric);
  const data: IntegerAttention = { kind: "attention", score, table, numerator, shift, zero: meaning.zero, ...range };
  checkAttention(name, data, attentionIntervals(graph, name, data));
  return { data, meaning };
}

/** Proves that every product inside the operator stays below 2^53. */
export function checkAttention(
  name: string,
  data: IntegerAttention,
  intervals: ReturnType<typeof attentionIntervals>,
): void {
  checkProducts(data.score, [intervals.dot], `${name}.scores`);
  const half = 2 ** (data.shift - 1);
  const { lo, hi } = intervals.product;
  if (!isExactInterval({ lo, hi: hi + half })) throw tooWide("The product of a weighted sum with its reciprocal", name);
}

/** table[i] = round((2^E - 1) exp(-i s_score)), 2^scoreBits entries. */
export function exponentialTable(scoreBits: number, exponentialBits: number, scoreScale: number): number[] {
  const top = 2 ** exponentialBits - 1;
  return Array.from({ length: 2 ** scoreBits }, (_, index) => roundHalfAway(top * exp(-index * scoreScale)));
}

/** k = bits(n (2^E - 1) (2^(b_v-1) - 1)) + 4. */
export function contextShift(tokens: number, exponentialBits: number, valueBits: number): number {
  return binaryDigits(tokens * (2 ** exponentialBits - 1) * (2 ** (valueBits - 1) - 1)) + 4;
}
