import type { Multiplier, Num, NumType } from "../../rtl/index.js";
import { digitProduct, multiplesOf } from "./digit-product.js";

export { productType } from "./product-type.js";

/**
 * Whether a product in look-up tables is too deep for one cycle together with the multiples that it chooses from: four digits are four
 * additions one behind the other, and a multiple is one more.
 */
export function needsMultiplesEarly(a: NumType, b: NumType, multiplier: Multiplier): boolean {
  return multiplier === "lut" && Math.min(a.width, b.width) > 6;
}

/**
 * The exact product of two numbers. In look-up tables the narrower operand's digits choose multiples of the wider one, unless `*`
 * is as small: with 2 bits and with 1.
 */
export function product(a: Num, b: Num, multiplier: Multiplier): Num {
  if (multiplier === "dsp" || Math.min(a.width, b.width) <= 2) return a.mul(b, multiplier);
  const [wide, narrow] = a.width >= b.width ? [a, b] : [b, a];
  return digitProduct(multiplesOf(wide), narrow);
}

/** Digits of the narrower factor that are added one behind the other in one cycle, with the multiples before them. */
const MOST_BITS = 6;

/** Whether a product of a code and a long coefficient is made by digits in look-up tables. */
export function isByDigits(a: Pick<NumType, "width">, b: Pick<NumType, "width">): boolean {
  return Math.min(a.width, b.width) <= MOST_BITS;
}

/**
 * The exact product of two numbers of which one may be long. In look-up tables digits of the narrower one choose multiples of the other: `*` takes two to four times as
 * many of them where the narrower one has a sign (84 against 24 for 2 x 11 bits, 122 against 44 for 3 x 11; Yosys 0.55).
 */
export function longProduct(a: Num, b: Num, multiplier: Multiplier | undefined): Num {
  if (multiplier === "dsp" || !isByDigits(a, b)) return a.mul(b, multiplier);
  const [wide, narrow] = a.width >= b.width ? [a, b] : [b, a];
  return digitProduct(multiplesOf(wide), narrow);
}
