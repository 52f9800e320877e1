import { type NumType, range } from "../../rtl/index.js";

/** The smallest interval that holds 0 and all values: what a table or a register that starts at 0 needs. */
export function spanOf(values: Iterable<number>): NumType {
  let lo = 0;
  let hi = 0;
  for (const value of values) {
    if (value < lo) lo = value;
    if (value > hi) hi = value;
  }
  return range(lo, hi);
}
