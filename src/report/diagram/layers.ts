import { Random } from "../../numeric/random.js";

/** What is to be laid out: boxes in bands that follow each other downwards, and arrows between them. */
export interface LayoutNode {
  readonly id: string;
  /** Band the box belongs to; every box of a band lies below all boxes of the bands before it. */
  readonly band: number;
  readonly width: number;
  readonly height: number;
}

export interface LayoutEdge {
  readonly from: string;
  readonly to: string;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedBox extends Point {
  readonly width: number;
  readonly height: number;
  readonly level: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Centre and top of each box. */
  readonly boxes: ReadonlyMap<string, PlacedBox>;
  /** Points each edge passes, from the lower side of its source to the upper side of its target. */
  readonly routes: readonly (readonly Point[])[];
  /** Top and bottom of each band that has a box. */
  readonly bands: ReadonlyMap<number, { readonly top: number; readonly bottom: number }>;
}

const gapAcross = 26;
const gapDown = 36;
const bandHead = 30;
const bandFoot = 14;
const bandGap = 22;
const margin = 20;
/** Orders the levels are tried in; a handful finds the one a person would draw. */
const attempts = 40;

/** A box, or the place where a long edge crosses a level. */
interface Slot {
  readonly width: number;
  readonly height: number;
  readonly level: number;
  readonly box: string | null;
  readonly above: Slot[];
  readonly below: Slot[];
  x: number;
}

/**
 * Lays boxes out level by level: a box stands one level below the lowest of its sources and below all earlier bands; long
 * edges get a place of their own on each level they cross; within a level the order follows the neighbours (barycentres,
 * after Sugiyama, Tagawa and Toda, 1981), and boxes that follow each other stand straight below each other where they can.
 *
 * @throws Error where an edge names a box that does not exist, or leads in a circle
 */
export function layOut(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): Layout {
  const { levels, chains } = makeSlots(nodes, edges);
  const random = new Random(1);
  let best: { cost: number; rows: Slot[][]; x: number[] } | undefined;
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) for (const row of levels) shuffle(row, random);
    order(levels);
    spread(levels);
    const cost = badness(levels);
    if (best === undefined || cost < best.cost) {
      best = { cost, rows: levels.map((row) => [...row]), x: levels.flat().map((slot) => slot.x) };
    }
  }
  const rows = best?.rows ?? levels;
  rows.flat().forEach((slot, index) => {
    slot.x = best?.x[index] ?? slot.x;
  });
  return place(nodes, rows, chains);
}

function shuffle(row: Slot[], random: Random): void {
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
function badness(levels: readonly Slot[][]): number {
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

/** Boxes on their levels, and the slots that long edges take on the levels they cross. */
function makeSlots(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): { levels: Slot[][]; chains: Slot[][] } {
  const levelOf = assignLevels(nodes, edges);
  const levels: Slot[][] = [];
  const slots = new Map<string, Slot>();
  const add = (box: string | null, at: number, width: number, height: number): Slot => {
    while (levels.length <= at) levels.push([]);
    const slot: Slot = { width, height, level: at, box, above: [], below: [], x: 0 };
    levels[at]?.push(slot);
    return slot;
  };
  for (const node of nodes) slots.set(node.id, add(node.id, level(levelOf, node.id), node.width, node.height));
  const chains = edges.map((edge) => {
    const last = slots.get(edge.to);
    let before = slots.get(edge.from);
    if (!before || !last) throw new Error(`edge ${edge.from} -> ${edge.to} names a box that does not exist`);
    const chain = [before];
    for (let at = before.level + 1; at <= last.level; at++) {
      const next = at === last.level ? last : add(null, at, 12, 0);
      before.below.push(next);
      next.above.push(before);
      chain.push(next);
      before = next;
    }
    return chain;
  });
  return { levels, chains };
}

function level(levels: ReadonlyMap<string, number>, id: string): number {
  const found = levels.get(id);
  if (found === undefined) throw new Error(`an edge names the box "${id}", which does not exist`);
  return found;
}

function assignLevels(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): Map<string, number> {
  const levels = new Map<string, number>();
  const bands = [...new Set(nodes.map((node) => node.band))].sort((a, b) => a - b);
  let base = 0;
  for (const band of bands) {
    const members = nodes.filter((node) => node.band === band);
    const inside = new Set(members.map((node) => node.id));
    for (const id of inside) levels.set(id, base);
    // A longest path has at most as many steps as there are boxes; one that still grows is a circle.
    for (let round = 0, moved = true; moved; round++) {
      if (round > members.length) throw new Error("the edges lead in a circle");
      moved = false;
      for (const edge of edges) {
        const to = levels.get(edge.to);
        const from = levels.get(edge.from);
        if (from === undefined || to === undefined || to > from || !inside.has(edge.to)) continue;
        levels.set(edge.to, from + 1);
        moved = true;
      }
    }
    base = 1 + Math.max(...members.map((node) => level(levels, node.id)));
  }
  for (const edge of edges) {
    if (level(levels, edge.to) <= level(levels, edge.from)) throw new Error(`${edge.from} -> ${edge.to} leads upwards`);
  }
  return levels;
}

const mean = (slots: readonly Slot[], value: (slot: Slot) => number) =>
  slots.reduce((sum, slot) => sum + value(slot), 0) / slots.length;

/** Sorts each level by its neighbours' places, downwards and upwards in turn. */
function order(levels: readonly Slot[][]): void {
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
function spread(levels: readonly Slot[][]): void {
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

function place(nodes: readonly LayoutNode[], levels: readonly Slot[][], chains: readonly Slot[][]): Layout {
  const bandOf = new Map(nodes.map((node) => [node.id, node.band]));
  const all = levels.flat();
  const leftmost = Math.min(...all.map((slot) => slot.x - slot.width / 2));
  const rightmost = Math.max(...all.map((slot) => slot.x + slot.width / 2));
  const boxes = new Map<string, PlacedBox>();
  const bands = new Map<number, { top: number; bottom: number }>();
  const rows: { top: number; bottom: number }[] = [];
  let y = 0;
  let last: number | undefined;
  for (const row of levels) {
    const named = row.flatMap((slot) => slot.box ?? []);
    const band = bandOf.get(named[0] ?? "") ?? last ?? 0;
    if (band !== last) y += (last === undefined ? 0 : bandFoot + bandGap - gapDown / 2) + bandHead;
    const bottom = y + Math.max(...row.map((slot) => slot.height));
    const known = bands.get(band);
    bands.set(band, { top: known?.top ?? y - bandHead, bottom: bottom + bandFoot });
    for (const slot of row) {
      if (slot.box === null) continue;
      const { width, height } = slot;
      boxes.set(slot.box, { x: round(slot.x - leftmost + margin), y: round(y), width, height, level: slot.level });
    }
    rows.push({ top: y, bottom });
    y = bottom + gapDown;
    last = band;
  }
  const routes = chains.map((chain) =>
    chain.flatMap((slot, index) => {
      const x = round(slot.x - leftmost + margin);
      const row = rows[slot.level] ?? { top: 0, bottom: 0 };
      const bottom = slot.box === null ? row.bottom : row.top + slot.height;
      if (index === 0) return [{ x, y: round(bottom) }];
      return index === chain.length - 1
        ? [{ x, y: round(row.top) }]
        : [
            { x, y: round(row.top) },
            { x, y: round(bottom) },
          ];
    }),
  );
  return {
    width: round(rightmost - leftmost + 2 * margin),
    height: round(y - gapDown + bandFoot + 2),
    boxes,
    routes,
    bands,
  };
}

const round = (value: number) => Math.round(value * 10) / 10;
