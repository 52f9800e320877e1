import type { CostField, CostOption, StructureCosts, Widths } from "../../accelerator/index.js";
import { LABELS, RESOURCES, resources, widthOf } from "./labels.js";

/** Costs of a field over the labels of its variables, the last one fastest. */
export interface Table {
  readonly field: CostField;
  /** Variables. */
  readonly scope: readonly number[];
  /** For each combination of labels the row of its costs. */
  readonly rows: Uint16Array;
  readonly count: number;
  /** By option: rows of `RESOURCES`. */
  readonly costs: readonly Float64Array[];
}

/** The widest of several, and what it costs. Levels are bits. */
export interface CeilingTable {
  readonly lo: number;
  readonly hi: number;
  readonly members: readonly { readonly scope: readonly number[]; readonly levels: Uint8Array }[];
}

/** Costs of a field over the levels of one or two ceilings, each from its `lo` on, the last one fastest. */
export interface CeilingCosts {
  readonly field: CostField;
  readonly scope: readonly number[];
  readonly sizes: readonly number[];
  readonly costs: readonly Float64Array[];
  /** Values of its choice: those of a number between the two options, or the options. */
  readonly values: number;
}

/** The costs of a structure as arrays. */
export interface Programme {
  readonly tables: readonly Table[];
  readonly ceilings: readonly CeilingTable[];
  readonly ceilingCosts: readonly CeilingCosts[];
  /** What does not depend on widths, and has no choice. */
  readonly constant: Float64Array;
}

/** Tables of fields that several structures share. */
export type Compiled = Map<CostField, Table>;

/** @param names of the variables, in their order */
export function compile({ fields, ceilings }: StructureCosts, names: readonly string[], before: Compiled): Programme {
  const indexOf = new Map(names.map((name, index) => [name, index]));
  const variable = (name: string): number => {
    const found = indexOf.get(name);
    if (found === undefined) throw new Error(`"${name}" is no width that can be chosen`);
    return found;
  };
  const ceilingOf = new Map(ceilings.map(({ name }, index) => [name, index]));
  const made = ceilings.map(({ members }): CeilingTable => {
    const all = members.map(({ scope, level }) => {
      const levels = Uint8Array.from(combinations(scope.length), (labels) => level(widthsAt(scope, labels)));
      return { scope: scope.map(variable), levels };
    });
    const levels = all.flatMap(({ levels }) => [...levels]);
    return { lo: Math.min(...levels), hi: Math.max(...levels), members: all };
  });
  const tables: Table[] = [];
  const ceilingCosts: CeilingCosts[] = [];
  const constant = new Float64Array(RESOURCES);
  for (const field of fields) {
    if (field.scope.some((name) => ceilingOf.has(name))) {
      const scope = field.scope.map((name) => ceilingOf.get(name) ?? -1);
      ceilingCosts.push(compileCeiling(field, scope, made));
      continue;
    }
    const table = before.get(field) ?? compileField(field, variable);
    before.set(field, table);
    if (table.scope.length > 0 || table.costs.length > 1) tables.push(table);
    else add(constant, table.costs[0] ?? new Float64Array(RESOURCES), 0);
  }
  return { tables, ceilings: made, ceilingCosts, constant };
}

function compileField(field: CostField, variable: (name: string) => number): Table {
  const { scope, key, options } = field;
  const rowOf = new Map<string, number>();
  const kept: Widths[] = [];
  const rows = Uint16Array.from(combinations(scope.length), (labels, index) => {
    const at = widthsAt(scope, labels);
    const name = key ? key(at) : String(index);
    const known = rowOf.get(name);
    if (known !== undefined) return known;
    rowOf.set(name, kept.length);
    return kept.push(at) - 1;
  });
  const costs = options.map((option) => costsOf(option, kept));
  return { field, scope: scope.map(variable), rows, count: kept.length, costs };
}

function compileCeiling(field: CostField, scope: readonly number[], ceilings: readonly CeilingTable[]): CeilingCosts {
  const ranges = scope.map((index) => {
    const { lo = 0, hi = 0 } = ceilings[index] ?? {};
    return Array.from({ length: hi - lo + 1 }, (_, level) => lo + level);
  });
  const kept = ranges
    .reduce<number[][]>((all, range) => all.flatMap((levels) => range.map((level) => [...levels, level])), [[]])
    .map((levels): Widths => Object.fromEntries(field.scope.map((name, index) => [name, levels[index] ?? 0])));
  const costs = field.options.map((option) => costsOf(option, kept));
  const values = field.steps ? field.steps.count + 1 : costs.length;
  return { field, scope, sizes: ranges.map(({ length }) => length), costs, values };
}

function costsOf(option: CostOption, at: readonly Widths[]): Float64Array {
  const costs = new Float64Array(at.length * RESOURCES);
  at.forEach((widths, row) => {
    const cost = option.cost(widths);
    resources.forEach((name, index) => {
      costs[row * RESOURCES + index] = cost[name];
    });
  });
  return costs;
}

/** All combinations of labels of so many variables, the last one fastest. */
export function combinations(count: number): number[][] {
  let all: number[][] = [[]];
  for (let index = 0; index < count; index++) {
    all = all.flatMap((labels) => Array.from({ length: LABELS }, (_, label) => [...labels, label]));
  }
  return all;
}

function widthsAt(scope: readonly string[], labels: readonly number[]): Widths {
  return Object.fromEntries(scope.map((name, index) => [name, widthOf(labels[index] ?? 0)]));
}

/** Adds a row of costs. */
export function add(to: Float64Array, costs: Float64Array, row: number): void {
  for (let index = 0; index < RESOURCES; index++) to[index] = (to[index] ?? 0) + (costs[row * RESOURCES + index] ?? 0);
}
