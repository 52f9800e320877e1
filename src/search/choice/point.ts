import type { CeilingCosts, Programme } from "../space/compile.js";
import { indexIn } from "../space/elimination.js";
import { RESOURCES } from "../space/labels.js";

/** Summed sensitivities, then the resources. */
export const METRICS = 1 + RESOURCES;

/** Everything decided for a structure. */
export interface Point {
  readonly labels: Uint8Array;
  /** By table. */
  readonly options: Uint8Array;
  /** By the costs of ceilings. */
  readonly values: Uint8Array;
}

/** Levels of the ceilings at these labels. */
export function levelsOf({ ceilings }: Programme, labels: Uint8Array): number[] {
  return ceilings.map(({ lo, members }) =>
    members.reduce((level, { scope, levels }) => Math.max(level, levels[indexIn(scope, labels)] ?? 0), lo),
  );
}

/** Adds the costs at some levels, with a value of their choice. */
export function addCeiling(metrics: Float64Array, costs: CeilingCosts, row: number, value: number): void {
  const { field, costs: options } = costs;
  const [from, to] = options;
  for (let index = 0; index < RESOURCES; index++) {
    const at = row * RESOURCES + index;
    const cost = field.steps
      ? (from?.[at] ?? 0) + (((to?.[at] ?? 0) - (from?.[at] ?? 0)) * value) / field.steps.count
      : (options[value]?.[at] ?? 0);
    metrics[1 + index] = (metrics[1 + index] ?? 0) + cost;
  }
}

/** Rows of the ceilings' costs at the levels that these labels need. */
export function rowsOf(programme: Programme, labels: Uint8Array): number[] {
  const levels = levelsOf(programme, labels);
  return programme.ceilingCosts.map(({ scope, sizes }) =>
    scope.reduce(
      (row, ceiling, at) => row * (sizes[at] ?? 1) + (levels[ceiling] ?? 0) - (programme.ceilings[ceiling]?.lo ?? 0),
      0,
    ),
  );
}

/**
 * Metrics of a point by the tables.
 *
 * @param added summed sensitivity of each variable and label
 * @param rows of the ceilings' costs; those of the levels that the labels need by default
 */
export function measure(
  programme: Programme,
  added: Float64Array,
  { labels, options, values }: Point,
  rows: ArrayLike<number> = rowsOf(programme, labels),
): Float64Array {
  const metrics = new Float64Array(METRICS);
  metrics.set(programme.constant, 1);
  const count = added.length / labels.length;
  for (let variable = 0; variable < labels.length; variable++) {
    metrics[0] = (metrics[0] ?? 0) + (added[variable * count + (labels[variable] ?? 0)] ?? 0);
  }
  const { tables, ceilingCosts } = programme;
  for (let table = 0; table < tables.length; table++) {
    const one = tables[table];
    if (!one) continue;
    const row = (one.rows[indexIn(one.scope, labels)] ?? 0) * RESOURCES;
    const costs = one.costs[options[table] ?? 0];
    for (let index = 0; index < RESOURCES; index++)
      metrics[1 + index] = (metrics[1 + index] ?? 0) + (costs?.[row + index] ?? 0);
  }
  ceilingCosts.forEach((costs, index) => {
    addCeiling(metrics, costs, rows[index] ?? 0, values[index] ?? 0);
  });
  return metrics;
}
