import { type FeatureIntervals, residualIntervals } from "../intervals.js";
import type { IntegerResidual } from "../model.js";
import { fitsInt32 } from "../tensor.js";
import { type LaneMemory, wordsOf64 } from "./memory.js";
import type { Place } from "./place.js";
import { fitsNarrow, NARROW_SHIFT } from "./requantiser.js";

/**
 * Writes a `residual` for the kernels; addends and output have their features one after the other.
 *
 * @param inputs what each feature of each addend can take
 * @returns its address; null where a sum is beyond 32 bits after the shift
 */
export function writeResidual(
  memory: LaneMemory,
  data: IntegerResidual,
  inputs: readonly FeatureIntervals[],
  addends: readonly Place[],
  output: Place,
): number | null {
  const { shift, lo, hi } = data;
  const sums = residualIntervals(data, inputs);
  if (!fitsInt32(sums.map((sum) => ({ lo: Math.floor(sum.lo / 2 ** shift), hi: Math.floor(sum.hi / 2 ** shift) })))) {
    return null;
  }
  const wide = !fitsNarrow(sums, shift);
  // In 32 bits everything is scaled to a shift of NARROW_SHIFT, and counts modulo 2^32.
  const scale = wide ? 1 : 2 ** (NARROW_SHIFT - shift);
  const pairs = Math.ceil(output.features.length / 2);
  // A last odd feature has a neighbour of zeros.
  const filled = (values: readonly number[]) => Array.from({ length: 2 * pairs }, (_, slot) => values[slot] ?? 0);
  const constants = filled(data.constants.map((constant) => constant + 2 ** (shift - 1)));
  const words = wide ? constants.flatMap(wordsOf64) : constants.map((constant) => (constant * scale) | 0);
  const coefficients = addends.map((_, index) =>
    filled(data.coefficients[index] ?? []).map((coefficient) => (coefficient * scale) | 0),
  );
  const described = addends.flatMap((addend, index) => [
    addend.address,
    addend.tokenBytes,
    addend.layout === "accumulators" ? 0 : 1,
    memory.words(coefficients[index] ?? []),
  ]);
  const common = !wide && addends.map(({ layout }) => layout).join() === "feature pairs,accumulators";
  const byPair = Array.from({ length: pairs }, (_, pair) =>
    [words, ...coefficients].flatMap((row) => row.slice(2 * pair, 2 * pair + 2)),
  ).flat();
  return memory.words([
    memory.words(words),
    memory.words(described),
    addends.length,
    output.tokens,
    pairs,
    shift, // read where it is wide
    lo,
    hi,
    wide ? 1 : 0,
    output.address,
    output.tokenBytes,
    common ? memory.words(byPair) : 0,
  ]);
}
