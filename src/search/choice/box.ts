import type { Programme } from "../space/compile.js";
import { LABELS } from "../space/labels.js";

/** A part of a structure's choices: ranges of labels, of options and of ceilings' levels, their ends included. */
export interface Box {
  readonly labels: Ranges;
  /** By table. */
  readonly options: Ranges;
  /** Levels of the ceilings. */
  readonly ceilings: Ranges;
  /** Values of the choices that ceilings' costs have. */
  readonly values: Ranges;
}

export interface Ranges {
  readonly lo: Uint8Array;
  readonly hi: Uint8Array;
}

export type Part = keyof Box;

/** Everything that there is to choose. */
export function wholeBox(programme: Programme, variables: number): Box {
  const { tables, ceilings, ceilingCosts } = programme;
  const upTo = (counts: readonly number[]): Ranges => ({
    lo: new Uint8Array(counts.length),
    hi: Uint8Array.from(counts, (count) => count - 1),
  });
  return {
    labels: upTo(new Array<number>(variables).fill(LABELS)),
    options: upTo(tables.map(({ costs }) => costs.length)),
    ceilings: { lo: Uint8Array.from(ceilings, ({ lo }) => lo), hi: Uint8Array.from(ceilings, ({ hi }) => hi) },
    values: upTo(ceilingCosts.map(({ values }) => values)),
  };
}

/** The box with one of its ranges cut to what it has of lo..hi. */
export function cut(box: Box, part: Part, index: number, lo: number, hi: number): Box {
  const before = box[part];
  const ranges = { lo: before.lo.slice(), hi: before.hi.slice() };
  ranges.lo[index] = Math.max(lo, before.lo[index] ?? 0);
  ranges.hi[index] = Math.min(hi, before.hi[index] ?? 0);
  return { ...box, [part]: ranges };
}
