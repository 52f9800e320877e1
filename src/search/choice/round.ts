import { LABELS } from "../space/labels.js";
import { type Problem, scaleOf, weighed } from "./goal.js";
import type { Minimiser } from "./minimiser.js";
import { levelsOf, METRICS, measure, type Point } from "./point.js";

/** How much worse than any gain the excess of a limit is, by its share. */
const DEAR = 1e3;

/** How far limits are exceeded in sum, each as a share of itself. */
export function excessOf({ rows }: Problem, metrics: Float64Array): number {
  let excess = 0;
  for (const row of rows) {
    const { weights, limit } = row;
    let used = 0;
    for (let at = 0; at < METRICS; at++) used += (weights[at] ?? 0) * (metrics[at] ?? 0);
    if (used > limit + 1e-9) excess += (used - limit) / scaleOf(row);
  }
  return excess;
}

/**
 * A point near another that keeps the limits if that is easy: single widths, all widths of a ceiling and single options are changed, the
 * best change first, as long as something gets better.
 */
export function improve(minimiser: Minimiser, problem: Problem, from: Point, allowed: Uint8Array, most = 40): Point {
  const { programme, added } = minimiser;
  const scale = Math.max(1e-9, Math.abs(weighed(problem.goal, measure(programme, added, from))));
  const score = (point: Point) => {
    const metrics = measure(programme, added, point);
    return weighed(problem.goal, metrics) + DEAR * scale * excessOf(problem, metrics);
  };
  let now = from;
  let least = score(now);
  for (let round = 0; round < most; round++) {
    let next: Point | null = null;
    for (const candidate of neighbours(minimiser, now, allowed)) {
      const value = score(candidate);
      if (value >= least - 1e-9 * scale) continue;
      least = value;
      next = candidate;
    }
    if (next === null) return now;
    now = next;
  }
  return now;
}

/** Points beside one: each differs in one width, in all widths at a ceiling, or in one option. */
export function* neighbours({ programme }: Minimiser, point: Point, allowed: Uint8Array): Generator<Point> {
  const { labels, options, values } = point;
  const can = (variable: number, label: number) =>
    label >= 0 && label < LABELS && allowed[variable * LABELS + label] === 1;
  /** The next label that is allowed. */
  const next = (variable: number, by: 1 | -1): number | null => {
    for (let label = (labels[variable] ?? 0) + by; label >= 0 && label < LABELS; label += by) {
      if (can(variable, label)) return label;
    }
    return null;
  };
  for (let variable = 0; variable < labels.length; variable++) {
    for (const by of [1, -1] as const) {
      const label = next(variable, by);
      if (label !== null) yield { labels: changed(labels, variable, label), options, values };
    }
  }
  // All that is as wide as a ceiling, narrower; and all that is at one, wider.
  const levels = levelsOf(programme, labels);
  for (const [index, { members }] of programme.ceilings.entries()) {
    const singles = members.filter(({ scope }) => scope.length === 1);
    if (singles.length === 0) continue;
    for (const by of [1, -1] as const) {
      const moved = labels.slice();
      for (const { scope, levels: own } of singles) {
        const [variable = 0] = scope;
        if (own[labels[variable] ?? 0] !== levels[index]) continue;
        const label = next(variable, by);
        if (label !== null) moved[variable] = label;
      }
      yield { labels: moved, options, values };
    }
  }
  for (const [table, { costs }] of programme.tables.entries()) {
    for (let option = 0; option < costs.length; option++) {
      if (option !== options[table]) yield { labels, options: changed(options, table, option), values };
    }
  }
  for (const [index, { values: count, field }] of programme.ceilingCosts.entries()) {
    const now = values[index] ?? 0;
    const near = field.steps ? [now - 1, now + 1, now - 4, now + 4, now >> 1, 0, count - 1] : range(count);
    for (const value of near) {
      if (value >= 0 && value < count && value !== now)
        yield { labels, options, values: changed(values, index, value) };
    }
  }
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function changed(list: Uint8Array, index: number, value: number): Uint8Array {
  const copy = list.slice();
  copy[index] = value;
  return copy;
}
