import { GatecastError } from "../errors.js";
import type { ResolvedSeriesOptions } from "./options.js";
import { type Finding, formatInstant, Places, plural } from "./report.js";
import type { Table } from "./table.js";

/** Rows of a table in order of time, those of the same instant together. */
export interface RowOrder {
  /** First table row of each instant, then the others of the same instant, in file order. */
  readonly groups: readonly (readonly number[])[];
  readonly findings: readonly Finding[];
}

/**
 * Sorts the rows by time (stable) and groups duplicates by the policies `unsorted` and `duplicates`.
 * @param values the needed columns, only to say whether duplicates contradict each other
 * @throws GatecastError (data) where a policy is "error", naming the first line
 */
export function orderRows(
  table: Table,
  milliseconds: Float64Array,
  values: readonly Float64Array[],
  options: ResolvedSeriesOptions,
): RowOrder {
  const findings: Finding[] = [];
  const at = (row: number): number => milliseconds[row] ?? 0;
  const line = (row: number): number => table.lines[row] ?? 0;

  const late = new Places();
  for (let row = 1; row < table.rows; row++) {
    if (at(row) >= at(row - 1)) continue;
    late.add(line(row), () => `${formatInstant(at(row))} after ${formatInstant(at(row - 1))}`);
  }
  const order = Array.from({ length: table.rows }, (_, row) => row);
  if (late.count > 0) {
    refuseIf(options.unsorted === "error", table, late, "rows are not in order of time", 'unsorted: "sort"');
    order.sort((a, b) => at(a) - at(b) || a - b);
    findings.push(
      late.finding("unsorted", `${plural(late.count, "row")} stood before an earlier one; sorted by time.`),
    );
  }

  const groups: number[][] = [];
  const repeated = new Places();
  let contradictions = 0;
  for (const row of order) {
    const group = groups.at(-1);
    const first = group?.[0];
    if (group === undefined || first === undefined || at(first) !== at(row)) {
      groups.push([row]);
      continue;
    }
    group.push(row);
    if (values.some((column) => !Object.is(column[row], column[first]))) contradictions += 1;
    repeated.add(line(row), () => `${formatInstant(at(row))} again, first in line ${line(first)}`);
  }
  if (repeated.count > 0) {
    const remedy = 'duplicates: "first", "last" or "mean"';
    refuseIf(options.duplicates === "error", table, repeated, "rows repeat a timestamp", remedy);
    const done = { first: "the first is kept", last: "the last is kept", mean: "their mean is kept", error: "" };
    const message =
      `${plural(repeated.count, "row")} repeated a timestamp (${contradictions} with other values in the columns used); ` +
      `${done[options.duplicates]}.`;
    findings.push(repeated.finding("duplicates", message));
  }
  return { groups, findings };
}

/** The error of a policy "error". */
export function refuseIf(refuse: boolean, table: Table, places: Places, what: string, alternative: string): void {
  if (!refuse) return;
  const first = places.examples[0];
  throw new GatecastError(
    "data",
    `In ${table.source} ${what}: ${places.count} in all, first in line ${first?.line} (${first?.text}).`,
    {
      remedy: `Mend the recording, or choose another policy (${alternative}).`,
      where: { file: table.source, line: first?.line ?? 0 },
    },
  );
}

/** Picks or averages a column over the groups; the mean is over the values that are there. */
export function valuesOfGroups(
  column: Float64Array,
  groups: readonly (readonly number[])[],
  policy: ResolvedSeriesOptions["duplicates"],
): Float64Array {
  return Float64Array.from(groups, (group) => {
    if (policy !== "mean" || group.length === 1) return column[chosenRow(group, policy)] ?? Number.NaN;
    const known = group.map((row) => column[row] ?? Number.NaN).filter((value) => !Number.isNaN(value));
    return known.reduce((sum, value) => sum + value, 0) / known.length; // 0 / 0 = NaN where none is there
  });
}

/** The table row that stands for a group (its line, its split value). */
export function chosenRow(group: readonly number[], policy: ResolvedSeriesOptions["duplicates"]): number {
  return (policy === "last" ? group.at(-1) : group[0]) ?? 0;
}
