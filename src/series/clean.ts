import { GatecastError } from "../errors.js";
import type { CleanColumn, CleanSeries } from "./clean-series.js";
import { fillColumn } from "./fill.js";
import { layOut } from "./lay-out.js";
import { fillLimit, type ResolvedSeriesOptions } from "./options.js";
import { type Finding, formatDuration, formatInstant, Places, plural } from "./report.js";
import { chosenRow, orderRows, refuseIf, valuesOfGroups } from "./row-order.js";
import { numericValues, type Table } from "./table.js";
import { timestampsOf } from "./timestamps.js";

/**
 * Cleans the named columns of a table by the policies of the options: order, duplicates, gaps, irregular steps, infinite
 * and missing values. Everything that was found and done is in the findings.
 *
 * @param names numeric columns that are needed; rows with a missing value in any other column are not touched
 * @throws GatecastError (data) for an unknown or text column, where a policy is "error", for infinite values (unless
 *   they count as missing), and when nothing is left
 */
export function cleanSeries(table: Table, names: readonly string[], options: ResolvedSeriesOptions): CleanSeries {
  const needed = [...new Set(names)];
  const source = needed.map((name) => numericValues(table, name));
  const stamps = timestampsOf(table, options.timestampColumn, options.dateOrder);
  const findings: Finding[] = [];

  const order =
    stamps === undefined
      ? { groups: Array.from({ length: table.rows }, (_, row) => [row]), findings: [] }
      : orderRows(table, stamps.milliseconds, source, options);
  findings.push(...order.findings);
  const rows = Int32Array.from(order.groups, (group) => chosenRow(group, options.duplicates));
  const instants = stamps && Float64Array.from(rows, (row) => stamps.milliseconds[row] ?? 0);

  const layout = layOut(table, rows, instants, options);
  if (instants === undefined || stamps === undefined) {
    const message = "No timestamps: the rows are taken as evenly spaced and without gaps.";
    findings.push({ kind: "timestamps", count: rows.length, message, examples: [] });
  } else {
    const range = `${formatInstant(instants[0] ?? 0)} to ${formatInstant(instants.at(-1) ?? 0)}`;
    const step = layout.step === undefined ? "" : `, a row every ${formatDuration(layout.step)}`;
    const message = `${plural(rows.length, "row")} from ${range}${step} (by ${stamps.columns.join(", ")}).`;
    findings.push({ kind: "timestamps", count: rows.length, message, examples: [] });
  }
  findings.push(...layout.findings);

  const infinite = new Places();
  const missing = new Places();
  const filled = new Places();
  const columns = source.map((column, index) => {
    const name = needed[index] ?? "";
    const ordered = valuesOfGroups(column, order.groups, options.duplicates);
    const values = Float64Array.from(layout.origin, (place) => (place < 0 ? Number.NaN : (ordered[place] ?? 0)));
    for (const [row, value] of values.entries()) {
      const place = layout.origin[row] ?? -1;
      if (Number.isFinite(value) || place < 0) continue;
      const line = table.lines[rows[place] ?? 0] ?? 0;
      if (!Number.isNaN(value)) {
        infinite.add(line, () => `${name} = ${value}`);
        values[row] = Number.NaN;
      }
      missing.add(line, () => `${name} has no value`);
    }
    const filledRows = fillColumn(values, layout.stretches, layout.origin, fillLimit(options.missing));
    let line = 0;
    for (const [row, flag] of filledRows.entries()) {
      const place = layout.origin[row] ?? -1;
      if (place >= 0) line = table.lines[rows[place] ?? 0] ?? 0; // an inserted row is told by the line before it
      if (flag === 1) filled.add(line, () => `${name} = ${values[row]}`);
    }
    return { name, values, filled: filledRows };
  });
  if (infinite.count > 0) {
    refuseIf(
      options.infinite === "error",
      table,
      infinite,
      "values are infinite",
      'infinite: "missing" (--infinite missing)',
    );
    findings.push(infinite.finding("infinite", `${plural(infinite.count, "infinite value")}, taken as missing.`));
  }
  if (missing.count > 0) {
    refuseIf(
      options.missing === "error",
      table,
      missing,
      "values are missing",
      'missing: "drop" or { interpolate: n } (--missing drop, --missing interpolate:3)',
    );
    const what = `${plural(missing.count, "value")} missing in the columns used; no window touches those that were not filled.`;
    findings.push(missing.finding("missing", what));
  }
  if (filled.count > 0) {
    const message = `${plural(filled.count, "value")} interpolated; they feed look-back windows only and are never a target.`;
    findings.push(filled.finding("interpolated", message));
  }
  return compact(table, rows, instants, layout, columns, findings);
}

/** Removes the rows that still lack a value; they part the segments. */
function compact(
  table: Table,
  rows: Int32Array,
  instants: Float64Array | undefined,
  layout: ReturnType<typeof layOut>,
  columns: readonly CleanColumn[],
  findings: readonly Finding[],
): CleanSeries {
  const kept: number[] = [];
  const segments: { start: number; end: number }[] = [];
  for (const stretch of layout.stretches) {
    let start = kept.length;
    for (let row = stretch.start; row < stretch.end; row++) {
      if (columns.every((column) => !Number.isNaN(column.values[row]))) {
        kept.push(row);
        continue;
      }
      if (kept.length > start) segments.push({ start, end: kept.length });
      start = kept.length;
    }
    if (kept.length > start) segments.push({ start, end: kept.length });
  }
  if (kept.length === 0) {
    const empty = columns.find((column) => column.values.every((value) => Number.isNaN(value)));
    const which =
      empty === undefined ? "no row has a value in every column used" : `column "${empty.name}" has no value at all`;
    throw new GatecastError("data", `Nothing of ${table.source} can be used: ${which}.`, {
      remedy: "Choose other columns, or check the missing tokens (--missing-tokens) and the decimal sign (--decimal).",
      where: { file: table.source, ...(empty === undefined ? {} : { column: empty.name }) },
    });
  }
  const { step } = layout;
  return {
    source: table.source,
    rows: kept.length,
    columns: columns.map(({ name, values, filled }) => ({
      name,
      values: Float64Array.from(kept, (row) => values[row] ?? 0),
      filled: Uint8Array.from(kept, (row) => filled[row] ?? 0),
    })),
    segments,
    ...(instants === undefined ? {} : { timestamps: Float64Array.from(kept, (row) => layout.instants[row] ?? 0) }),
    ...(step === undefined ? {} : { stepMilliseconds: step }),
    tableRows: Int32Array.from(kept, (row) => {
      const place = layout.origin[row] ?? -1;
      return place < 0 ? -1 : (rows[place] ?? -1);
    }),
    findings,
  };
}
