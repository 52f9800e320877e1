import { type Bit, type Builder, type Num, pack, range, uint, unpack } from "../../rtl/index.js";
import { type Beat, elementsOf, wordType } from "./beat.js";
import { address, indexBits } from "./counter.js";
import { spanOf } from "./span.js";

/** Where constants live: logic, block RAMs that are only read, or both: full words in block RAMs, what is left of each in logic. */
export type TableStyle = "rom" | "block" | "mixed";

export interface TableOptions {
  /** Elements of a word. */
  readonly beat: Beat;
  /** Words: `outer` times `inner`. */
  readonly outer: number;
  readonly inner: number;
  /** The elements of a word. */
  readonly word: (outer: number, inner: number) => readonly number[];
  readonly style: TableStyle;
  readonly doc: string;
}

export interface Table {
  /** A word, one cycle with `go` later. */
  read(outer: Num, inner: Num, go: Bit): Num;
}

/** Bits of a RAMB18's words; Yosys (0.23, 0.55) makes RAMB36 of wider ones, two RAMB18 each, and loses their parity bits. */
const BLOCK_WORD = 36;

/** A table of constants, addressed by two indices. */
export function table(m: Builder, name: string, options: TableOptions): Table {
  const { beat, outer, inner, style, doc } = options;
  const stride = 2 ** indexBits(inner);
  const depth = Math.max(2, (outer - 1) * stride + inner);
  const init: bigint[] = Array.from({ length: depth }, () => 0n);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const word = options.word(o, i);
      init[o * stride + i] = beat.lanes === 1 ? BigInt(word[0] ?? 0) : packed(word, beat.type.width);
    }
  }
  const width = beat.lanes * beat.type.width;
  const parts = partsOf(depth, width, style);
  const place = (outerIndex: Num, innerIndex: Num) =>
    address([
      [outerIndex, outer],
      [innerIndex, inner],
    ]);
  const [only] = parts;
  if (only && (parts.length === 1 || (style === "block" && beat.lanes === 1))) {
    const memory = m.mem(name, { type: wordType(beat), depth, init, style: only.style, latency: 1, doc });
    return {
      read: (outerIndex, innerIndex, go) =>
        memory.read(place(outerIndex, innerIndex), { enable: go, name: `${name}_entry` }),
    };
  }
  const memories = parts.map(({ low, bits, style }, part) =>
    m.mem(`${name}_${part}`, {
      type: uint(bits),
      depth,
      init: init.map((word) => BigInt.asUintN(bits, BigInt.asUintN(width, word) >> BigInt(low))),
      style,
      latency: 1,
      doc: `bits ${low + bits - 1} to ${low} of each word of ${doc}`,
    }),
  );
  return {
    read: (outerIndex, innerIndex, go) => {
      const word = pack(
        memories.map((memory, part) =>
          memory.read(place(outerIndex, innerIndex), { enable: go, name: `${name}_entry_${part}` }),
        ),
      );
      return beat.lanes === 1 ? (unpack(word, beat.type)[0] ?? word) : word;
    },
  };
}

/** Bits of a word that are a memory of their own. */
interface Part {
  readonly low: number;
  readonly bits: number;
  readonly style: "rom" | "block";
}

function partsOf(words: number, width: number, style: TableStyle): Part[] {
  if (style === "rom") return [{ low: 0, bits: width, style }];
  const inBlocks = style === "mixed" ? width - looseBits(words, width) : width;
  const parts: Part[] = [];
  for (let low = 0; low < inBlocks; low += BLOCK_WORD) {
    parts.push({ low, bits: Math.min(BLOCK_WORD, inBlocks - low), style: "block" });
  }
  if (inBlocks < width) parts.push({ low: inBlocks, bits: width - inBlocks, style: "rom" });
  return parts;
}

/** Bits of a RAMB18's words where there are so many of them. */
export function ramb18Width(words: number): number {
  if (words <= 512) return BLOCK_WORD;
  return [18, 9, 4, 2].find((_, index) => words <= 1024 << index) ?? 1;
}

/** Bits of each word of a mixed table that are logic: those that would fill a block RAM only partly. */
export function looseBits(words: number, width: number): number {
  return width % ramb18Width(words);
}

/**
 * A constant for each feature, one cycle with `go` after `index` says which `lanes` of them. Each lane is exactly as wide as its
 * own constants need, and a table of one word is no table: where Yosys (0.23, 0.55) narrows the factor of a DSP product itself, it
 * leaves the upper bits of the product's register undriven.
 */
export function constantLanes(
  m: Builder,
  name: string,
  options: {
    readonly values: readonly number[];
    readonly lanes: number;
    readonly index: Num;
    readonly go: Bit;
    readonly doc: string;
  },
): Num[] {
  const { values, lanes, index, go, doc } = options;
  const beats = values.length / lanes;
  if (beats === 1) return values.map((value) => range(value, value).of(value));
  const beat: Beat = { type: spanOf(values), lanes };
  const word = table(m, name, {
    beat,
    outer: 1,
    inner: beats,
    word: (_, at) => values.slice(at * lanes, (at + 1) * lanes),
    style: "rom",
    doc,
  }).read(range(0, 0).of(0), index, go);
  return elementsOf(word, beat).map((element, lane) =>
    // The words that fill the table up to a power of two are 0.
    element.fit(spanOf(values.filter((_, at) => at % lanes === lane))),
  );
}

/** Words of `width` bits side by side, the first in the low bits; negative ones in two's complement. */
function packed(values: readonly number[], width: number): bigint {
  return values.reduceRight((word, value) => (word << BigInt(width)) | BigInt.asUintN(width, BigInt(value)), 0n);
}
