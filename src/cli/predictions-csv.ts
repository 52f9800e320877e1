import { type Column, makeTable, type Table, type WindowSet, writeCsv } from "../series/index.js";

/**
 * Forecasts as CSV, one row for each window and step ahead: the time that is forecast (where the recording has timestamps),
 * the line of the last sample that was used, the step, and for each target the forecast and, where it is in the recording
 * already, the recorded value.
 *
 * @param forecasts [count][horizon][targets] in the signal's unit
 */
export function predictionsCsv(table: Table, windows: WindowSet, forecasts: Float64Array): string {
  const { horizon, targets } = windows;
  const rows = windows.count * horizon;
  const windowOf = (row: number) => Math.floor(row / horizon);
  const perRow = (of: (row: number) => number | undefined) =>
    Float64Array.from({ length: rows }, (_, row) => of(row) ?? Number.NaN);
  const times = perRow((row) => windows.forecastTime(windowOf(row), row % horizon));
  const recorded = windows.rawTargets();
  const values = (from: Float64Array, target: number) => perRow((row) => from[row * targets.length + target]);
  const columns: Column[] = [
    ...(times.every(Number.isNaN) ? [] : [{ kind: "time" as const, name: "timestamp", values: times }]),
    {
      kind: "numeric",
      name: "last_line",
      values: perRow((row) => {
        const tableRow = windows.series.tableRows[windows.forecastRow(windowOf(row)) - 1] ?? -1;
        return table.lines[tableRow]; // none where the last sample was interpolated into a gap
      }),
    },
    { kind: "numeric", name: "step", values: perRow((row) => (row % horizon) + 1) },
    ...targets.flatMap((name, target): Column[] => [
      { kind: "numeric", name: `${name}_forecast`, values: values(forecasts, target) },
      { kind: "numeric", name: `${name}_recorded`, values: values(recorded, target) },
    ]),
  ];
  return writeCsv(
    makeTable(
      "forecasts",
      columns,
      Int32Array.from({ length: rows }, (_, row) => row + 2),
    ),
  );
}
