import type { NumType } from "../rtl/index.js";
import type { Device } from "./devices.js";
import { ice40Coefficients } from "./estimate/coefficients/ice40.js";
import { xc7Coefficients } from "./estimate/coefficients/xc7.js";
import { lutsOfDigits, lutsOfStar, selectorLuts } from "./estimate/luts.js";
import type { Coefficients } from "./estimate/terms.js";
import { dspsOf } from "./parts/dsps.js";
import { ramb18Width } from "./parts/table.js";

/** What parts cost on a family of devices: the coefficients of the estimates. */
export interface Technology {
  /** Look-up tables and flip-flops of what designs are made of. */
  readonly coefficients: Coefficients;
  /** Share of the flip-flops that take a place of their own, which no look-up table can have then. */
  readonly alone: number;
  /** Whether look-up tables can be memory. */
  readonly lutram: boolean;
  /** Block memories of so many words. */
  blocks(words: number, width: number): number;
  /** Look-up tables of a table of constants. */
  constants(words: number, width: number): number;
  /** Look-up tables for a choice of one of so many registers. */
  choice(words: number, width: number): number;
  /** Multiplier blocks of a product, and the fewest bits that a product must have to be in one (Yosys' DSP_Y_MINWIDTH). */
  dsps(a: NumType, b: NumType): number;
  readonly leastDspBits: number;
  /** Look-up tables of a product that is left to synthesis, in units of the term "product". */
  star(x: number, w: number): number;
  /** Whether weights side by side share a multiplier block. */
  readonly packs: boolean;
}

/** 7 series: LUT6, DSP48E1, RAMB18, memory in look-up tables. */
export const xc7: Technology = {
  coefficients: xc7Coefficients,
  alone: 0,
  lutram: true,
  blocks: (words, width) => Math.ceil(width / ramb18Width(words)) * Math.max(1, Math.ceil(words / 16_384)),
  constants: (words, width) => Math.ceil(words / 64) * width,
  choice: (words, width) => width * selectorLuts(words),
  dsps: dspsOf,
  leastDspBits: 9,
  star: lutsOfStar,
  packs: true,
};

/** iCE40: LUT4, SB_MAC16 of 16 x 16 bits, block memories of 256 words of 16 bits (or 512 of 8), no memory in look-up tables. */
export const ice40: Technology = {
  coefficients: ice40Coefficients,
  alone: 0.55,
  lutram: false,
  blocks: (words, width) => Math.floor(width / WORD) * ebrs(words, WORD) + ebrs(words, width % WORD),
  constants: (words, width) => Math.ceil(words / 16) * width,
  choice: (words, width) => (words - 1) * width * 0.67,
  dsps: (a, b) => macs(a) * macs(b),
  leastDspBits: 11,
  // Too few for a product alone; the coefficients, set by hand on whole designs, make up for it elsewhere.
  star: (x, w) => lutsOfDigits(Math.max(x, w), Math.min(x, w)) + 0.8 * Math.max(x, w),
  packs: false,
};

/** Bits of a word of our block memories: wider ones are several side by side (parts/word-memory, parts/table). */
const WORD = 36;

/** Block memories of a word of up to 36 bits. */
function ebrs(words: number, width: number): number {
  return Math.min(Math.ceil(width / 16) * Math.ceil(words / 256), Math.ceil(width / 8) * Math.ceil(words / 512));
}

/** Operands of 16 bits; Yosys leaves a single bit more to look-up tables. */
function macs({ width }: NumType): number {
  return Math.max(1, Math.ceil((width - 1) / 16));
}

export function technologyOf({ family }: Pick<Device, "family">): Technology {
  return family === "ice40" ? ice40 : xc7;
}
