import type { Multiplier, Num } from "../../rtl/index.js";
import { digitProduct, multiplesOf } from "./digit-product.js";

export { productType } from "./product-type.js";

/**
 * The exact product of two numbers. In look-up tables the narrower operand's digits choose multiples of the wider one, unless `*`
 * is as small: with 2 bits and with 1.
 */
export function product(a: Num, b: Num, multiplier: Multiplier): Num {
  if (multiplier === "dsp" || Math.min(a.width, b.width) <= 2) return a.mul(b, multiplier);
  const [wide, narrow] = a.width >= b.width ? [a, b] : [b, a];
  return digitProduct(multiplesOf(wide), narrow);
}
