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
const gapDown = 44;
const bandHead = 30;
const bandFoot = 14;
const bandGap = 22;
const margin = 20;

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
 * after Sugiyama, Tagawa and Toda, 1981), and every box moves towards the middle of its neighbours as far as there is room.
 *
 * @throws Error where an edge names a box that does not exist, or leads in a circle
 */
export function layOut(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): Layout {
  const levelOf = assignLevels(nodes, edges);
  const levels: Slot[][] = [];
  const add = (slot: Slot) => {
    while (levels.length <= slot.level) levels.push([]);
    levels[slot.level]?.push(slot);
    return slot;
  };
  const slots = new Map<string, Slot>();
  for (const node of nodes) {
    const { width, height } = node;
    slots.set(
      node.id,
      add({ width, height, level: level(levelOf, node.id), box: node.id, above: [], below: [], x: 0 }),
    );
  }
  const chains = edges.map((edge) => {
    const last = slots.get(edge.to);
    let before = slots.get(edge.from);
    if (!before || !last) throw new Error(`edge ${edge.from} -> ${edge.to} names a box that does not exist`);
    const chain = [before];
    for (let at = before.level + 1; at <= last.level; at++) {
      const next: Slot =
        at === last.level ? last : add({ width: 12, height: 0, level: at, box: null, above: [], below: [], x: 0 });
      before.below.push(next);
      next.above.push(before);
      chain.push(next);
      before = next;
    }
    return chain;
  });
  order(levels);
  spread(levels);
  return place(nodes, levels, chains);
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
    for (const node of members) levels.set(node.id, base);
    // A longest path has at most as many steps as there are boxes; one that still grows is a circle.
    for (let round = 0, moved = true; moved; round++) {
      if (round > members.length) throw new Error("the edges lead in a circle");
      moved = false;
      for (const edge of edges) {
        const to = levels.get(edge.to);
        const from = levels.get(edge.from);
        if (from === undefined || to === undefined || to > from || !members.some((node) => node.id === edge.to))
          continue;
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

/** Gives every slot its x: starts with each level packed round 0, then pulls slots to their neighbours' middle. */
function spread(levels: readonly Slot[][]): void {
  const room = (a: Slot, b: Slot) => (a.width + b.width) / 2 + gapAcross;
  for (const row of levels) {
    let x = 0;
    row.forEach((slot, index) => {
      const before = row[index - 1];
      if (before) x += room(before, slot);
      slot.x = x;
    });
    for (const slot of row) slot.x -= x / 2;
  }
  const pull = (row: readonly Slot[], sides: readonly ("above" | "below")[]) => {
    const wish = row.map((slot) => {
      // Straight long edges are easier to follow than centred ones: a crossing slot heeds crossing slots first.
      const all = sides.flatMap((side) => slot[side]);
      const crossing = slot.box === null ? all.filter((other) => other.box === null) : [];
      const near = crossing.length > 0 ? crossing : all;
      return near.length > 0 ? mean(near, (other) => other.x) : slot.x;
    });
    const right = [...wish];
    for (let i = 1; i < row.length; i++) {
      right[i] = Math.max(at(right, i), at(right, i - 1) + room(slotAt(row, i - 1), slotAt(row, i)));
    }
    const left = [...wish];
    for (let i = row.length - 2; i >= 0; i--) {
      left[i] = Math.min(at(left, i), at(left, i + 1) - room(slotAt(row, i), slotAt(row, i + 1)));
    }
    row.forEach((slot, i) => {
      slot.x = (at(left, i) + at(right, i)) / 2;
    });
  };
  for (let round = 0; round < 12; round++) {
    for (const row of levels) pull(row, ["above"]);
    for (const row of [...levels].reverse()) pull(row, ["below"]);
    for (const row of levels) pull(row, ["above", "below"]);
  }
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? 0;
}

function slotAt(row: readonly Slot[], index: number): Slot {
  const slot = row[index];
  if (!slot) throw new RangeError(`no slot ${index}`);
  return slot;
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
