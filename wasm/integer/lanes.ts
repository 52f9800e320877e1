// Four windows stand side by side in every register: lane = window. A tensor of codes holds two codes to a lane (i16x8), so that
// i32x4.dot_i16x8_s adds two products at a time; accumulators are i32x4.

/**
 * The shift of everything that is proven to fit 32-bit lanes: a smaller one is made up for in multiplier and offset. A constant, since
 * a variable shift takes four instructions. src/integer/lanes has the same number.
 */
// @ts-ignore: decorator
@inline
export const NARROW_SHIFT: i32 = 20;

/** Of two rows, or two keys, that share a multiplication: w[o] + 2^SHARE w[o + 1], for codes of up to 4 bits. */
// @ts-ignore: decorator
@inline
export const SHARE: i32 = 12;

/** Requantisation of i32x4 accumulators (docs/arithmetic.md); `offset` = 2^(shift-1) + zero * 2^shift. */
@unmanaged
export class Requantiser {
  offset: i64;
  /** One i32 per row. */
  multipliers: usize;
  shift: i32;
  lo: i32;
  hi: i32;
  /** 0: 32 bits do, and the shift is NARROW_SHIFT. 1: the shift is 32. 2: another shift of 64 bits. */
  mode: i32;
}

/** (acc * multiplier + offset) >> NARROW_SHIFT where the sum is proven to fit 32 bits. */
// @ts-ignore: decorator
@inline
export function scaleNarrow(acc: v128, multiplier: v128, offset: v128): v128 {
  return i32x4.shr_s(i32x4.add(i32x4.mul(acc, multiplier), offset), NARROW_SHIFT);
}

/** (acc * multiplier + offset) >> shift by way of 64 bits; `offset` is i64x2, the result is proven to fit 32 bits again. */
// @ts-ignore: decorator
@inline
export function scaleWide(acc: v128, multiplier: v128, offset: v128, shift: i32): v128 {
  const lo = i64x2.add(i64x2.extmul_low_i32x4_s(acc, multiplier), offset);
  const hi = i64x2.add(i64x2.extmul_high_i32x4_s(acc, multiplier), offset);
  if (shift == 32) return v128.shuffle<i32>(lo, hi, 1, 3, 5, 7);
  return lowWords(i64x2.shr_s(lo, shift), i64x2.shr_s(hi, shift));
}

/** The low 32 bits of four 64-bit numbers. */
// @ts-ignore: decorator
@inline
export function lowWords(lo: v128, hi: v128): v128 {
  return v128.shuffle<i32>(lo, hi, 0, 2, 4, 6);
}

/** Two i32x4 as pairs of codes, `a` in the even places, limited to lo .. hi (within 16 bits). */
// @ts-ignore: decorator
@inline
export function packPairs(a: v128, b: v128, lo: v128, hi: v128): v128 {
  const codes = i16x8.max_s(lo, i16x8.min_s(hi, i16x8.narrow_i32x4_s(a, b)));
  return v128.shuffle<i16>(codes, codes, 0, 4, 1, 5, 2, 6, 3, 7);
}

/** The codes in the even places of pairs, as i32x4. */
// @ts-ignore: decorator
@inline
export function evenCodes(pairs: v128): v128 {
  return i32x4.shr_s(i32x4.shl(pairs, 16), 16);
}

/** The codes in the odd places. */
// @ts-ignore: decorator
@inline
export function oddCodes(pairs: v128): v128 {
  return i32x4.shr_s(pairs, 16);
}
