import { GatecastError } from "../errors.js";
import type { CleanSeries } from "./clean-series.js";
import type { ResolvedSeriesOptions } from "./options.js";
import { type Finding, plural } from "./report.js";
import { columnOf, type Table } from "./table.js";

/** The parts of a recording; a later one may look back into an earlier one, never the other way. */
export const PARTS = ["train", "validation", "test"] as const;
export type Part = (typeof PARTS)[number];

/** Which part each clean row belongs to, as an index into PARTS. */
export interface Split {
  readonly parts: Uint8Array;
  readonly findings: readonly Finding[];
}

const WRITTEN: Readonly<Record<string, Part>> = {
  train: "train",
  training: "train",
  validation: "validation",
  valid: "validation",
  val: "validation",
  dev: "validation",
  test: "test",
  testing: "test",
};

const code = (part: Part): number => PARTS.indexOf(part);

/**
 * Assigns every row to training, validation or test: by a column of the table, or by fractions of the rows in time.
 * Where the column names no validation rows, the last part of the training rows becomes validation.
 * A row with an interpolated value belongs to the later of its own part and that of the measured row behind it, since it
 * was made of both.
 *
 * @throws GatecastError (data) for a value of the split column that is no part's name (with its line), or an empty part
 */
export function splitRows(table: Table, series: CleanSeries, options: ResolvedSeriesOptions): Split {
  const parts =
    options.splitColumn === undefined ? byFractions(series, options) : byColumn(table, series, options.splitColumn);
  const counts = (): number[] =>
    PARTS.map((_, part) => parts.reduce((sum, value) => sum + (value === part ? 1 : 0), 0));
  let how = options.splitColumn === undefined ? "by time" : `by the column "${options.splitColumn}"`;
  if (options.splitColumn !== undefined && (counts()[code("validation")] ?? 0) === 0) {
    const total = counts()[0] ?? 0;
    let left = Math.floor(total * options.validationFraction);
    for (let row = parts.length - 1; row >= 0 && left > 0; row--) {
      if (parts[row] !== 0) continue;
      parts[row] = code("validation");
      left -= 1;
    }
    how += `, the last ${Math.round(options.validationFraction * 1000) / 10} % of train being validation`;
  }
  shiftFilledRows(series, parts);
  const [train = 0, validation = 0, test = 0] = counts();
  for (const [index, count] of [train, validation, test].entries()) {
    if (count > 0) continue;
    throw new GatecastError("data", `The ${PARTS[index]} part of ${table.source} has no rows (split ${how}).`, {
      remedy: "Give it rows: change the split column or the fractions, or record more.",
      where: { file: table.source },
    });
  }
  const message = `Split ${how}: ${plural(train, "row")} train, ${validation} validation, ${test} test.`;
  return { parts, findings: [{ kind: "split", count: series.rows, message, examples: [] }] };
}

function byFractions(series: CleanSeries, options: ResolvedSeriesOptions): Uint8Array {
  const { train, validation } = options.splitFractions;
  const first = Math.floor(series.rows * train);
  const second = Math.floor(series.rows * (train + validation));
  return Uint8Array.from({ length: series.rows }, (_, row) => (row < first ? 0 : row < second ? 1 : 2));
}

function byColumn(table: Table, series: CleanSeries, name: string): Uint8Array {
  const column = columnOf(table, name);
  const parts = new Uint8Array(series.rows);
  for (const [row, tableRow] of series.tableRows.entries()) {
    if (tableRow < 0) {
      parts[row] = parts[row - 1] ?? 0;
      continue;
    }
    const value = String(column.values[tableRow] ?? "");
    const part = WRITTEN[value.toLowerCase()];
    if (part === undefined) {
      const line = table.lines[tableRow] ?? 0;
      throw new GatecastError(
        "data",
        `Line ${line} of ${table.source} has "${value}" in the split column "${name}"; it must say train, validation or test.`,
        { remedy: "Mend that line or name another split column.", where: { file: table.source, line, column: name } },
      );
    }
    parts[row] = code(part);
  }
  return parts;
}

function shiftFilledRows(series: CleanSeries, parts: Uint8Array): void {
  for (let row = series.rows - 2; row >= 0; row--) {
    const made = series.columns.some((column) => column.filled[row] === 1);
    if (made) parts[row] = Math.max(parts[row] ?? 0, parts[row + 1] ?? 0);
  }
}
