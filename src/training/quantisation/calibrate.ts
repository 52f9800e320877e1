import type { Engine } from "../engine/engine.js";
import type { WindowSource } from "../source.js";
import { seenValues } from "./seen-values.js";
import { type ShiftConstraints, shiftConstraints } from "./shift-constraints.js";

/** Share of the range beyond the seen one that samples and forecast keep, on each side. */
const MARGIN = 0.1;
/** Shares of a seen range that are tried, in percent: of activations on either side, of weights. */
const SHRINKS = [100, 90, 80, 70, 60, 50, 40, 30] as const;
const FINE_SHRINKS = Array.from({ length: 36 }, (_, index) => 100 - 2 * index);

export interface CalibrationOptions {
  /** The shrunken range of least squared error, or the extremes. */
  readonly start: "shrunken" | "extremes";
  /** One scale for each row of a weight, or for the whole matrix. */
  readonly weightScales: "rows" | "matrix";
}

/**
 * Sets every quantiser of the engine from float activations on (at most 1024) training windows, and the scale of every weight's
 * row from the weights: the range whose squared error of quantisation is least among shrunken versions of the seen one.
 * Window and forecast keep the whole seen range and a margin.
 *
 * The engine must hold trained float parameters. Scores are seen as q k^T / sqrt(d/h) of those tensors.
 */
export function calibrate(engine: Engine, source: WindowSource, options: CalibrationOptions): void {
  const whole = options.start === "extremes";
  const values = seenValues(engine, source);
  for (const [index, traits] of engine.quantisers.entries()) {
    const seen = values.get(traits.name);
    if (!seen) throw new Error(`nothing was seen of ${traits.name}`);
    const record = engine.quantiserRecord(index);
    const wide = traits.name === engine.graph.input || traits.name === engine.graph.output;
    const { scale, zero } = traits.symmetric
      ? { scale: bestSymmetricScale(seen, traits.hi, whole ? [100] : FINE_SHRINKS), zero: 0 }
      : wide
        ? wideRange(seen, traits.lo, traits.hi)
        : bestRange(seen, traits, whole ? [100] : SHRINKS);
    record[0] = scale;
    record[1] = 1 / (record[0] ?? 1);
    record[2] = zero;
  }
  const constraints = shiftConstraints(engine);
  calibrateScores(engine, values, constraints);
  calibrateRows(engine, options, constraints);
}

/** Where scales are powers of two: the best allowed scale of every attention's scores. */
function calibrateScores(
  engine: Engine,
  values: ReadonlyMap<string, Float32Array>,
  constraints: ShiftConstraints,
): void {
  for (const [index, { name, hi }] of engine.quantisers.entries()) {
    const nearest = constraints.scores.get(name);
    const seen = values.get(name);
    if (!nearest || !seen) continue;
    const record = engine.quantiserRecord(index);
    const free = record[0] ?? 1;
    const allowed = BRACKET.map((factor) => nearest(factor * free));
    record[0] = leastError(seen, hi, allowed);
    record[1] = 1 / (record[0] ?? 1);
  }
}

/** What a free scale is multiplied by so that the nearest powers of two are the next below and the next above. */
const BRACKET = [Math.SQRT1_2, Math.SQRT2] as const;

/** Sets the scale of every weight's row, or of all rows of a weight alike. */
function calibrateRows(
  engine: Engine,
  { start, weightScales }: CalibrationOptions,
  constraints: ShiftConstraints,
): void {
  const parameters = engine.parameters();
  const percents = start === "extremes" ? [100] : FINE_SHRINKS;
  for (const { weight, rows, limit, scales } of engine.rowScales) {
    const data = parameters.get(weight)?.data;
    if (!data) throw new Error(`no weight ${weight}`);
    const view = engine.rows(scales, rows);
    // Rows that share a scale are one stretch of weights.
    const stretches = weightScales === "matrix" ? 1 : rows;
    const length = data.length / stretches;
    const stretch = (index: number) => data.subarray(index * length, (index + 1) * length);
    const spread = (of: ArrayLike<number>) => view.map((_, row) => of[stretches === 1 ? 0 : row] ?? 1);
    const free = Array.from({ length: stretches }, (_, index) => bestSymmetricScale(stretch(index), limit, percents));
    view.set(spread(free));
    const nearest = constraints.rows.get(weight);
    if (!nearest) continue;
    const allowed = BRACKET.map((factor) => nearest(view.map((scale) => factor * scale)));
    const best = free.map((_, index) =>
      leastError(
        stretch(index),
        limit,
        allowed.map((of) => of[index] ?? 1),
      ),
    );
    view.set(nearest(spread(best)));
  }
}

/** Of some scales that of least squared error for codes -limit .. limit. */
function leastError(values: Float32Array, limit: number, scales: readonly number[]): number {
  let best = { scale: scales[0] ?? 1, error: Number.POSITIVE_INFINITY };
  for (const scale of scales) {
    const error = squaredError(values, scale, 0, -limit, limit, false);
    if (error < best.error) best = { scale, error };
  }
  return best.scale;
}

function extremes(values: Float32Array): { least: number; most: number } {
  let least = 0;
  let most = 0;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return { least, most };
}

function wideRange(values: Float32Array, lo: number, hi: number): { scale: number; zero: number } {
  const { least, most } = extremes(values);
  const margin = MARGIN * (most - least) || 1;
  return rangeOf(least - margin, most + margin, lo, hi);
}

function rangeOf(least: number, most: number, lo: number, hi: number): { scale: number; zero: number } {
  const scale = (most - least) / (hi - lo);
  return { scale, zero: Math.min(hi, Math.max(lo, Math.round(lo - least / scale))) };
}

function bestRange(
  values: Float32Array,
  { lo, hi, relu }: { readonly lo: number; readonly hi: number; readonly relu: boolean },
  percents: readonly number[],
): { scale: number; zero: number } {
  const { least, most } = extremes(values);
  if (most - least === 0) return { scale: 1, zero: relu ? lo : 0 };
  let best = { scale: 1, zero: 0, error: Number.POSITIVE_INFINITY };
  for (const low of relu || least === 0 ? [100] : percents) {
    for (const high of most === 0 ? [100] : percents) {
      const range = rangeOf(((relu ? 0 : least) * low) / 100, (most * high) / 100, lo, hi);
      const error = squaredError(values, range.scale, range.zero, lo, hi, relu);
      if (error < best.error) best = { ...range, error };
    }
  }
  return { scale: best.scale, zero: best.zero };
}

function squaredError(
  values: Float32Array,
  scale: number,
  zero: number,
  lo: number,
  hi: number,
  relu: boolean,
): number {
  let sum = 0;
  for (const given of values) {
    const value = relu && given < 0 ? 0 : given;
    const code = Math.min(hi, Math.max(lo, Math.floor(value / scale + 0.5) + zero));
    const error = scale * (code - zero) - value;
    sum += error * error;
  }
  return sum;
}

/** The scale of least squared error for codes -limit .. limit, of the largest value's by percents. */
function bestSymmetricScale(values: Float32Array, limit: number, percents: readonly number[]): number {
  const { least, most } = extremes(values);
  const largest = Math.max(-least, most);
  if (largest === 0) return 1e-3; // a row of zeros: any scale holds it
  let best = { scale: largest / limit, error: Number.POSITIVE_INFINITY };
  for (const percent of percents) {
    const scale = (largest * percent) / 100 / limit;
    const error = squaredError(values, scale, 0, -limit, limit, false);
    if (error < best.error) best = { scale, error };
  }
  return best.scale;
}
