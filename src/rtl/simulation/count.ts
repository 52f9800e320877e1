import type { Type } from "../core/types.js";
import type { Emitter } from "./emit.js";
import type { Flat, FlatDesign, FlatMemory, Scope } from "./flatten.js";
import { bytesOf, type Layout } from "./layout.js";
import { noToggles, resultClass, type ToggleClass, wordClass } from "./toggles.js";
import { type Code, Op } from "./wasm.js";

/** Local in which a statement sums what it counts. */
const SUM = 1;
/** Values that one statement counts. */
const MOST = 100;

/** A value to be counted, and where it lies as it was and as it is. */
interface Place {
  readonly kind: ToggleClass;
  readonly scope: Scope;
  readonly type: Type;
  readonly old: number;
  readonly now: number;
}

/** Writes the WebAssembly that counts toggles: population count of the old value xor the new one. */
export class ToggleCounting {
  /** Where each sum lies: a 64-bit integer. */
  readonly #sums = new Map<Scope, Map<ToggleClass, number>>();

  constructor(
    readonly design: FlatDesign,
    readonly emitter: Emitter,
    readonly layout: Layout,
  ) {}

  /** The place of a sum, or undefined where nothing of the class is in the instance. */
  sumOf(scope: Scope, kind: ToggleClass): number | undefined {
    return this.#sums.get(scope)?.get(kind);
  }

  #reserve(scope: Scope, kind: ToggleClass): number {
    const sums = this.#sums.get(scope) ?? new Map<ToggleClass, number>();
    this.#sums.set(scope, sums);
    const known = sums.get(kind) ?? this.layout.reserve(8);
    sums.set(kind, known);
    return known;
  }

  /** Registers and words that are read: to be run when the values after the edge are known, and those before still there. */
  *state(): Iterable<(code: Code) => void> {
    const { layout } = this;
    const place = (q: Flat, kind: ToggleClass): Place => {
      return { kind, scope: q.scope, type: q.type, old: layout.address(q), now: layout.shadow(q) };
    };
    yield* this.#statements(this.design.registers.map(({ q }) => place(q, "register")));
    yield* this.#statements(this.design.reads.map(({ q, memory }) => place(q, wordClass(memory.memory))));
  }

  /** Combinational values: to be run at the clock edge; then the present ones are kept for the next. */
  *values(): Iterable<(code: Code) => void> {
    const { layout } = this;
    const places = this.design.operations.map((flat): Place => {
      const { scope, type, node } = flat;
      return { kind: resultClass(node), scope, type, old: layout.before(flat), now: layout.address(flat) };
    });
    yield* this.#statements(places);
    const { from, before, size } = layout.counted;
    if (size > 0) yield (code) => code.copy(before, from, size);
  }

  /** The word at the address in local 0 before it is written, against what is written. */
  write(code: Code, memory: FlatMemory): void {
    const { write, scope } = memory;
    if (write === undefined) return;
    const { type } = memory.memory;
    const base = this.layout.memory(memory);
    code.i32(0);
    code.local(Op.localSet, SUM);
    for (let at = 0; at < bytesOf(type); at += 4) {
      code.local(Op.localGet, 0);
      code.access(Op.i32Load, base + at);
      this.emitter.bits(code, write.data, 8 * at, 32);
      this.#differing(code, type, at);
    }
    this.#add(code, this.#reserve(scope, wordClass(memory.memory)));
  }

  *#statements(places: readonly Place[]): Iterable<(code: Code) => void> {
    const bySum = new Map<number, Place[]>();
    for (const place of places) {
      const sum = this.#reserve(place.scope, place.kind);
      const known = bySum.get(sum);
      if (known) known.push(place);
      else bySum.set(sum, [place]);
    }
    for (const [sum, all] of bySum) {
      for (let at = 0; at < all.length; at += MOST) {
        yield (code) => {
          code.i32(0);
          code.local(Op.localSet, SUM);
          for (const { type, old, now } of all.slice(at, at + MOST)) {
            for (let word = 0; word < bytesOf(type); word += 4) {
              code.load(Op.i32Load, old + word);
              code.load(Op.i32Load, now + word);
              this.#differing(code, type, word);
            }
          }
          this.#add(code, sum);
        };
      }
    }
  }

  /** Adds the bits in which the two words on the stack differ to the sum in the local; `at`: byte of the word in its value. */
  #differing(code: Code, type: Type, at: number): void {
    code.op(Op.i32Xor);
    const left = type.width - 8 * at;
    // Beyond the width lie copies of the sign.
    if (left < 32) {
      code.i32(left <= 0 ? 0 : 2 ** left - 1);
      code.op(Op.i32And);
    }
    code.op(Op.i32Popcnt);
    code.local(Op.localGet, SUM);
    code.op(Op.i32Add);
    code.local(Op.localSet, SUM);
  }

  #add(code: Code, sum: number): void {
    code.i32(0);
    code.load(Op.i64Load, sum);
    code.local(Op.localGet, SUM);
    code.op(Op.i64ExtendI32U, Op.i64Add);
    code.access(Op.i64Store, sum);
  }
}

/** The bits that can toggle, by class, in each instance that has any. */
export function toggleBits(design: FlatDesign): Map<Scope, Record<ToggleClass, number>> {
  const found = new Map<Scope, Record<ToggleClass, number>>();
  const add = (scope: Scope, kind: ToggleClass, type: Type): void => {
    const bits = found.get(scope) ?? noToggles();
    bits[kind] += type.width;
    found.set(scope, bits);
  };
  for (const { q } of design.registers) add(q.scope, "register", q.type);
  for (const { q, memory } of design.reads) add(q.scope, wordClass(memory.memory), q.type);
  for (const { scope, node, type } of design.operations) add(scope, resultClass(node), type);
  return found;
}
