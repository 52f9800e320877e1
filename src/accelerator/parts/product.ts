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
