/**
 * e of the power of two 2^e that is nearest to `x` in the logarithm: 2^e is at most sqrt(2) times larger or smaller. Exact but for a
 * rounding of x * x.
 *
 * @param x above 0 and finite
 */
export function nearestExponent(x: number): number {
  if (!(x > 0 && Number.isFinite(x))) throw new RangeError(`no power of two is nearest to ${x}`);
  let exponent = 0;
  let share = x; // x / 2^exponent, brought to 1 .. 2: halving and doubling are exact
  while (share >= 2) {
    share /= 2;
    exponent++;
  }
  while (share < 1) {
    share *= 2;
    exponent--;
  }
  return share * share >= 2 ? exponent + 1 : exponent;
}

/** e where x = 2^e; null where x is no power of two. */
export function exponentOf(x: number): number | null {
  if (!(x > 0 && Number.isFinite(x))) return null;
  const exponent = nearestExponent(x);
  return 2 ** exponent === x ? exponent : null;
}
