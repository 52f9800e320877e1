import type { Programme } from "../space/compile.js";
import { type Elimination, indexIn } from "../space/elimination.js";
import { combinations, LABELS, RESOURCES } from "../space/labels.js";
import type { Box } from "./box.js";
import { type Problem, priced } from "./goal.js";
import { measure, type Point } from "./point.js";

/** What no choice costs. */
const NEVER = 1e30;

export interface Minimum {
  /** Of the weighted metrics, over the box; nothing in it has less. */
  readonly value: number;
  readonly point: Point;
  /** Rows of the ceilings' costs as they were counted: at levels that the labels may be above. */
  readonly rows: readonly number[];
  /** As they were counted. */
  readonly metrics: Float64Array;
}

/**
 * Minimises weighted sums of sensitivities and resources over a box, exactly but for the ceilings, which are counted as low as the box
 * lets them be: dynamic programming over the tables, in the order of the elimination.
 */
export class Minimiser {
  readonly programme: Programme;
  readonly added: Float64Array;
  readonly #elimination: Elimination;
  readonly #allowed: Uint8Array;
  readonly #scopes: readonly Float64Array[];
  readonly #messages: readonly {
    readonly values: Float64Array;
    readonly best: Uint8Array;
    readonly sums: Float64Array;
  }[];
  readonly #rows: readonly { readonly values: Float64Array; readonly best: Uint8Array; readonly scope: number }[];
  readonly #members: readonly (readonly number[])[];

  /**
   * @param added summed sensitivity of each variable and label
   * @param allowed whether a variable may have a label, likewise
   */
  constructor(programme: Programme, elimination: Elimination, added: Float64Array, allowed: Uint8Array) {
    this.programme = programme;
    this.added = added;
    this.#elimination = elimination;
    this.#allowed = allowed;
    this.#scopes = elimination.scopes.map((scope) => new Float64Array(combinations(scope.length)));
    this.#messages = elimination.steps.map(({ size }) => ({
      values: new Float64Array(size),
      best: new Uint8Array(size),
      sums: new Float64Array(size * LABELS),
    }));
    this.#rows = programme.tables.map(({ count, scope }) => ({
      values: new Float64Array(count),
      best: new Uint8Array(count),
      scope: scope.length === 0 ? -1 : elimination.tableOf(scope),
    }));
    this.#members = programme.ceilings.map(({ members }) => members.map(({ scope }) => elimination.tableOf(scope)));
  }

  /** @param weights of the metrics; returns null where the box has nothing that is allowed */
  minimise(weights: Float64Array, box: Box): Minimum | null {
    this.#fillSingles(weights[0] ?? 0, box);
    const free = this.#addTables(weights, box);
    this.#addCeilings(box);
    let value = free;
    this.#elimination.steps.forEach((step, index) => {
      this.#pass(index);
      if (step.scope.length === 0) value += this.#messages[index]?.values[0] ?? 0;
    });
    if (value >= NEVER / 2) return null;
    const labels = this.#labels();
    const options = Uint8Array.from(this.programme.tables, ({ scope, rows }, table) => {
      return this.#rows[table]?.best[rows[indexIn(scope, labels)] ?? 0] ?? 0;
    });
    const { cost, rows, values } = this.#ceilings(weights, box);
    const point = { labels, options, values };
    const constant = this.programme.constant.reduce((sum, one, index) => sum + one * (weights[1 + index] ?? 0), 0);
    const metrics = measure(this.programme, this.added, point, rows);
    return { value: value + cost + constant, point, rows, metrics };
  }

  /** A bound of a box at given prices of the limits; null where the box is empty. */
  bound({ goal, rows }: Problem, box: Box, prices: Float64Array): number | null {
    const { weights, constant } = priced(goal, rows, prices);
    const minimum = this.minimise(weights, box);
    return minimum && minimum.value + constant;
  }

  #fillSingles(weight: number, { labels }: Box): void {
    for (const scope of this.#scopes) scope.fill(0);
    for (let variable = 0; variable < this.#elimination.variables; variable++) {
      const single = this.#scopes[variable];
      if (!single) continue;
      for (let label = 0; label < LABELS; label++) {
        const inside = label >= (labels.lo[variable] ?? 0) && label <= (labels.hi[variable] ?? 0);
        const at = variable * LABELS + label;
        single[label] = inside && this.#allowed[at] === 1 ? weight * (this.added[at] ?? 0) : NEVER;
      }
    }
  }

  /** Returns what tables without variables cost. */
  #addTables(weights: Float64Array, { options }: Box): number {
    let free = 0;
    const [, a = 0, b = 0, c = 0, d = 0, e = 0] = weights;
    this.programme.tables.forEach(({ rows, costs, count }, table) => {
      const row = this.#rows[table];
      if (!row) return;
      row.values.fill(Number.POSITIVE_INFINITY);
      const last = options.hi[table] ?? 0;
      for (let option = options.lo[table] ?? 0; option <= last; option++) {
        const cost = costs[option];
        if (!cost) continue;
        for (let index = 0, at = 0; index < count; index++, at += RESOURCES) {
          const value =
            a * (cost[at] as number) +
            b * (cost[at + 1] as number) +
            c * (cost[at + 2] as number) +
            d * (cost[at + 3] as number) +
            e * (cost[at + 4] as number);
          if (value < (row.values[index] as number)) {
            row.values[index] = value;
            row.best[index] = option;
          }
        }
      }
      const scope = this.#scopes[row.scope];
      if (!scope) {
        free += row.values[0] ?? 0;
        return;
      }
      for (let index = 0; index < scope.length; index++) {
        scope[index] = (scope[index] as number) + (row.values[rows[index] as number] as number);
      }
    });
    return free;
  }

  /** Rules out what is above a ceiling. */
  #addCeilings({ ceilings }: Box): void {
    this.programme.ceilings.forEach(({ hi, members }, ceiling) => {
      const most = ceilings.hi[ceiling] ?? hi;
      if (most >= hi) return;
      members.forEach(({ levels }, member) => {
        const scope = this.#scopes[this.#members[ceiling]?.[member] ?? -1];
        if (!scope) return;
        for (let index = 0; index < scope.length; index++) {
          if ((levels[index] as number) > most) scope[index] = NEVER;
        }
      });
    });
  }

  #pass(index: number): void {
    const step = this.#elimination.steps[index];
    const message = this.#messages[index];
    if (!step || !message) return;
    const { values, best, sums } = message;
    sums.fill(0);
    for (const { table, indices } of step.inputs) {
      const from = this.#scopes[table] ?? this.#messages[table - this.#scopes.length]?.values;
      if (!from) continue;
      for (let at = 0; at < sums.length; at++)
        sums[at] = (sums[at] as number) + (from[indices[at] as number] as number);
    }
    for (let at = 0; at < values.length; at++) {
      let least = Number.POSITIVE_INFINITY;
      let label = 0;
      for (let one = 0; one < LABELS; one++) {
        const value = sums[at * LABELS + one] as number;
        if (value < least) {
          least = value;
          label = one;
        }
      }
      values[at] = least;
      best[at] = label;
    }
  }

  #labels(): Uint8Array {
    const labels = new Uint8Array(this.#elimination.variables);
    for (let index = this.#elimination.steps.length - 1; index >= 0; index--) {
      const step = this.#elimination.steps[index];
      if (step) labels[step.variable] = this.#messages[index]?.best[indexIn(step.scope, labels)] ?? 0;
    }
    return labels;
  }

  /** The least that the ceilings cost within the box, each of their costs by itself. */
  #ceilings(weights: Float64Array, box: Box) {
    let cost = 0;
    const values = new Uint8Array(this.programme.ceilingCosts.length);
    const rows = this.programme.ceilingCosts.map((costs, index) => {
      const { field, scope, sizes } = costs;
      const weigh = (row: number, option: number) => {
        let sum = 0;
        for (let at = 0; at < RESOURCES; at++) {
          sum += (weights[1 + at] ?? 0) * (costs.costs[option]?.[row * RESOURCES + at] ?? 0);
        }
        return sum;
      };
      const [lo, hi] = [box.values.lo[index] ?? 0, box.values.hi[index] ?? 0];
      let least = Number.POSITIVE_INFINITY;
      let best = 0;
      const better = (sum: number, row: number, value: number) => {
        if (sum >= least) return;
        least = sum;
        best = row;
        values[index] = value;
      };
      for (const row of rowsWithin(box, this.programme, scope, sizes)) {
        if (!field.steps) {
          for (let option = lo; option <= hi; option++) better(weigh(row, option), row, option);
          continue;
        }
        const none = weigh(row, 0);
        const slope = (weigh(row, 1) - none) / field.steps.count;
        const value = slope < 0 ? hi : lo;
        better(none + slope * value, row, value);
      }
      cost += least;
      return best;
    });
    return { cost, rows, values };
  }
}

/** Rows of costs over one or two ceilings whose levels are in the box. */
function rowsWithin(box: Box, { ceilings }: Programme, scope: readonly number[], sizes: readonly number[]): number[] {
  let rows = [0];
  scope.forEach((ceiling, at) => {
    const first = ceilings[ceiling]?.lo ?? 0;
    const [lo, hi] = [(box.ceilings.lo[ceiling] ?? 0) - first, (box.ceilings.hi[ceiling] ?? 0) - first];
    rows = rows.flatMap((row) =>
      Array.from({ length: Math.max(0, hi - lo + 1) }, (_, level) => row * (sizes[at] ?? 1) + lo + level),
    );
  });
  return rows;
}
