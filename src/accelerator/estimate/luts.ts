/** LUT6 for a choice of one of so many, for each bit: four by one, and MUXF7 and MUXF8 join them up to sixteen. */
export function selectorLuts(ways: number): number {
  if (ways <= 1) return 0;
  return Math.ceil(ways / 4) + (ways > 16 ? selectorLuts(Math.ceil(ways / 16)) : 0);
}

/** Bits of a number of 0 to `count` - 1. */
export function bitsOf(count: number): number {
  return Math.ceil(Math.log2(Math.max(1, count)));
}

/** LUT6 of a product by digits: a choice of four multiples for each pair of bits, and additions (12 for 4 x 4, 24 for 6 x 6, 40 for 8 x 8). */
export function lutsOfDigits(x: number, w: number): number {
  if (w <= 2) return x + 1;
  return Math.floor(w / 2) * (x + 2) + (w % 2) * (x + 1);
}
