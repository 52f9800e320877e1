import { GatecastError } from "../errors.js";
import { cleanSeries } from "./clean.js";
import type { CleanSeries } from "./clean-series.js";
import { type ResolvedSeriesOptions, resolveSeriesOptions, type SeriesOptions } from "./options.js";
import { type Finding, plural } from "./report.js";
import { fitScaler, type Scaler, scaleOf } from "./scaler.js";
import { PARTS, type Part, splitRows } from "./split.js";
import type { Table } from "./table.js";
import { WindowSet, type WindowShape } from "./windows.js";

/** A recording made ready: three sets of windows on one cleaned series, scaled by the training part. */
export interface PreparedSeries {
  readonly options: ResolvedSeriesOptions;
  readonly shape: WindowShape;
  readonly series: CleanSeries;
  readonly scaler: Scaler;
  readonly train: WindowSet;
  readonly validation: WindowSet;
  readonly test: WindowSet;
  /** What was found and done, in plain words and in order. */
  readonly findings: readonly Finding[];
  readonly counts: SeriesCounts;
}

export interface SeriesCounts {
  /** Rows of the table as read. */
  readonly rows: number;
  /** Rows that are left after cleaning, inserted ones included. */
  readonly usableRows: number;
  readonly segments: number;
  readonly windows: Readonly<Record<Part, number>>;
}

/**
 * Cleans, splits, scales and cuts a table into windows by ONE options object.
 *
 * The rule of the split: a window belongs to the part that all its target rows belong to; its look-back rows may belong
 * to that part or an earlier one (train before validation before test). So training windows hold training rows only,
 * and no target is ever in two parts. Windows with an interpolated target are left out.
 *
 * @example
 * const prepared = prepareSeries(readCsv(text), { target: "flow", splitColumn: "split", window: 24 });
 * prepared.train.gather([0, 1], x, y);
 * @throws GatecastError (usage) for wrong options; (data) for everything in the recording that makes it unusable
 */
export function prepareSeries(table: Table, options: SeriesOptions): PreparedSeries {
  const resolved = resolveSeriesOptions(options);
  const shape = shapeOf(resolved);
  const names = [...shape.inputs, ...shape.targets];
  const series = cleanSeries(table, names, resolved);
  refuseTooLong(series, shape);
  const split = splitRows(table, series, resolved);
  const scaler = fitScaler(series, split.parts, names);
  const starts = cutWindows(series, split.parts, shape);
  const sets = PARTS.map((part, index) => {
    const found = starts[index] ?? [];
    if (found.length === 0) throw noWindows(series, shape, part);
    const rows = Int32Array.from(found, ({ start }) => start);
    return new WindowSet(
      series,
      scaler,
      shape,
      rows,
      Int32Array.from(found, ({ end }) => end),
    );
  });
  const [train, validation, test] = sets;
  if (train === undefined || validation === undefined || test === undefined) throw new Error("three parts expected");
  const windows = { train: train.count, validation: validation.count, test: test.count };
  const total = windows.train + windows.validation + windows.test;
  const message =
    `${plural(total, "window")} of ${shape.window} + ${plural(shape.horizon, "row")}: ` +
    `${windows.train} train, ${windows.validation} validation, ${windows.test} test.`;
  return {
    options: resolved,
    shape,
    series,
    scaler,
    train,
    validation,
    test,
    findings: [...series.findings, ...split.findings, { kind: "windows", count: total, message, examples: [] }],
    counts: { rows: table.rows, usableRows: series.rows, segments: series.segments.length, windows },
  };
}

/**
 * All windows of a new recording for an existing model: every look-back window that lies in one segment, the last ones
 * included, whose targets are still to come (they are NaN in `rawTargets`). Splitting options are ignored; a target
 * that is no input need not be in the table.
 *
 * @param scaler of the model's training
 * @throws GatecastError as `prepareSeries`
 */
export function prepareNewData(table: Table, options: SeriesOptions, scaler: Scaler): WindowSet {
  const resolved = resolveSeriesOptions(options);
  const shape = shapeOf(resolved);
  for (const name of [...shape.inputs, ...shape.targets]) scaleOf(scaler, name);
  const series = cleanSeries(table, shape.inputs, resolved);
  refuseTooLong(series, { ...shape, horizon: 0 });
  const found = series.segments.flatMap(({ start, end }) =>
    Array.from({ length: Math.max(0, end - start - shape.window + 1) }, (_, index) => ({ start: start + index, end })),
  );
  const rows = Int32Array.from(found, ({ start }) => start);
  return new WindowSet(
    series,
    scaler,
    shape,
    rows,
    Int32Array.from(found, ({ end }) => end),
  );
}

function shapeOf(options: ResolvedSeriesOptions): WindowShape {
  const { target: targets, window, horizon } = options;
  return { inputs: options.inputs ?? targets, targets, window, horizon };
}

interface Cut {
  readonly start: number;
  /** First row behind the segment. */
  readonly end: number;
}

/** The windows of each part, in order of time. */
function cutWindows(series: CleanSeries, parts: Uint8Array, shape: WindowShape): readonly (readonly Cut[])[] {
  const cuts: Cut[][] = PARTS.map(() => []);
  const targets = series.columns.filter((column) => shape.targets.includes(column.name));
  const length = shape.window + shape.horizon;
  for (const { start: first, end } of series.segments) {
    for (let start = first; start + length <= end; start++) {
      const forecast = start + shape.window;
      const part = parts[forecast] ?? 0;
      if (
        belongs(parts, start, forecast, start + length, part) &&
        !targets.some(({ filled }) => filled.subarray(forecast, start + length).includes(1))
      ) {
        cuts[part]?.push({ start, end });
      }
    }
  }
  return cuts;
}

function belongs(parts: Uint8Array, start: number, forecast: number, end: number, part: number): boolean {
  for (let row = start; row < forecast; row++) if ((parts[row] ?? 0) > part) return false;
  for (let row = forecast; row < end; row++) if (parts[row] !== part) return false;
  return true;
}

function refuseTooLong(series: CleanSeries, shape: WindowShape): void {
  const needed = shape.window + shape.horizon;
  const longest = Math.max(...series.segments.map(({ start, end }) => end - start));
  if (needed <= longest) return;
  const what = `A window of ${shape.window} rows${shape.horizon > 0 ? ` and ${shape.horizon} to forecast` : ""} (${needed} in all)`;
  if (needed > series.rows) {
    throw new GatecastError(
      "data",
      `${what} is longer than ${series.source}, which has ${plural(series.rows, "usable row")}.`,
      {
        remedy: "Choose a shorter window or horizon, or record more.",
        where: { file: series.source, rows: series.rows },
      },
    );
  }
  const causes = series.findings.filter(({ kind }) => kind === "gaps" || kind === "irregular" || kind === "missing");
  throw new GatecastError(
    "data",
    `${what} is longer than every stretch without a gap in ${series.source}; the longest of ${series.segments.length} has ` +
      `${plural(longest, "row")}. ${causes.map(({ message }) => message).join(" ")}`.trimEnd(),
    {
      remedy: "Choose a shorter window, or let gaps or missing values be interpolated or irregular steps be accepted.",
      where: { file: series.source, longest },
    },
  );
}

function noWindows(series: CleanSeries, shape: WindowShape, part: Part): GatecastError {
  return new GatecastError(
    "data",
    `The ${part} part of ${series.source} has no window of ${shape.window} + ${shape.horizon} rows.`,
    {
      remedy: "Choose a shorter window, give that part more rows, or record more.",
      where: { file: series.source, part },
    },
  );
}
