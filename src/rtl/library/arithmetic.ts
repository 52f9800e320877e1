import { type Num, type NumType, pick, range } from "../core/public.js";

/** Saturates to lo..hi, both constants and included. Costs nothing where the interval already lies within. */
export function clamp(x: Num, lo: number | bigint, hi: number | bigint): Num {
  const [low, high] = [BigInt(lo), BigInt(hi)];
  let result = x;
  if (x.type.hi > high) result = pick(x.gt(high), high, result);
  if (x.type.lo < low) result = pick(x.lt(low), low, result);
  // The comparisons prove it; the interval of `pick` alone cannot.
  return result.fit(range(low, high));
}

/** Saturates to all values of a type. */
export function clampTo(x: Num, type: NumType): Num {
  return clamp(x, type.lo, type.hi);
}

/** floor((x + 2^(by-1)) / 2^by) for by >= 1: arithmetic shift right with the rounding constant; `x` itself for by = 0. */
export function roundedShiftRight(x: Num, by: number): Num {
  return by === 0 ? x : x.add(1n << BigInt(by - 1)).shr(by);
}

/** The type that holds the sum of as many values of a type. */
export function sumType(type: { readonly lo: bigint; readonly hi: bigint }, count: number): NumType {
  return range(type.lo * BigInt(count), type.hi * BigInt(count));
}

/** The exact sum by a balanced tree without registers. */
export function sum(values: readonly Num[]): Num {
  return balanced(values, (a, b) => a.add(b));
}

/** Joins values pairwise, level by level. */
export function balanced<T>(
  values: readonly T[],
  join: (a: T, b: T) => T,
  level: (values: T[], n: number) => T[] = (v) => v,
): T {
  let now = [...values];
  for (let n = 0; now.length > 1; n++) {
    const joined: T[] = [];
    for (let i = 0; i < now.length; i += 2) {
      const [a, b] = [now[i], now[i + 1]];
      if (a !== undefined) joined.push(b === undefined ? a : join(a, b));
    }
    now = level(joined, n);
  }
  const [only] = now;
  if (only === undefined) throw new Error("nothing to join");
  return only;
}
