import type { NumType } from "../../rtl/index.js";

/** DSP48E1 of a product: 25 x 18 bits signed, and as many more as the operands are wider. */
export function dspsOf(a: NumType, b: NumType): number {
  const [wide, narrow] = [a, b].map((type) => type.width + (type.signed ? 0 : 1)).sort((x, y) => y - x);
  return Math.ceil((wide ?? 1) / 25) * Math.ceil((narrow ?? 1) / 18);
}
