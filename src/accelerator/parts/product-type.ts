import { type NumType, range } from "../../rtl/index.js";

/** All products of two intervals. */
export function productType(x: Pick<NumType, "lo" | "hi">, w: Pick<NumType, "lo" | "hi">): NumType {
  let [lo, hi] = [x.lo * w.lo, x.lo * w.lo];
  for (const corner of [x.lo * w.hi, x.hi * w.lo, x.hi * w.hi]) {
    if (corner < lo) lo = corner;
    if (corner > hi) hi = corner;
  }
  return range(lo, hi);
}
