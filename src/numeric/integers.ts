/** Exact helpers on integers held in doubles: everything here is exact as long as values stay within +-(2^53 - 1). */

/** The nearest integer; a half goes away from zero. Never -0. */
export function roundHalfAway(x: number): number {
  const magnitude = Math.abs(x);
  const whole = Math.floor(magnitude);
  // The difference is exact, where `floor(x + 0.5)` would be wrong just below a half.
  const rounded = magnitude - whole >= 0.5 ? whole + 1 : whole;
  return x < 0 && rounded !== 0 ? -rounded : rounded;
}

/** `floor(x / 2^shift)`: the arithmetic shift right of an integer of any size a double holds. */
export function shiftRight(x: number, shift: number): number {
  return Math.floor(x / 2 ** shift); // division by a power of two is exact
}

/** Number of binary digits of a non-negative integer: 0 for 0, 1 for 1, 8 for 255. */
export function binaryDigits(x: number): number {
  let digits = 0;
  for (let power = 1; power <= x; power *= 2) digits++;
  return digits;
}

/** Smallest width of a two's complement number that holds `x`: 1 for 0 and -1, 8 for 127 and -128. */
export function signedWidth(x: number): number {
  return binaryDigits(x < 0 ? -x - 1 : x) + 1;
}

/** `x` limited to `lo .. hi`. */
export function clamp(x: number, lo: number, hi: number): number {
  if (x < lo) return lo;
  if (x > hi) return hi;
  return x;
}

/** Whether `x` is an integer that doubles, and everything computed on the way to it, hold exactly. */
export function isExact(x: number): boolean {
  return Number.isSafeInteger(x);
}
