import { type Multiplier, type Num, type NumType, pick, range } from "../../rtl/index.js";

/** All products of two intervals. */
export function productType(x: Pick<NumType, "lo" | "hi">, w: Pick<NumType, "lo" | "hi">): NumType {
  let [lo, hi] = [x.lo * w.lo, x.lo * w.lo];
  for (const corner of [x.lo * w.hi, x.hi * w.lo, x.hi * w.hi]) {
    if (corner < lo) lo = corner;
    if (corner > hi) hi = corner;
  }
  return range(lo, hi);
}

/** From this many operand bits in sum on, rows added in pairs are smaller than what synthesis makes of `*`. */
const ROWS_FROM_BITS = 9;

/**
 * The exact product of two numbers. In look-up tables, one row for each bit of the narrower operand, rows added in pairs:
 * 40 LUTs for 8 x 4 bits, where a chain of additions takes 63 and `*` without DSP 57 (Yosys 0.23).
 */
export function product(a: Num, b: Num, multiplier: Multiplier): Num {
  if (multiplier === "dsp" || a.width + b.width < ROWS_FROM_BITS) return a.mul(b, multiplier);
  const [wide, narrow] = a.width >= b.width ? [a, b] : [b, a];
  const rows = Array.from({ length: narrow.width }, (_, index) => pick(narrow.bit(index), wide, 0).shl(index));
  const sign = narrow.type.signed ? rows.pop() : undefined;
  let terms: Num[] = rows;
  let negative = sign;
  // The sign's row is subtracted from its partner.
  if (negative && terms.length % 2 === 1) {
    const last = terms.pop();
    terms.push(last ? last.sub(negative) : negative.neg());
    negative = undefined;
  }
  while (terms.length > 1) {
    const joined: Num[] = [];
    for (let i = 0; i < terms.length; i += 2) {
      const [one, other] = [terms[i], terms[i + 1]];
      if (one) joined.push(other ? one.add(other) : one);
    }
    terms = joined;
  }
  const [sum] = terms;
  const all = sum ? (negative ? sum.sub(negative) : sum) : (negative?.neg() ?? a.mul(b, multiplier));
  return all.fit(productType(a.type, b.type));
}
