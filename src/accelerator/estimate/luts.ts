/** LUT6 for a choice of one of so many, for each bit: four by one, and MUXF7 and MUXF8 join them up to sixteen. */
export function selectorLuts(ways: number): number {
  if (ways <= 1) return 0;
  return Math.ceil(ways / 4) + (ways > 16 ? selectorLuts(Math.ceil(ways / 16)) : 0);
}

/**
 * LUT6 of a product by digits: a choice of four multiples for each pair of bits, added where it is made, and one of two where a bit is
 * left (11 for 4 x 4, 23 for 6 x 6, 39 for 8 x 8, 21 for 5 x 5; Yosys has just these for 3 to 9 by 2 to 8 bits). Within whole designs those
 * with a bit left take a tenth fewer.
 */
export function lutsOfDigits(x: number, w: number): number {
  return w % 2 === 0 ? (w / 2) * (x + 2) - 1 : 0.9 * (((w + 3) / 2) * x + Math.max(0, w - 4));
}

/** Bits of the adders that make the multiples of a factor: its opposite, and where there are two digits and more three times it. */
export function multipleBits(x: number, w: number): number {
  return (w > 3 ? 2 : 1) * (x - 1);
}

/** LUT6 of `*`, for each pair of bits, by the bits of a factor without sign from 3 on, whatever the other one's (Yosys 0.55, 6 to 18 bits by 4 to 12; those of 3 are guessed). */
const PER_PAIR = [1.5, 1.6, 1.86, 1.53, 1.77, 2.03, 2.21, 2.4, 2.3, 2.2] as const;

/**
 * LUT6 of a product that is left to synthesis.
 *
 * @param x bits of the factor with a sign
 * @param w bits of the one without
 */
export function lutsOfStar(x: number, w: number): number {
  if (Math.min(x, w) <= 2) return x * w;
  return x * w * (PER_PAIR[Math.min(w, PER_PAIR.length + 2) - 3] ?? 2.2);
}
