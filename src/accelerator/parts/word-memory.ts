import { type Bit, type Builder, cat, type MemoryStyle, type Num, type NumType, uint } from "../../rtl/index.js";

export interface WordMemory {
  /** At most once. */
  write(port: { readonly enable: Bit; readonly address: Num; readonly data: Num }): void;
  /** The word one cycle with `enable` later. */
  read(address: Num, port: { readonly enable: Bit }): Num;
}

/** Bits of a word of a block memory that is written: Yosys (0.23 to 0.55) loses data of wider ones (docs/toolchain.md). */
const BLOCK_WORD = 36;

/** A memory of words of any width; in block memory as several side by side, of at most 36 bits each. */
export function wordMemory(
  m: Builder,
  name: string,
  options: { readonly type: NumType; readonly depth: number; readonly style: MemoryStyle },
): WordMemory {
  const { type, style } = options;
  const depth = Math.max(2, options.depth);
  if (style !== "block" || type.width <= BLOCK_WORD || !type.full || type.signed) {
    return m.mem(name, { type, depth, style, latency: 1 });
  }
  const slices = Array.from({ length: Math.ceil(type.width / BLOCK_WORD) }, (_, index) => {
    const lo = index * BLOCK_WORD;
    const hi = Math.min(type.width, lo + BLOCK_WORD) - 1;
    return { lo, hi, memory: m.mem(`${name}_${lo}`, { type: uint(hi - lo + 1), depth, style, latency: 1 }) };
  });
  return {
    write: ({ enable, address, data }) => {
      for (const { lo, hi, memory } of slices) memory.write({ enable, address, data: data.slice(hi, lo) });
    },
    read: (address, port) => cat(...slices.map(({ memory }) => memory.read(address, port)).reverse()),
  };
}
