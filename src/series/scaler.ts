import { GatecastError } from "../errors.js";
import { type CleanSeries, cleanColumn } from "./clean-series.js";

/** The affine map of one column: scaled = (value - offset) / scale. */
export interface ColumnScale {
  readonly name: string;
  /** Mean of the training rows, in the signal's unit. */
  readonly offset: number;
  /** Standard deviation (over all rows, not n - 1) of the training rows, in the signal's unit; > 0. */
  readonly scale: number;
  /** Smallest and largest value of the training rows, in the signal's unit: the range to quantise samples for. */
  readonly minimum: number;
  readonly maximum: number;
}

/** Standardisation fitted on the training part only. Plain data: it can be written as JSON and read back. */
export interface Scaler {
  readonly columns: readonly ColumnScale[];
}

/**
 * Fits the scaler on the measured (not interpolated) values of training rows.
 * @param parts part of each row; 0 = train
 * @throws GatecastError (data) for a column that is constant over the training rows
 */
export function fitScaler(series: CleanSeries, parts: Uint8Array, names: readonly string[]): Scaler {
  return { columns: [...new Set(names)].map((name) => fitColumn(series, parts, name)) };
}

function fitColumn(series: CleanSeries, parts: Uint8Array, name: string): ColumnScale {
  const { values, filled } = cleanColumn(series, name);
  const training = values.filter((_, row) => parts[row] === 0 && filled[row] === 0);
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (const value of training) {
    minimum = Math.min(minimum, value);
    maximum = Math.max(maximum, value);
    sum += value;
  }
  const mean = sum / training.length;
  let squares = 0;
  for (const value of training) squares += (value - mean) * (value - mean);
  const scale = Math.sqrt(squares / training.length);
  if (training.length === 0 || minimum === maximum || !(scale > 0) || !Number.isFinite(scale)) {
    const what =
      training.length === 0
        ? "has no measured value"
        : minimum === maximum
          ? `is constant (${minimum})`
          : `has values too large or too close together to scale (${minimum} .. ${maximum})`;
    throw new GatecastError("data", `Column "${name}" of ${series.source} ${what} in the training part.`, {
      remedy: "There is nothing to learn from it: leave it out, or train on another part of the recording.",
      where: { file: series.source, column: name },
    });
  }
  return { name, offset: mean, scale, minimum, maximum };
}

/** The scale of a column. @throws GatecastError (usage) when the scaler was not fitted on it */
export function scaleOf(scaler: Scaler, name: string): ColumnScale {
  const column = scaler.columns.find((candidate) => candidate.name === name);
  if (column !== undefined) return column;
  throw new GatecastError("usage", `The scaler knows no column "${name}".`, {
    remedy: `It was fitted on ${scaler.columns.map((candidate) => candidate.name).join(", ")}.`,
    where: { column: name },
  });
}

/** From the signal's unit to the scaled value the model sees. */
export function scaleValue(scale: ColumnScale, value: number): number {
  return (value - scale.offset) / scale.scale;
}

/** From a scaled value back to the signal's unit. */
export function unscaleValue(scale: ColumnScale, scaled: number): number {
  return scaled * scale.scale + scale.offset;
}
