/**
 * The values nearest to those given, in the mean square, that never rise (pool adjacent violators; Barlow et al. 1972), and never below 0:
 * an error that falls with a narrower tensor is noise.
 */
export function neverRising(values: readonly number[]): number[] {
  const pools: { sum: number; count: number }[] = [];
  for (const value of values) {
    let pool = { sum: value, count: 1 };
    for (let last = pools.at(-1); last && last.sum / last.count < pool.sum / pool.count; last = pools.at(-1)) {
      pool = { sum: pool.sum + last.sum, count: pool.count + last.count };
      pools.pop();
    }
    pools.push(pool);
  }
  return pools.flatMap(({ sum, count }) => Array.from({ length: count }, () => Math.max(0, sum / count)));
}
