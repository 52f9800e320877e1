import {
  type Bit,
  type Builder,
  bit,
  type MemoryStyle,
  type Num,
  type NumType,
  pick,
  range,
  type Stream,
} from "../../rtl/index.js";
import { type Beat, wordType } from "./beat.js";
import { address, allOf, counter, indexBits } from "./counter.js";
import { wordMemory } from "./word-memory.js";

export interface ItemBufferOptions {
  readonly beat: Beat;
  /** Beats of an item: `outer` times `inner`, inner fastest. */
  readonly outer: number;
  readonly inner: number;
  /** Items there is room for: with 2 the next one is loaded while this one is read. */
  readonly slots: number;
  readonly style: MemoryStyle;
  /** Memories side by side, each with every `banks`-th of the `outer`, so that as many are read at once; divides `outer`. */
  readonly banks?: number;
}

export interface ItemBuffer {
  /** What is loaded in this cycle: a beat (`load`) that is the last of its item (`loaded`), and into which slot. */
  readonly load: Bit;
  readonly loaded: Bit;
  readonly loadSlot: Num;
  readonly readSlot: Num;
  /** Whole items there are: each stays until it is released. */
  readonly stored: Num;
  readonly available: Bit;
  /** The word of a beat of the item, one cycle with `go` later. With several banks that of the first one. */
  read(outer: Num, inner: Num, go: Bit): Num;
  /** The words of all banks at once: `outer` numbers the places within a bank. */
  readBanks(outer: Num, inner: Num, go: Bit): Num[];
  /** The item is done with in this cycle: exactly once. */
  release(when: Bit): void;
}

/** Memory for whole items (a token, a row, the tokens of a window) that arrive beat by beat and are read in any order. */
export function itemBuffer(
  m: Builder,
  name: string,
  input: Stream<{ data: NumType }>,
  options: ItemBufferOptions,
): ItemBuffer {
  const { beat, inner, slots, style, banks = 1 } = options;
  const outer = options.outer / banks;
  const stored = m.reg(`${name}_stored`, range(0, slots), { reset: 0 });
  const ready = stored.q.ne(slots);
  const load = input.valid.and(ready);
  m.name({ [`${name}_load`]: load });
  input.accept(ready);

  const column = counter(m, `${name}_load_beat`, inner, load);
  const bank = counter(m, `${name}_load_bank`, banks, allOf(load, column.last));
  const row = counter(m, `${name}_load_row`, outer, allOf(load, column.last, bank.last));
  const loaded = allOf(load, column.last, bank.last, row.last);
  const loadSlot = counter(m, `${name}_load_slot`, slots, loaded);
  const released = m.wire(`${name}_release`, bit());
  const readSlot = counter(m, `${name}_read_slot`, slots, released.value);
  const more = stored.q.add(1).fit(range(0, slots), { when: loaded.and(released.value.not()) });
  const fewer = stored.q.sub(1).fit(range(0, slots), { when: released.value.and(loaded.not()) });
  stored.next(pick(loaded.xor(released.value), pick(loaded, more, fewer), stored.q));

  const place = (slot: Num, outerIndex: Num, innerIndex: Num) =>
    address([
      [slot, slots],
      [outerIndex, outer],
      [innerIndex, inner],
    ]);
  const depth = 2 ** (indexBits(slots) + indexBits(outer) + indexBits(inner));
  const target = place(loadSlot.value, row.value, column.value);
  const memories = Array.from({ length: banks }, (_, index) => {
    const memory = wordMemory(m, banks === 1 ? name : `${name}_${index}`, { type: wordType(beat), depth, style });
    const enable = banks === 1 ? load : load.and(bank.value.eq(index));
    memory.write({ enable, address: target, data: input.data.data });
    return memory;
  });
  const readBanks = (outerIndex: Num, innerIndex: Num, go: Bit) =>
    memories.map((memory) => memory.read(place(readSlot.value, outerIndex, innerIndex), { enable: go }));
  const available = stored.q.ne(0);
  m.name({ [`${name}_available`]: available });
  return {
    load,
    loaded,
    loadSlot: loadSlot.value,
    readSlot: readSlot.value,
    stored: stored.q,
    available,
    read: (outerIndex, innerIndex, go) => {
      const [first] = readBanks(outerIndex, innerIndex, go);
      if (first === undefined) throw new Error("an item buffer of no banks");
      return first;
    },
    readBanks,
    release: (when) => released.drive(when),
  };
}
