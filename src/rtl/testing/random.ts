/** A seeded generator of test data (mulberry32). */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Uniform in 0..2^32-1. */
  word(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }
  /** A whole number of 0..n-1. */
  below(n: number): number {
    return this.word() % n;
  }
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
  of<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("nothing to choose from");
    return item;
  }
  /** A value of lo..hi; a third of them at or beside the corners. */
  within(lo: bigint, hi: bigint): bigint {
    const span = hi - lo + 1n;
    if (this.chance(35)) {
      const corner = this.of([lo, hi, lo + 1n, hi - 1n, 0n, -1n, 1n, (lo + hi) >> 1n]);
      if (lo <= corner && corner <= hi) return corner;
    }
    let value = 0n;
    for (let bits = 0; 1n << BigInt(bits) < span << 16n; bits += 32) value = (value << 32n) | BigInt(this.word());
    return lo + (value % span);
  }
}
