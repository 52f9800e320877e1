import type { LinearOperator } from "../../model/index.js";
import { add, type Interval, point, times } from "../../numeric/interval.js";
import { accumulatorIntervals, type FeatureIntervals } from "../intervals.js";
import type { IntegerLinear } from "../model.js";
import { multiplierOf } from "../operators/requantiser.js";
import { fitsInt32 } from "../tensor.js";
import { type LaneMemory, roundUp } from "./memory.js";
import type { Place } from "./place.js";
import { requantisedRow, SHARE, writeRequantiser } from "./requantiser.js";

/**
 * Writes a `linear` for the kernels.
 *
 * @param x what each feature of a token of the input can take
 * @returns its address; null where a number is beyond 32 bits
 */
export function writeLinear(
  memory: LaneMemory,
  operator: LinearOperator,
  data: IntegerLinear,
  x: FeatureIntervals,
  input: Place,
  output: Place,
): number | null {
  const { rows, columns } = operator.weight;
  const accumulators = accumulatorIntervals(data.weights, data.bias, x, rows, columns);
  if (!fitsInt32(accumulators) || data.bias.some((bias) => !fitsInt32([point(bias)]))) return null;

  const weightColumns = inputColumns(operator, input);
  const weight = (row: number, slot: number): number => {
    const column = weightColumns[slot] ?? -1;
    return row < 0 || column < 0 ? 0 : (data.weights[row * columns + column] ?? Number.NaN);
  };
  const pairs = Math.ceil(weightColumns.length / 2);
  const slotIntervals = weightColumns.map((column) => (column < 0 ? point(0) : (x[column % x.length] ?? point(0))));
  const outputRows = Array.from({ length: output.slots }, (_, slot) => output.features[slot] ?? -1);
  const chunk = rows > 4 ? planChunk(data.weights, outputRows, weight, slotIntervals, pairs) : null;
  const blockRows = chunk === null ? 4 : 8;
  const padded = roundUp(output.features.length, blockRows);
  const written = outputRows.slice(0, padded);

  const by = data.requantiser;
  const multipliers = written.map((row) => (by && row >= 0 ? multiplierOf(by, row) : 0));
  const requantiser =
    by &&
    writeRequantiser(
      memory,
      by,
      written.map((row, slot) => requantisedRow(accumulators[row] ?? point(0), multipliers[slot] ?? 0)),
    );
  if (by && !requantiser) return null;
  const bias = packBias(data.bias, rows, written, chunk === null ? 0 : Math.ceil(pairs / chunk));
  // Shared sums become codes at once where 32 bits do: (sum + bias) * multiplier + offset, modulo 2^32.
  const direct = chunk !== null && requantiser?.mode === 0 ? requantiser : null;
  const added = (value: number, slot: number) =>
    direct ? (Math.imul(value, ((multipliers[slot] ?? 0) * direct.scale) | 0) + direct.offset) | 0 : value;
  const tokens = operator.flatten ? 1 : input.tokens;
  return memory.words([
    input.address,
    input.tokenBytes,
    memory.shorts(packWeights(written, pairs, weight, chunk !== null)),
    memory.words(bias.map((value, index) => added(value, index % padded))),
    data.bias.length > rows ? padded * 4 : 0,
    by ? memory.reserve(2 * padded * 16) : output.address,
    by ? padded * 16 : output.tokenBytes,
    padded,
    pairs,
    tokens,
    chunk === null ? 0 : 1,
    chunk ?? pairs,
    direct ? 1 : 0,
    chunk === null ? 0 : memory.reserve(8 * 16),
    by ? output.address : 0,
    output.tokenBytes,
    output.layout === "token pairs" ? 1 : 0,
    requantiser?.address ?? 0,
  ]);
}

/** Column of the weights for each slot of the input; the whole window's where it is flattened. */
function inputColumns(operator: LinearOperator, input: Place): number[] {
  if (!operator.flatten) return [...input.features];
  const features = operator.weight.columns / input.tokens;
  return Array.from({ length: input.tokens * input.slots }, (_, index) => {
    const feature = input.features[index % input.slots] ?? -1;
    return feature < 0 ? -1 : Math.floor(index / input.slots) * features + feature;
  });
}

/** Shorter chunks cost more than they save. */
const shortestChunk = 4;

/**
 * Whether two rows can share a weight, w[o] + 2^s w[o + 1] with s = SHARE: after how many pairs of columns their sums are to be taken
 * apart, null where they cannot. It is exact where a weight fits 16 bits, and every sum of an even row over a chunk fits s
 * bits: the sum of the products is S[o] + 2^s S[o + 1], from which both are read back.
 */
function planChunk(
  weights: readonly number[],
  rows: readonly number[],
  weight: (row: number, slot: number) => number,
  x: readonly Interval[],
  pairs: number,
): number | null {
  const largest = weights.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest * (2 ** SHARE + 1) > 32767) return null;
  const fits = (row: number, from: number, to: number, bound: number): boolean => {
    let sum: Interval = point(0);
    for (let slot = from; slot < to; slot++) sum = add(sum, times(x[slot] ?? point(0), weight(row, slot)));
    return sum.lo >= -bound && sum.hi < bound;
  };
  for (let count = 1; Math.ceil(pairs / count) >= shortestChunk; count++) {
    const chunk = Math.ceil(pairs / count);
    const exact = rows.every((row, slot) => {
      const bound = slot % 2 === 0 ? 2 ** (SHARE - 1) : 2 ** (30 - SHARE);
      for (let from = 0; from < pairs; from += chunk) {
        if (!fits(row, 2 * from, 2 * Math.min(from + chunk, pairs), bound)) return false;
      }
      return true;
    });
    if (exact) return chunk;
  }
  return null;
}

/** [blocks of rows][pairs][4][2], four rows to a block, or four times two that share. */
function packWeights(
  rows: readonly number[],
  pairs: number,
  weight: (row: number, slot: number) => number,
  shared: boolean,
): number[] {
  const packed: number[] = [];
  const perWeight = shared ? 2 : 1;
  for (let first = 0; first < rows.length; first += 4 * perWeight) {
    for (let slot = 0; slot < 2 * pairs; slot += 2) {
      for (let row = first; row < first + 4 * perWeight; row += perWeight) {
        for (const column of [slot, slot + 1]) {
          const low = weight(rows[row] ?? -1, column);
          packed.push(shared ? low + 2 ** SHARE * weight(rows[row + 1] ?? -1, column) : low);
        }
      }
    }
  }
  return packed;
}

/** The bias of each row that is written; a shared even row's without the 2^(SHARE-1) that each chunk adds. */
function packBias(bias: readonly number[], rows: number, written: readonly number[], chunks: number): number[] {
  const packed: number[] = [];
  const extra = chunks * 2 ** (SHARE - 1);
  for (let first = 0; first < bias.length; first += rows) {
    written.forEach((row, slot) => {
      packed.push((row < 0 ? 0 : (bias[first + row] ?? Number.NaN)) - (slot % 2 === 0 ? extra : 0));
    });
  }
  return packed;
}
