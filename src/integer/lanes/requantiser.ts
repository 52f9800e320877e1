import { times } from "../../numeric/interval.js";
import type { Interval, Requantiser } from "../model.js";
import { fitsInt32 } from "../tensor.js";
import { type LaneMemory, wordsOf64 } from "./memory.js";

/** One output row of a requantiser: its multiplier, and what accumulator * multiplier can take. */
export interface RequantisedRow {
  readonly multiplier: number;
  readonly product: Interval;
}

/** The row of an accumulator. */
export function requantisedRow(accumulator: Interval, multiplier: number): RequantisedRow {
  return { multiplier, product: times(accumulator, multiplier) };
}

/** The shift of what is computed in 32-bit lanes, as in wasm/integer/lanes.ts. */
export const NARROW_SHIFT = 20;

/** Of two rows or keys that share a multiplication, as in wasm/integer/lanes.ts. */
export const SHARE = 12;

/** Whether sums before a shift by `shift` fit 32 bits when they are scaled for a shift of NARROW_SHIFT. */
export function fitsNarrow(sums: readonly Interval[], shift: number): boolean {
  const scale = 2 ** (NARROW_SHIFT - shift);
  return scale >= 1 && fitsInt32(sums.map(({ lo, hi }) => ({ lo: lo * scale, hi: hi * scale })));
}

/**
 * Writes a requantiser for the kernels, in the fastest form that is proven exact:
 * 0. in 32-bit lanes with a shift of NARROW_SHIFT, where acc * multiplier + 2^(shift-1) + zero * 2^shift, scaled by a power of two to that
 *    shift, fits 32 bits (then arithmetic modulo 2^32 on the way does no harm);
 * 1. in 64 bits with a shift of 32, where the multipliers so scaled fit 32 bits;
 * 2. in 64 bits as it is.
 *
 * @param rows whose accumulators and multipliers fit 32 bits
 * @param modes that may be chosen
 * @returns its address; null where no form does, or what comes before the clamp is beyond 32 bits
 */
export function writeRequantiser(
  memory: LaneMemory,
  by: Omit<Requantiser, "multipliers">,
  rows: readonly RequantisedRow[],
  modes: readonly RequantiserMode[] = [0, 1, 2],
): WrittenRequantiser | null {
  const { shift, zero, lo, hi } = by;
  const offset = 2 ** (shift - 1) + zero * 2 ** shift;
  const sums = rows.map(({ product }) => ({ lo: product.lo + offset, hi: product.hi + offset }));
  const results = sums.map((sum) => ({ lo: Math.floor(sum.lo / 2 ** shift), hi: Math.floor(sum.hi / 2 ** shift) }));
  if (!fitsInt32(results)) return null;
  const shifts = [NARROW_SHIFT, 32, shift] as const;
  const mode = modes.find((candidate) => {
    if (candidate === 0) return fitsNarrow(sums, shift);
    const scale = 2 ** (shifts[candidate] - shift);
    return scale >= 1 && rows.every(({ multiplier }) => multiplier * scale < 2 ** 31);
  });
  if (mode === undefined) return null;
  const scale = 2 ** (shifts[mode] - shift);
  // In 32 bits a scaled multiplier counts modulo 2^32.
  const multipliers = memory.words(rows.map(({ multiplier }) => (multiplier * scale) | 0));
  const address = memory.words([...wordsOf64(offset * scale), multipliers, shifts[mode], lo, hi, mode]);
  return { address, mode, scale, offset: offset * scale };
}

export interface WrittenRequantiser {
  readonly address: number;
  readonly mode: RequantiserMode;
  /** The power of two by which multipliers and offset are scaled. */
  readonly scale: number;
  /** 2^(shift-1) + zero * 2^shift, scaled. */
  readonly offset: number;
}

/** The forms of a requantiser, see `writeRequantiser`. */
export type RequantiserMode = 0 | 1 | 2;
