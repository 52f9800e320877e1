import type { Ascent } from "./ascent.js";
import { type Box, cut, type Part } from "./box.js";
import type { Minimiser, Minimum } from "./minimiser.js";
import { levelsOf, rowsOf } from "./point.js";

/** Minima that are compared. */
const COMPARED = 6;

/**
 * Divides a box in two: at a ceiling that was counted lower than the widths need, or at what the last minima disagree about most, or
 * where there is most left to choose. Empty where there is nothing to divide.
 */
export function branch(minimiser: Minimiser, box: Box, { minima }: Ascent): readonly Box[] {
  const last = minima.at(-1);
  if (!last) return [];
  const split = ceilingSplit(minimiser, box, last) ?? disagreement(box, minima.slice(-COMPARED)) ?? widest(box, last);
  if (split === null) return [];
  const { part, index, at } = split;
  return [cut(box, part, index, 0, at), cut(box, part, index, at + 1, 255)];
}

interface Split {
  readonly part: Part;
  readonly index: number;
  /** The last value of the lower half. */
  readonly at: number;
}

function ceilingSplit({ programme }: Minimiser, box: Box, { point, rows }: Minimum): Split | null {
  const needed = rowsOf(programme, point.labels);
  if (needed.every((row, index) => row === rows[index])) return null;
  const levels = levelsOf(programme, point.labels);
  let best: Split | null = null;
  let most = 0;
  levels.forEach((level, index) => {
    const lo = box.ceilings.lo[index] ?? 0;
    if (level - lo <= most) return;
    most = level - lo;
    best = { part: "ceilings", index, at: Math.floor((lo + level) / 2) };
  });
  return best;
}

function disagreement(box: Box, minima: readonly Minimum[]): Split | null {
  let best: Split | null = null;
  let most = 0;
  for (const part of ["labels", "options", "values"] as const) {
    const count = box[part].lo.length;
    for (let index = 0; index < count; index++) {
      let [lo, hi] = [255, 0];
      for (const { point } of minima) {
        const value = point[part][index] ?? 0;
        lo = Math.min(lo, value);
        hi = Math.max(hi, value);
      }
      // A number of columns has many values, and little depends on each.
      const spread = part === "values" ? Math.min(1, hi - lo) : hi - lo;
      if (spread <= most) continue;
      most = spread;
      best = { part, index, at: Math.floor((lo + hi) / 2) };
    }
  }
  return best;
}

function widest(box: Box, { point }: Minimum): Split | null {
  let best: Split | null = null;
  let most = 0;
  for (const part of ["labels", "options", "values"] as const) {
    const { lo, hi } = box[part];
    for (let index = 0; index < lo.length; index++) {
      const [from, to] = [lo[index] ?? 0, hi[index] ?? 0];
      if (to - from <= most) continue;
      most = to - from;
      best = { part, index, at: Math.min(to - 1, point[part][index] ?? 0) };
    }
  }
  return best;
}
