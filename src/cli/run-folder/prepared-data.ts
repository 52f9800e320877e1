import { z } from "zod";
import { readSafetensors, type SafeTensor, writeSafetensors } from "../../model/index.js";
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

export const preparedFiles = { description: "data/series.json", arrays: "data/series.safetensors" } as const;

const count = z.int().nonnegative();
const counts = z.object({ train: count, validation: count, test: count });
const description = z.object({
  source: z.string(),
  columns: z.array(z.string()),
  stepMilliseconds: z.number().nullable(),
  segments: z.array(z.object({ start: count, end: count })),
  scaler: z.object({
    columns: z.array(
      z.object({ name: z.string(), offset: z.number(), scale: z.number(), minimum: z.number(), maximum: z.number() }),
    ),
  }),
  shape: z.object({ inputs: z.array(z.string()), targets: z.array(z.string()), window: count, horizon: count }),
  counts: z.object({ rows: count, usableRows: count, segments: count, windows: counts }),
  findings: z.array(
    z.object({
      kind: z.string(),
      count,
      message: z.string(),
      examples: z.array(z.object({ line: z.number(), text: z.string() })),
    }),
  ),
});

/** A prepared recording as two files: JSON that describes it, and its arrays as safetensors. */
export function encodePrepared(prepared: PreparedSeries): { description: string; arrays: Uint8Array } {
  const { series, scaler, shape, counts, findings, train, validation, test } = prepared;
  const content = {
    source: series.source,
    columns: series.columns.map(({ name }) => name),
    stepMilliseconds: series.stepMilliseconds ?? null,
    segments: series.segments,
    scaler,
    shape,
    counts,
    findings,
  };
  const arrays: Record<string, SafeTensor["data"]> = { table_rows: series.tableRows };
  if (series.timestamps !== undefined) arrays.timestamps = series.timestamps;
  for (const [index, { values, filled }] of series.columns.entries()) {
    arrays[`columns.${index}.values`] = values;
    arrays[`columns.${index}.filled`] = filled;
  }
  for (const [name, { starts }] of Object.entries({ train, validation, test })) arrays[`${name}.starts`] = starts;
  const tensors = new Map(
    Object.entries(arrays).map(([name, data]): [string, SafeTensor] => [name, { shape: [data.length], data }]),
  );
  return { description: `${JSON.stringify(content, undefined, 2)}\n`, arrays: writeSafetensors(tensors) };
}

/**
 * The inverse of `encodePrepared`, for files that the manifest vouches for.
 *
 * @throws GatecastError "run" where the arrays are not a safetensors file
 */
export function decodePrepared(text: string, arrays: Uint8Array): PreparedData {
  const content = description.parse(JSON.parse(text));
  const { tensors } = readSafetensors(arrays, preparedFiles.arrays);
  const doubles = arrayOf(tensors, Float64Array);
  const integers = arrayOf(tensors, Int32Array);
  const marks = arrayOf(tensors, Uint8Array);
  const findings = content.findings as PreparedSeries["findings"];
  const tableRows = integers("table_rows");
  const series: CleanSeries = {
    source: content.source,
    rows: tableRows.length,
    columns: content.columns.map((name, index) => ({
      name,
      values: doubles(`columns.${index}.values`),
      filled: marks(`columns.${index}.filled`),
    })),
    segments: content.segments,
    tableRows,
    findings: findings.filter(({ kind }) => kind !== "split" && kind !== "windows"),
    ...(tensors.has("timestamps") ? { timestamps: doubles("timestamps") } : {}),
    ...(content.stepMilliseconds === null ? {} : { stepMilliseconds: content.stepMilliseconds }),
  };
  const { scaler, shape } = content;
  const set = (part: string) => {
    const starts = integers(`${part}.starts`);
    return new WindowSet(series, scaler, shape, starts, segmentEnds(series, starts));
  };
  return {
    series,
    scaler,
    shape,
    train: set("train"),
    validation: set("validation"),
    test: set("test"),
    counts: content.counts,
    findings,
  };
}

function arrayOf<A extends SafeTensor["data"]>(
  tensors: ReadonlyMap<string, SafeTensor>,
  type: new (length: number) => A,
): (name: string) => A {
  return (name) => {
    const data = tensors.get(name)?.data;
    if (data instanceof type) return data;
    throw new Error(`prepared data has no ${type.name} "${name}"`);
  };
}

/** For each first row the end of the segment it lies in: targets behind it are not known. */
function segmentEnds({ segments }: CleanSeries, firstRows: Int32Array): Int32Array {
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
