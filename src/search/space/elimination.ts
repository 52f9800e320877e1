import { combinations, LABELS } from "./labels.js";

/** One variable that is minimised over, and what is left: a message to the variables beside it. */
export interface Step {
  readonly variable: number;
  /** Tables that are summed: first those of the scopes, behind them the messages of earlier steps. */
  readonly inputs: readonly { readonly table: number; readonly indices: Int32Array }[];
  /** Variables of the message, whose labels are its index, the last one fastest. */
  readonly scope: readonly number[];
  readonly size: number;
}

/** The order in which variables are minimised over, exactly: dynamic programming over a network of tables. */
export interface Elimination {
  readonly variables: number;
  /** Scopes of the tables, the single variables first. */
  readonly scopes: readonly (readonly number[])[];
  readonly steps: readonly Step[];
  /** Where the table of these variables is. */
  tableOf(scope: readonly number[]): number;
}

/** Plans the elimination of all variables, those with the fewest neighbours first. */
export function planElimination(variables: number, wanted: readonly (readonly number[])[]): Elimination {
  const places = new Map<string, number>();
  const scopes: (readonly number[])[] = [];
  const singles = Array.from({ length: variables }, (_, variable) => [variable]);
  for (const scope of [...singles, ...wanted]) {
    if (scope.length === 0 || places.has(scope.join())) continue;
    places.set(scope.join(), scopes.length);
    scopes.push(scope);
  }
  const open = new Map<number, readonly number[]>(scopes.map((scope, table) => [table, scope]));
  const left = new Set(singles.flat());
  const steps: Step[] = [];
  const around = (variable: number) => new Set([...open.values()].filter((scope) => scope.includes(variable)).flat());
  while (left.size > 0) {
    const [variable = 0] = [...left].sort((a, b) => around(a).size - around(b).size || a - b);
    const tables = [...open].filter(([, scope]) => scope.includes(variable));
    const scope = [...around(variable)].filter((other) => other !== variable).sort((a, b) => a - b);
    const all = [...scope, variable];
    const inputs = tables.map(([table, own]) => ({ table, indices: indicesOf(all, own) }));
    steps.push({ variable, inputs, scope, size: combinations(scope.length) });
    for (const [table] of tables) open.delete(table);
    open.set(scopes.length + steps.length - 1, scope);
    left.delete(variable);
  }
  const tableOf = (scope: readonly number[]): number => {
    const found = places.get(scope.join());
    if (found === undefined) throw new Error(`no table of the variables ${scope.join()}`);
    return found;
  };
  return { variables, scopes, steps, tableOf };
}

/** For each combination of labels of `all` the index into a table of some of them. */
function indicesOf(all: readonly number[], own: readonly number[]): Int32Array {
  const weights = all.map((variable) => {
    const place = own.indexOf(variable);
    return place < 0 ? 0 : combinations(own.length - 1 - place);
  });
  return Int32Array.from({ length: combinations(all.length) }, (_, combination) => {
    let rest = combination;
    let index = 0;
    for (let at = all.length - 1; at >= 0; at--) {
      index += (rest % LABELS) * (weights[at] ?? 0);
      rest = Math.floor(rest / LABELS);
    }
    return index;
  });
}

/** Index into the table of a scope. */
export function indexIn(scope: readonly number[], labels: ArrayLike<number>): number {
  let index = 0;
  for (const variable of scope) index = index * LABELS + (labels[variable] ?? 0);
  return index;
}
