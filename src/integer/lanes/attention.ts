import type { AttentionOperator } from "../../model/index.js";
import type { IntegerAttention, Interval } from "../model.js";
import { fitsInt32 } from "../tensor.js";
import { type LaneMemory, roundUp, wordsOfDouble } from "./memory.js";
import type { Place } from "./place.js";
import { requantisedRow, SHARE, writeRequantiser } from "./requantiser.js";

export interface AttentionPlaces {
  readonly query: Place;
  readonly key: Place;
  /** In pairs of tokens. */
  readonly value: Place;
  readonly output: Place;
}

/** Largest absolute code of each input. */
export interface LargestCodes {
  readonly query: number;
  readonly key: number;
  readonly value: number;
}

/**
 * Writes an `attention` for the kernels.
 *
 * @param features of a token, d
 * @returns its address; null where a number is beyond 32 bits
 */
export function writeAttention(
  memory: LaneMemory,
  operator: AttentionOperator,
  data: IntegerAttention,
  features: number,
  largest: LargestCodes,
  { query, key, value, output }: AttentionPlaces,
): number | null {
  const { heads } = operator;
  const { tokens } = query;
  const width = features / heads;
  const pairs = Math.ceil(width / 2);
  const top = data.table[0] ?? Number.NaN;
  const dot = width * largest.query * largest.key;
  const weighted: Interval = { lo: -tokens * top * largest.value, hi: tokens * top * largest.value };
  if (!fitsInt32([weighted, { lo: 0, hi: Math.floor(data.numerator / top) }])) return null;

  const scoreRows = [requantisedRow({ lo: -dot, hi: dot }, data.score.multipliers[0] ?? Number.NaN)];
  // Two keys in one, k[j] + 2^s k[j + 1], as in `linear`: the low s bits are one key's dot product, the rest the other's.
  const shareable = dot < 2 ** (SHARE - 1) && largest.key * (2 ** SHARE + 1) <= 32767;
  const shared = shareable ? writeRequantiser(memory, data.score, scoreRows, [0]) : null;
  const score = shared ?? writeRequantiser(memory, data.score, scoreRows);
  // |A r| is at most max|v| * numerator (docs/arithmetic.md).
  const product = largest.value * data.numerator;
  const context = writeRequantiser(memory, data, [{ multiplier: 0, product: { lo: -product, hi: product } }], [0, 2]);
  if (score === null || context === null) return null;

  const tokenPairs = Math.ceil(tokens / 2);
  const scoresRow = roundUp(tokens, 4) * 16;
  const exponentialsRow = tokenPairs * 16;
  return memory.words([
    ...wordsOfDouble(data.numerator),
    ...wordsOfDouble(context.scale),
    query.address,
    key.address,
    query.tokenBytes,
    value.address,
    value.tokenBytes,
    output.address,
    tokens,
    heads,
    pairs,
    memory.shorts(data.table),
    shared === null ? 0 : 1,
    shared === null ? 0 : memory.reserve(roundUp(tokenPairs, 4) * pairs * 16),
    memory.reserve(2 * scoresRow),
    scoresRow,
    memory.reserve(2 * exponentialsRow),
    exponentialsRow,
    score.address,
    context.address,
  ]);
}
