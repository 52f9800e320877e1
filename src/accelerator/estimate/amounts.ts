import { type Multiplier, type NumType, range } from "../../rtl/index.js";
import type { Beat } from "../parts/beat.js";
import { indexBits } from "../parts/counter.js";
import { isByDigits, productType } from "../parts/product.js";
import { factorParts, scalesByDigits } from "../parts/scaled-sum.js";
import { looseBits } from "../parts/table.js";
import type { Technology } from "../technology.js";
import { lutsOfDigits, multipleBits, selectorLuts } from "./luts.js";
import { type Term, termIndex, terms } from "./terms.js";

/** What is known of the factors of products in look-up tables. */
export interface Factors {
  /** Share of one factor's bits that ever change: a choice by bits that never do is none. */
  readonly varying?: number;
  /** Products side by side with the same first factor: where it is the wider one, its multiples are made once for all of them. */
  readonly sharing?: number;
}

interface RequantisersBy {
  readonly multiplier: Multiplier;
  readonly lanes: number;
  /** Bits of a code. */
  readonly output: number;
  /** The factor, where it is the same for all sums. */
  readonly constant?: number | undefined;
}

/** Pairs of bits of a number, the lowest first. */
function digitsOf(value: number): number[] {
  return value === 0 ? [] : [value % 4, ...digitsOf(Math.floor(value / 4))];
}

/** A product by ternary weights or codes of 2 bits is one choice, and nothing is added. */
export function productTerm(narrow: number): Term {
  return narrow <= 2 ? "narrow product" : "product";
}

/** Sums up what parts are made of. */
export class Amounts {
  readonly lut = new Float64Array(terms.length);
  readonly ff = new Float64Array(terms.length);
  lutram = 0;
  dsp = 0;
  blockRam = 0;
  readonly technology: Technology;

  constructor(technology: Technology) {
    this.technology = technology;
  }

  logic(term: Term, lut: number, ff: number): void {
    const index = termIndex(term);
    this.lut[index] = (this.lut[index] ?? 0) + lut;
    this.ff[index] = (this.ff[index] ?? 0) + ff;
  }

  /** A memory of words; RAM64M of LUTs hold 64 words of 3 bits in 4 LUTs, RAM32M 32 words of 6. */
  memory(words: number, width: number, style: string): void {
    switch (style) {
      case "block":
        this.blockRam += this.technology.blocks(words, width);
        return;
      case "mixed": {
        const loose = looseBits(words, width);
        if (width > loose) this.memory(words, width - loose, "block");
        if (loose > 0) this.memory(words, loose, "rom");
        return;
      }
      case "registers":
        this.logic("registers", this.technology.choice(words, width), (words + 1) * width);
        return;
      case "rom":
        this.logic(words < 16 ? "few constants" : "constants", this.technology.constants(words, width), width);
        return;
      default: {
        const groups = words <= 32 ? 1 : 2 ** indexBits(Math.ceil(words / 64));
        this.lutram += (words <= 32 ? Math.ceil(width / 6) : Math.ceil(width / 3)) * 4 * groups;
        this.logic("memory word", 0, width);
        // Which group is written, and which one is read.
        if (groups > 1) this.logic("memory select", groups + width * selectorLuts(groups), 0);
      }
    }
  }

  /** Whether a product is in a multiplier block, which is counted then. */
  #inBlock(a: NumType, b: NumType, kind: Multiplier): boolean {
    if (kind !== "dsp" || productType(a, b).width < this.technology.leastDspBits) return false;
    this.dsp += this.technology.dsps(a, b);
    return true;
  }

  /** A product that is left to synthesis, with its register; true where it is in a multiplier block. */
  starProduct(a: NumType, b: NumType, kind: Multiplier): boolean {
    if (this.#inBlock(a, b, kind)) return true;
    this.logic("product", this.technology.star(a.width, b.width), productType(a, b).width);
    return false;
  }

  /** A product of a code and a long coefficient, with its register; true where it is in a multiplier block. */
  longProduct(a: NumType, b: NumType, kind: Multiplier): boolean {
    return isByDigits(a, b) ? this.product(a, b, kind) : this.starProduct(a, b, kind);
  }

  /** A product by digits with its register; true where it is in a multiplier block. */
  product(a: NumType, b: NumType, kind: Multiplier, { varying = 1, sharing = 1 }: Factors = {}): boolean {
    if (this.#inBlock(a, b, kind)) return true;
    const [wide, narrow] = [Math.max(a.width, b.width), Math.min(a.width, b.width)];
    const width = productType(a, b).width;
    if (narrow <= 2) {
      this.logic("narrow product", varying * narrow * wide, width);
    } else {
      const early = kind === "lut" && narrow > 6;
      const share = a.width >= b.width ? 1 / sharing : 1;
      this.logic(productTerm(narrow), varying * lutsOfDigits(wide, narrow), width + (early ? narrow : 0));
      this.logic("multiples", share * multipleBits(wide, narrow), early ? share * (3 * wide + 2) : 0);
    }
    return false;
  }

  /** Products and the tree that adds them; true where the products are in multiplier blocks. */
  dotProduct(lanes: number, x: NumType, w: NumType, kind: Multiplier, factors: Factors = {}): boolean {
    let inBlock = false;
    for (let lane = 0; lane < lanes; lane++) inBlock = this.product(x, w, kind, factors);
    this.tree(lanes, productType(x, w).width);
    return inBlock;
  }

  /** Additions with a register behind each level. */
  tree(count: number, width: number): void {
    let left = count;
    for (let level = 1; left > 1; level++) {
      this.logic("tree", Math.floor(left / 2) * (width + level), Math.ceil(left / 2) * (width + level));
      left = Math.ceil(left / 2);
    }
  }

  /** A sum that goes on from cycle to cycle; a multiplier block has an adder and a register of its own for it. */
  accumulator(width: number, lutsPerBit: number, inBlock: boolean): void {
    this.logic(inBlock ? "block accumulator" : "accumulator", width * lutsPerBit, width);
  }

  /** Products, rounding and saturation of sums side by side. */
  requantisers(input: NumType, factor: NumType, by: RequantisersBy): void {
    const { multiplier, lanes, output, constant } = by;
    const wide = productType(input, factor).width;
    for (let lane = 0; lane < lanes; lane++) {
      const digits = scalesByDigits(factor, multiplier);
      if (digits) this.#inParts(input, factor, constant);
      const inBlock = !digits && this.starProduct(input, factor, multiplier);
      this.logic("requantiser", 1, 1);
      this.logic("requantiser bits", 2 * output, 2 * output);
      // A multiplier block takes the operands' registers and the addition of the rounding constant.
      if (!inBlock) this.logic("requantiser product", wide, input.width + factor.width + wide);
    }
  }

  /** A product by digits in parts, each with its register. */
  #inParts(input: NumType, { width }: NumType, constant: number | undefined): void {
    let [luts, registers] = [0, 0];
    let tripled = constant === undefined;
    for (const { low, bits } of factorParts(width)) {
      registers += productType(input, range(0, 2 ** bits - 1)).width;
      if (constant === undefined) luts += lutsOfDigits(input.width, bits);
      else {
        // Digits of a constant choose nothing: where they are not 0, something is added to what the first of them gives.
        const digits = digitsOf(Math.floor(constant / 2 ** low) % 2 ** bits).filter((digit) => digit > 0);
        luts += Math.max(0, digits.length - 1) * (input.width + 2);
        tripled ||= digits.includes(3);
      }
    }
    this.logic("product", luts, registers);
    if (tripled) this.logic("multiples", input.width - 1, 0);
  }

  /** Counters of so many values each; those that do not fill their bits compare with their last value and start over. */
  counters(term: Term, ...counts: readonly number[]): void {
    for (const count of counts) {
      const bits = indexBits(count);
      this.logic(term, bits, bits);
      if (2 ** bits !== count) this.logic("wraps", bits, 0);
    }
  }

  /** A buffer of whole items: memory, and the counters of both sides. */
  buffer(items: number, beats: number, width: number, style: string, banks = 1): void {
    for (let bank = 0; bank < banks; bank++) this.memory(items * 2 ** indexBits(beats), width, style);
    this.logic("buffer", 1 + (banks > 1 ? banks / 4 : 0), 1);
    this.logic(
      "buffer counters",
      indexBits(beats) + 3 * indexBits(items + 1),
      indexBits(beats) + 3 * indexBits(items + 1),
    );
  }

  queue(depth: number, width: number, style: string): void {
    this.memory(depth, width, style);
    this.logic("queue", 1, 1);
    const bits = indexBits(depth);
    this.logic("queue counters", 3 * bits + (2 ** bits === depth ? 0 : bits), 3 * bits);
  }

  gearbox(from: Beat, lanes: number): void {
    if (from.lanes === lanes) return;
    const wide = Math.max(from.lanes, lanes);
    const narrow = Math.min(from.lanes, lanes);
    const ratio = wide / narrow;
    if (lanes > from.lanes) {
      this.logic("widen", 1 + indexBits(ratio), wide * from.type.width + indexBits(ratio + 1));
    } else {
      this.logic("narrow", 1 + indexBits(ratio), wide * from.type.width + indexBits(ratio) + 1);
      this.logic("narrow select", narrow * from.type.width * selectorLuts(ratio), 0);
    }
  }
}
