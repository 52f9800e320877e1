import { GatecastError } from "../errors.js";
import { nearestName } from "./nearest-name.js";
import type { Finding } from "./report.js";

/** A needed column after cleaning: finite in every row. */
export interface CleanColumn {
  readonly name: string;
  readonly values: Float64Array;
  /** 1 where the value was interpolated, not measured. */
  readonly filled: Uint8Array;
}

/** Rows start .. end - 1, one regular step apart. */
export interface Segment {
  readonly start: number;
  readonly end: number;
}

/**
 * The needed columns of a recording in order of time, without missing values, as segments of regular step. Windows are
 * cut within segments, so none ever spans a gap.
 */
export interface CleanSeries {
  readonly source: string;
  readonly rows: number;
  readonly columns: readonly CleanColumn[];
  readonly segments: readonly Segment[];
  /** Milliseconds since 1970 of every row; absent when the recording has no timestamps. */
  readonly timestamps?: Float64Array;
  /** The regular step; absent without timestamps. */
  readonly stepMilliseconds?: number;
  /** Row of the table each row came from; -1 for a row that was inserted into a gap. */
  readonly tableRows: Int32Array;
  readonly findings: readonly Finding[];
}

/** The cleaned column of that name. @throws GatecastError (usage) when the series was not cleaned with it */
export function cleanColumn(series: CleanSeries, name: string): CleanColumn {
  const column = series.columns.find((candidate) => candidate.name === name);
  if (column !== undefined) return column;
  const names = series.columns.map((candidate) => candidate.name);
  const similar = nearestName(name, names);
  throw new GatecastError("usage", `The series has no column "${name}"; it was prepared with ${names.join(", ")}.`, {
    remedy: similar === undefined ? "Prepare it with that column as input or target." : `Did you mean "${similar}"?`,
    where: { column: name },
  });
}
