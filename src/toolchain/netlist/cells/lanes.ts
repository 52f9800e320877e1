import type { Values } from "../design.js";

/** Lanes of a simulation: the bits of a 32-bit integer. */
export const LANES = 32;

/**
 * The number on `nets` (lowest bit first) where all lanes agree on it, else -1. Lanes that run the same schedule agree on every
 * address, and then a memory is read and written for all of them at once.
 */
export function uniform(values: Values, nets: readonly number[]): number {
  let number = 0;
  for (let bit = 0; bit < nets.length; bit++) {
    const value = values[nets[bit] ?? 0] ?? 0;
    if (value === -1) number |= 1 << bit;
    else if (value !== 0) return -1;
  }
  return number;
}

/** The number that one lane has on `nets`, lowest bit first; up to 31 bits. */
export function inLane(values: Values, nets: readonly number[], lane: number): number {
  let number = 0;
  for (let bit = 0; bit < nets.length; bit++) number |= (((values[nets[bit] ?? 0] ?? 0) >>> lane) & 1) << bit;
  return number;
}

/** The bits that an initial value ("0", "1" or "x" each, lowest first) gives to every lane. */
export function initialWords(bits: string, unknown: 0 | 1): Int32Array {
  return Int32Array.from(bits, (bit) => (bit === "1" || (bit === "x" && unknown === 1) ? -1 : 0));
}

/** words[address] of each lane, where lanes have addresses of their own: a tree of multiplexers. Size is 2^address bits. */
export function readEach(words: Int32Array, values: Values, address: readonly number[], scratch: Int32Array): number {
  let size = words.length;
  let source = words;
  for (const net of address) {
    const select = values[net] ?? 0;
    size >>= 1;
    for (let index = 0; index < size; index++) {
      const low = source[2 * index] ?? 0;
      scratch[index] = low ^ (select & (low ^ (source[2 * index + 1] ?? 0)));
    }
    source = scratch;
  }
  return source[0] ?? 0;
}
