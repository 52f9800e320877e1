import type { Type } from "../core/types.js";
import { lowBits } from "../core/types.js";
import type { Flat, FlatDesign, FlatMemory } from "./flatten.js";

/** How a value lies in memory: as a 32-bit or 64-bit integer, or as 32-bit words, lowest first. */
export type Store = "i32" | "i64" | "limbs";

const I32 = { lo: -(2n ** 31n), hi: 2n ** 31n - 1n };
const I64 = { lo: -(2n ** 63n), hi: 2n ** 63n - 1n };

export function storeOf(type: Type): Store {
  if (I32.lo <= type.lo && type.hi <= I32.hi) return "i32";
  return I64.lo <= type.lo && type.hi <= I64.hi ? "i64" : "limbs";
}

export const limbsOf = (type: Type): number => Math.ceil(type.width / 32);

export function bytesOf(type: Type): number {
  const store = storeOf(type);
  return store === "i32" ? 4 : store === "i64" ? 8 : 4 * limbsOf(type);
}

/** Where everything lies in the one memory of the compiled simulation. */
export class Layout {
  readonly #addresses = new Map<Flat, number>();
  readonly #memories = new Map<FlatMemory, number>();
  /** Registers and read registers lie in one block, and once more as the values after the edge. */
  readonly state: { readonly from: number; readonly shadow: number; readonly size: number };
  /** Values whose toggles are counted lie in one block, and once more as they were at the clock edge before. */
  readonly counted: { readonly from: number; readonly before: number; readonly size: number };
  /** The number of the first failed check, or 0. */
  readonly status = 0;
  #end = 8;

  constructor(design: FlatDesign, stored: Iterable<Flat>, counted: readonly Flat[] = []) {
    const states = [...design.registers, ...design.reads].map((s) => s.q);
    // Eight-byte values first, so that all lie aligned.
    states.sort((a, b) => bytesOf(b.type) - bytesOf(a.type));
    const block = (flats: readonly Flat[]) => {
      const from = this.reserve(0);
      for (const flat of flats) this.#addresses.set(flat, this.reserve(bytesOf(flat.type)));
      const size = this.#end - from;
      return { from, size, twin: this.reserve(size) };
    };
    const state = block(states);
    this.state = { from: state.from, shadow: state.twin, size: state.size };
    const values = block([...counted].sort((a, b) => bytesOf(b.type) - bytesOf(a.type)));
    this.counted = { from: values.from, before: values.twin, size: values.size };
    for (const flat of [...design.inputs.values(), ...stored]) {
      if (!this.#addresses.has(flat)) this.#addresses.set(flat, this.reserve(bytesOf(flat.type)));
    }
    for (const memory of design.memories.values()) {
      this.#memories.set(memory, this.reserve(memory.memory.storage * bytesOf(memory.memory.type)));
    }
  }

  /** Bytes from here on for something new. */
  reserve(bytes: number): number {
    if (bytes !== 4) this.#end = Math.ceil(this.#end / 8) * 8;
    const at = this.#end;
    this.#end += bytes;
    return at;
  }

  /** Bytes in all, with room to read eight from any place. */
  get size(): number {
    return this.#end + 16;
  }

  address(flat: Flat): number {
    const at = this.#addresses.get(flat);
    if (at === undefined) throw new Error(`no place for a ${flat.node.kind} in ${flat.scope.path}`);
    return at;
  }

  /** Whether the value lies in memory, and is not computed where it is used. */
  has(flat: Flat): boolean {
    return this.#addresses.has(flat);
  }

  /** Where the next value of a register is gathered. */
  shadow(q: Flat): number {
    return this.address(q) - this.state.from + this.state.shadow;
  }

  /** Where a counted value lies as it was at the clock edge before. */
  before(flat: Flat): number {
    return this.address(flat) - this.counted.from + this.counted.before;
  }

  memory(memory: FlatMemory): number {
    const at = this.#memories.get(memory);
    if (at === undefined) throw new Error(`no place for memory ${memory.path}`);
    return at;
  }
}

/** Reads and writes values of any width in the memory. */
export class Cells {
  readonly words: Int32Array;

  constructor(buffer: ArrayBuffer) {
    this.words = new Int32Array(buffer);
  }

  read(address: number, type: Type): bigint {
    const at = address / 4;
    let value = 0n;
    const count = bytesOf(type) / 4;
    for (let i = count - 1; i >= 0; i--) value = (value << 32n) | BigInt((this.words[at + i] ?? 0) >>> 0);
    return lowBits(value, count * 32, type.signed || storeOf(type) !== "limbs");
  }

  write(address: number, type: Type, value: bigint): void {
    const at = address / 4;
    const count = bytesOf(type) / 4;
    for (let i = 0; i < count; i++) this.words[at + i] = Number(BigInt.asIntN(32, value >> BigInt(32 * i)));
  }
}
