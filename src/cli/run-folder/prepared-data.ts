import { z } from "zod";
import { type CleanSeries, type PreparedSeries, type Scaler, WindowSet, type WindowShape } from "../../series/index.js";

/** A prepared recording as later steps need it. */
export interface PreparedData {
  readonly series: CleanSeries;
  readonly scaler: Scaler;
  readonly shape: WindowShape;
  readonly train: WindowSet;
  readonly validation: WindowSet;
  readonly test: WindowSet;
  readonly counts: PreparedSeries["counts"];
  readonly findings: PreparedSeries["findings"];
}

const count = z.int().nonnegative();
const finding = z.object({
  kind: z.string(),
  count,
  message: z.string(),
  examples: z.array(z.object({ line: z.number(), text: z.string() })),
});
const description = z.object({
  source: z.string(),
  rows: count,
  columns: z.array(z.string()),
  timestamps: z.boolean(),
  stepMilliseconds: z.number().nullable(),
  segments: z.array(z.object({ start: count, end: count })),
  scaler: z.object({
    columns: z.array(
      z.object({ name: z.string(), offset: z.number(), scale: z.number(), minimum: z.number(), maximum: z.number() }),
    ),
  }),
  shape: z.object({ inputs: z.array(z.string()), targets: z.array(z.string()), window: count, horizon: count }),
  windows: z.object({ train: count, validation: count, test: count }),
  counts: z.object({
    rows: count,
    usableRows: count,
    segments: count,
    windows: z.object({ train: count, validation: count, test: count }),
  }),
  findings: z.array(finding),
});
type Description = z.output<typeof description>;

/**
 * A prepared recording as two files: JSON that describes it and, as the manifest's hashes vouch for the bytes, plain
 * little-endian arrays one behind the other: the columns and timestamps (64-bit floats), the table's rows and the windows'
 * first rows of train, validation, test (32-bit integers), the marks of interpolated values (bytes).
 */
export function encodePrepared(prepared: PreparedSeries): { description: string; arrays: Uint8Array } {
  const { series, scaler, shape, counts, findings, train, validation, test } = prepared;
  const content: Description = {
    source: series.source,
    rows: series.rows,
    columns: series.columns.map(({ name }) => name),
    timestamps: series.timestamps !== undefined,
    stepMilliseconds: series.stepMilliseconds ?? null,
    segments: series.segments.map(({ start, end }) => ({ start, end })),
    scaler: { columns: scaler.columns.map((column) => ({ ...column })) },
    shape: { ...shape, inputs: [...shape.inputs], targets: [...shape.targets] },
    windows: { train: train.count, validation: validation.count, test: test.count },
    counts: { ...counts, windows: { ...counts.windows } },
    findings: findings.map((entry) => ({ ...entry, examples: entry.examples.map((place) => ({ ...place })) })),
  };
  const arrays = [
    ...series.columns.map(({ values }) => values),
    ...(series.timestamps === undefined ? [] : [series.timestamps]),
    series.tableRows,
    ...[train, validation, test].map(({ starts }) => starts),
    ...series.columns.map(({ filled }) => filled),
  ];
  const bytes = new Uint8Array(arrays.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  return { description: `${JSON.stringify(content, undefined, 2)}\n`, arrays: bytes };
}

/** The inverse of `encodePrepared`, for files that the manifest vouches for. */
export function decodePrepared(text: string, arrays: Uint8Array): PreparedData {
  const content = description.parse(JSON.parse(text));
  const buffer = arrays.slice().buffer;
  let at = 0;
  const take = <A>(make: (from: number) => A, bytes: number): A => {
    const made = make(at);
    at += bytes;
    return made;
  };
  const doubles = (length: number) => take((from) => new Float64Array(buffer, from, length), 8 * length);
  const integers = (length: number) => take((from) => new Int32Array(buffer, from, length), 4 * length);
  const bytes = (length: number) => take((from) => new Uint8Array(buffer, from, length), length);

  const { rows, windows, scaler, shape } = content;
  const values = content.columns.map(() => doubles(rows));
  const timestamps = content.timestamps ? doubles(rows) : undefined;
  const tableRows = integers(rows);
  const starts = {
    train: integers(windows.train),
    validation: integers(windows.validation),
    test: integers(windows.test),
  };
  const columns = content.columns.map((name, index) => ({
    name,
    values: values[index] ?? new Float64Array(0),
    filled: bytes(rows),
  }));
  if (at !== buffer.byteLength) throw new Error(`prepared data has ${buffer.byteLength} bytes; ${at} are described`);

  const findings = content.findings as PreparedSeries["findings"];
  const series: CleanSeries = {
    source: content.source,
    rows,
    columns,
    segments: content.segments,
    tableRows,
    findings,
    ...(timestamps === undefined ? {} : { timestamps }),
    ...(content.stepMilliseconds === null ? {} : { stepMilliseconds: content.stepMilliseconds }),
  };
  const set = (first: Int32Array) => new WindowSet(series, scaler, shape, first, segmentEnds(series, first));
  return {
    series,
    scaler,
    shape,
    train: set(starts.train),
    validation: set(starts.validation),
    test: set(starts.test),
    counts: content.counts,
    findings,
  };
}

/** For each first row the end of the segment it lies in: targets behind it are not known. */
function segmentEnds(series: CleanSeries, firstRows: Int32Array): Int32Array {
  const { segments } = series;
  return firstRows.map((row) => {
    let low = 0;
    let high = segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((segments[middle]?.start ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    return segments[low]?.end ?? 0;
  });
}
