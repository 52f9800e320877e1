import { log } from "./elementary.js";

/**
 * A seeded generator of random numbers: xoshiro128** (Blackman and Vigna, 2018), 32-bit integer operations only, seeded
 * through a 32-bit mixing function. The same seed gives the same numbers, bit for bit, on every machine.
 * Not for cryptography.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  #spareNormal: number | undefined;

  /**
   * @param seed any safe integer; all 53 bits count
   * @param stream chooses one of 2^32 unrelated sequences of the same seed
   */
  constructor(seed: number, stream = 0) {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed is a safe integer, got ${seed}`);
    let state = mix(seed | 0) ^ mix(Math.floor(seed / 4294967296) + 0x7f4a7c15) ^ mix((stream | 0) + 0x1ce4e5b9);
    const next = (): number => {
      state = (state + 0x9e3779b9) | 0; // odd step: four different states, so never four zeros
      return mix(state);
    };
    this.#a = next();
    this.#b = next();
    this.#c = next();
    this.#d = next();
  }

  /** Uniform in 0 .. 2^32 - 1. */
  uint32(): number {
    const times5 = Math.imul(this.#b, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** Uniform in [0, 1), a multiple of 2^-53. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** Uniform in [low, high). */
  uniformBetween(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** Uniform integer in 0 .. count - 1 without bias; count in 1 .. 2^32. */
  integer(count: number): number {
    if (!Number.isInteger(count) || count < 1 || count > 4294967296) {
      throw new RangeError(`count must be an integer in 1 .. 2^32, got ${count}`);
    }
    const limit = 4294967296 - (4294967296 % count);
    let word = this.uint32();
    while (word >= limit) word = this.uint32();
    return word % count;
  }

  /** Standard normal (Marsaglia's polar method on our own logarithm). */
  normal(): number {
    const spare = this.#spareNormal;
    if (spare !== undefined) {
      this.#spareNormal = undefined;
      return spare;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const factor = Math.sqrt((-2 * log(s)) / s);
        this.#spareNormal = v * factor;
        return u * factor;
      }
    }
  }

  /** Shuffles in place (Fisher and Yates) and returns the same array. */
  shuffle<A extends number[] | Int32Array | Uint32Array | Float32Array | Float64Array>(values: A): A {
    for (let last = values.length - 1; last > 0; last--) {
      const other = this.integer(last + 1);
      const kept = values[last] ?? 0;
      values[last] = values[other] ?? 0;
      values[other] = kept;
    }
    return values;
  }

  /** A random order of 0 .. count - 1. */
  permutation(count: number): Uint32Array {
    return this.shuffle(Uint32Array.from({ length: count }, (_, index) => index));
  }

  /** The whole state, for a run that goes on later; `Random.restore` takes it. */
  save(): RandomState {
    const words: [number, number, number, number] = [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#d >>> 0];
    return this.#spareNormal === undefined ? { words } : { words, spareNormal: this.#spareNormal };
  }

  /** A generator that goes on where `save` was called. */
  static restore(state: RandomState): Random {
    const random = new Random(0);
    [random.#a, random.#b, random.#c, random.#d] = state.words;
    random.#spareNormal = state.spareNormal;
    return random;
  }
}

/** The saved state of a generator; plain JSON. */
export interface RandomState {
  readonly words: readonly [number, number, number, number];
  readonly spareNormal?: number;
}

/** A bijective mixing of 32 bits (the finaliser of MurmurHash3). */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
