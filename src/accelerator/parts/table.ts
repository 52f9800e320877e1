import { type Bit, type Builder, type Num, range } from "../../rtl/index.js";
import { type Beat, elementsOf, wordType } from "./beat.js";
import { address, indexBits } from "./counter.js";
import { spanOf } from "./span.js";

/** Where constants live: logic, or a block RAM that is only read. */
export type TableStyle = "rom" | "block";

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
  const memory = m.mem(name, { type: wordType(beat), depth, init, style, latency: 1, doc });
  return {
    read: (outerIndex, innerIndex, go) => {
      const place = address([
        [outerIndex, outer],
        [innerIndex, inner],
      ]);
      return memory.read(place, { enable: go, name: `${name}_entry` });
    },
  };
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
