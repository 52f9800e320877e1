import { Random } from "../../numeric/random.js";
import { badness, order, shuffle, spread } from "./arrange.js";
import { type LayoutEdge, type LayoutNode, makeSlots, type Slot } from "./levels.js";

export type { LayoutEdge, LayoutNode } from "./levels.js";

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

const gapDown = 36;
const bandHead = 30;
const bandFoot = 14;
const bandGap = 22;
const margin = 20;
/** Orders the levels are tried in; a handful finds the one a person would draw. */
const attempts = 40;

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
