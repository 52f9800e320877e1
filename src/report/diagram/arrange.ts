import type { Random } from "../../numeric/random.js";
import type { Slot } from "./levels.js";

const gapAcross = 26;

/** Puts the slots of a level into a random order. */
export function shuffle(row: Slot[], random: Random): void {
  const from = [...row];
  random.permutation(row.length).forEach((index, at) => {
    row[at] = slotAt(from, index);
  });
}

function slotAt(row: readonly Slot[], index: number): Slot {
  const slot = row[index];
  if (!slot) throw new RangeError(`no slot ${index}`);
  return slot;
}

/** What a reader suffers from: crossings above all, then edges that wander sideways, then width. */
export function badness(levels: readonly Slot[][]): number {
  let crossings = 0;
  let sideways = 0;
  for (const row of levels) {
    const wires = row.flatMap((slot, at) =>
      slot.above.map((other) => ({ at, from: other.x, way: Math.abs(other.x - slot.x) })),
    );
    wires.forEach((wire, index) => {
      sideways += wire.way;
      for (const other of wires.slice(index + 1)) if (other.at > wire.at && other.from < wire.from) crossings++;
    });
  }
  const all = levels.flat();
  const width =
    Math.max(...all.map((slot) => slot.x + slot.width / 2)) - Math.min(...all.map((slot) => slot.x - slot.width / 2));
  return 2000 * crossings + sideways + 2 * width;
}

const mean = (slots: readonly Slot[], value: (slot: Slot) => number) =>
  slots.reduce((sum, slot) => sum + value(slot), 0) / slots.length;

/** Sorts each level by its neighbours' places, downwards and upwards in turn. */
export function order(levels: readonly Slot[][]): void {
  const sweep = (row: Slot[], side: "above" | "below") => {
    row.forEach((slot, index) => {
      slot.x = index;
    });
    const key = new Map(
      row.map((slot) => [slot, slot[side].length > 0 ? mean(slot[side], (other) => other.x) : slot.x]),
    );
    row.sort((a, b) => (key.get(a) ?? 0) - (key.get(b) ?? 0));
    row.forEach((slot, index) => {
      slot.x = index - (row.length - 1) / 2;
    });
  };
  for (let round = 0; round < 4; round++) {
    for (const row of levels) sweep(row, "above");
    for (const row of [...levels].reverse()) sweep(row, "below");
  }
}

/**
 * Gives every slot its x. Slots that should stand straight below each other become one block (after Brandes and Köpf,
 * 2001); the blocks are then packed once to the left and once to the right as far as room allows, and stand in the middle.
 */
export function spread(levels: readonly Slot[][]): void {
  const blocks = makeBlocks(levels);
  const all = levels.flat();
  const block = (slot: Slot) => blocks.get(slot) ?? slot;
  const room = (a: Slot, b: Slot) => (a.width + b.width) / 2 + gapAcross;
  const pack = (rows: readonly Slot[][]) => {
    const x = new Map<Slot, number>(all.map((slot) => [block(slot), 0]));
    const placeOf = (slot: Slot) => x.get(block(slot)) ?? 0;
    for (let moved = true; moved; ) {
      moved = false;
      for (const row of rows) {
        row.forEach((slot, index) => {
          const before = row[index - 1];
          if (!before) return;
          const least = placeOf(before) + room(before, slot);
          if (placeOf(slot) >= least - 1e-9) return;
          x.set(block(slot), least);
          moved = true;
        });
      }
    }
    return placeOf;
  };
  const left = pack(levels);
  const right = pack(levels.map((row) => [...row].reverse()));
  const width = Math.max(...all.map(left));
  for (const slot of all) slot.x = (left(slot) + width - right(slot)) / 2;
}

/** Which slots share an x: each slot's block, named by its topmost slot. Aligned pairs never cross, so blocks have an order. */
function makeBlocks(levels: readonly Slot[][]): Map<Slot, Slot> {
  const head = new Map<Slot, Slot>(levels.flat().map((slot) => [slot, slot]));
  levels.slice(1).forEach((row, index) => {
    const upper = levels[index] ?? [];
    const wishes = row.flatMap((slot, at) => {
      const above = favourite(slot);
      if (above === undefined) return [];
      const rank = slot.box === null && above.box === null ? 0 : slot.box !== null && above.box !== null ? 1 : 2;
      return [{ slot, above, at, up: upper.indexOf(above), rank }];
    });
    wishes.sort((a, b) => a.rank - b.rank || a.at - b.at);
    const granted: typeof wishes = [];
    for (const wish of wishes) {
      if (granted.some((other) => other.up === wish.up || other.at < wish.at !== other.up < wish.up)) continue;
      granted.push(wish);
      head.set(wish.slot, head.get(wish.above) ?? wish.above);
    }
  });
  return head;
}

/** The slot above that a slot would like to stand below: the middle one of the boxes, or of the crossings. */
function favourite(slot: Slot): Slot | undefined {
  const boxes = slot.above.filter((other) => other.box !== null);
  const choice = (boxes.length > 0 ? boxes : [...slot.above]).sort((a, b) => a.x - b.x);
  return choice[(choice.length - 1) >> 1];
}
