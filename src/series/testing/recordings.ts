import { formatInstant } from "../report.js";
import { makeTable, type Table } from "../table.js";

/** Monday 2016-01-04 00:00. */
export const START = Date.UTC(2016, 0, 4);
export const MINUTE = 60_000;

/**
 * A small table for tests: one row per [minute, value, ...]; the columns are `time`, then `names`. Lines count from 2,
 * as behind a header.
 */
export function recording(names: readonly string[], rows: readonly (readonly number[])[]): Table {
  const times = rows.map(([minute = 0]) => formatInstant(START + minute * MINUTE));
  return makeTable(
    "test.csv",
    [
      { kind: "text", name: "time", values: times, firstText: { row: 0, value: times[0] ?? "" } },
      ...names.map((name, index) => ({
        kind: "numeric" as const,
        name,
        values: Float64Array.from(rows, (row) => row[index + 1] ?? Number.NaN),
      })),
    ],
    Int32Array.from({ length: rows.length }, (_, row) => row + 2),
  );
}
