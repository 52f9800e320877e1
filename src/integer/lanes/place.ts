import { type LaneMemory, roundUp } from "./memory.js";

/** Windows that are computed side by side: the 32-bit lanes of a register. */
export const LANES = 4;

/**
 * Where a tensor of four windows lies. A register holds, for each window, either one accumulator, or a pair of codes: of two
 * neighbouring features, or (values of attention) of two neighbouring tokens.
 */
export interface Place {
  readonly layout: "accumulators" | "feature pairs" | "token pairs";
  readonly address: number;
  readonly tokens: number;
  /** Features with the gaps between them: room for `slots` in each token. */
  readonly slots: number;
  /** Feature of each slot that is used, -1 for a gap; shorter than `slots`. Gaps hold numbers that nobody weighs. */
  readonly features: readonly number[];
  /** Bytes from one token (or pair of tokens) to the next. */
  readonly tokenBytes: number;
}

/** Reserves a tensor's place. `slots` is a multiple of 8 unless stated, since kernels write eight rows at a time. */
export function reservePlace(
  memory: LaneMemory,
  layout: Place["layout"],
  tokens: number,
  features: readonly number[],
  slots = roundUp(features.length, 8),
): Place {
  const tokenBytes = (layout === "feature pairs" ? slots / 2 : slots) * 16;
  // Keys are read four tokens at a time.
  const rows = layout === "token pairs" ? Math.ceil(tokens / 2) : roundUp(tokens, 4);
  return { layout, address: memory.reserve(rows * tokenBytes), tokens, slots, features, tokenBytes };
}

/** Features one after the other. */
export function plainFeatures(count: number): number[] {
  return Array.from({ length: count }, (_, feature) => feature);
}

/** Features head by head, each head filled up to whole pairs. */
export function headFeatures(count: number, heads: number): number[] {
  const width = count / heads;
  return Array.from({ length: heads * roundUp(width, 2) }, (_, slot) => {
    const inHead = slot % roundUp(width, 2);
    return inHead < width ? Math.floor(slot / roundUp(width, 2)) * width + inHead : -1;
  });
}

/**
 * For every [token][feature] its index in lane 0, in an Int16Array of the memory (in an Int32Array for accumulators). The
 * next lane is `laneStep` further.
 */
export function elementIndices(place: Place): Int32Array {
  const count = place.features.filter((feature) => feature >= 0).length;
  const indices = new Int32Array(place.tokens * count);
  const bytes = place.layout === "accumulators" ? 4 : 2;
  for (let t = 0; t < place.tokens; t++) {
    place.features.forEach((feature, slot) => {
      if (feature < 0) return;
      const offset =
        place.layout === "accumulators"
          ? t * place.tokenBytes + slot * 16
          : place.layout === "feature pairs"
            ? t * place.tokenBytes + (slot >> 1) * 16 + (slot & 1) * 2
            : (t >> 1) * place.tokenBytes + slot * 16 + (t & 1) * 2;
      indices[t * count + feature] = (place.address + offset) / bytes;
    });
  }
  return indices;
}

/** From one lane to the next in the view that `elementIndices` is for. */
export function laneStep(place: Place): number {
  return place.layout === "accumulators" ? 1 : 2;
}
