const PAGE = 65536;

/** The memory of the kernels while a model is planned: it only grows, and what is reserved is zero. */
export class LaneMemory {
  readonly memory = new WebAssembly.Memory({ initial: 2 });
  // Address 0 stands for "none"; a last block of four features may be read past the end of a tensor.
  #used = 16;

  /** The address of `bytes` zeros, aligned to a register. */
  reserve(bytes: number): number {
    const address = this.#used;
    this.#used += roundUp(bytes, 16);
    const missing = this.#used + PAGE - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
    return address;
  }

  /** 32-bit words. */
  words(values: readonly number[]): number {
    const address = this.reserve(values.length * 4);
    new Int32Array(this.memory.buffer, address, values.length).set(values);
    return address;
  }

  /** 16-bit numbers. */
  shorts(values: readonly number[]): number {
    const address = this.reserve(values.length * 2);
    new Int16Array(this.memory.buffer, address, values.length).set(values);
    return address;
  }
}

/** An integer below 2^63 as the two 32-bit words of an i64. */
export function wordsOf64(value: number): [number, number] {
  const big = BigInt(value);
  return [Number(BigInt.asIntN(32, big)), Number(BigInt.asIntN(32, big >> 32n))];
}

/** A double as two 32-bit words. */
export function wordsOfDouble(value: number): [number, number] {
  const [lo = 0, hi = 0] = new Int32Array(Float64Array.of(value).buffer);
  return [lo, hi];
}

export function roundUp(x: number, multiple: number): number {
  return Math.ceil(x / multiple) * multiple;
}
