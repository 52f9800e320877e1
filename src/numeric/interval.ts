import { signedWidth } from "./integers.js";

/** Closed interval of integers, `lo <= hi`. */
export interface Interval {
  readonly lo: number;
  readonly hi: number;
}

/** The interval of one value. */
export function point(value: number): Interval {
  return { lo: value, hi: value };
}

/** All sums of one number of each. */
export function add(a: Interval, b: Interval): Interval {
  return { lo: a.lo + b.lo, hi: a.hi + b.hi };
}

/** All products of a number of `a` with `factor`, of any sign. */
export function times(a: Interval, factor: number): Interval {
  // "+ 0" turns the -0 of a zero factor into 0.
  const one = a.lo * factor + 0;
  const other = a.hi * factor + 0;
  return one < other ? { lo: one, hi: other } : { lo: other, hi: one };
}

/** The smallest interval that holds both. */
export function union(a: Interval, b: Interval): Interval {
  return { lo: Math.min(a.lo, b.lo), hi: Math.max(a.hi, b.hi) };
}

/** Smallest two's complement width that holds every number of the interval. */
export function widthOf(interval: Interval): number {
  return Math.max(signedWidth(interval.lo), signedWidth(interval.hi));
}

/** Whether every number of the interval is an integer that doubles hold exactly. */
export function isExactInterval(interval: Interval): boolean {
  return Number.isSafeInteger(interval.lo) && Number.isSafeInteger(interval.hi);
}
