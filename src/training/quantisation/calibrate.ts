import type { Engine } from "../engine/engine.js";
import type { WindowSource } from "../source.js";
import { type ShiftConstraints, shiftConstraints } from "./shift-constraints.js";

/** Values looked at per tensor. */
const SAMPLE = 8192;
/** Windows a calibration runs over at most. */
const WINDOWS = 1024;
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
  const values = collect(engine, source);
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
  const shifts = shiftConstraints(engine);
  for (const [index, { name, hi }] of engine.quantisers.entries()) {
    const nearest = shifts.scores.get(name);
    const seen = values.get(name);
    if (!nearest || !seen) continue;
    const record = engine.quantiserRecord(index);
    const free = record[0] ?? 1;
    record[0] = leastError(
      seen,
      hi,
      BRACKET.map((factor) => nearest(factor * free)),
    );
    record[1] = 1 / (record[0] ?? 1);
  }
  calibrateRows(engine, options, shifts);
}

/** What a scale is multiplied by so that the nearest powers of two are the next below and the next above. */
const BRACKET = [Math.SQRT1_2, Math.SQRT2] as const;

/** Sets the scale of every weight's row, or of all rows of a weight alike. */
function calibrateRows(
  engine: Engine,
  { start, weightScales }: CalibrationOptions,
  { rows: constraints }: ShiftConstraints,
): void {
  const parameters = engine.parameters();
  const percents = start === "extremes" ? [100] : FINE_SHRINKS;
  for (const { weight, rows, limit, scales } of engine.rowScales) {
    const data = parameters.get(weight)?.data;
    if (!data) throw new Error(`no weight ${weight}`);
    const columns = data.length / rows;
    const view = engine.rows(scales, rows);
    const nearest = constraints.get(weight);
    if (weightScales === "matrix") {
      view.fill(bestSymmetricScale(data, limit, percents));
      if (nearest)
        view.fill(
          leastError(
            data,
            limit,
            BRACKET.map((factor) => nearest([factor * (view[0] ?? 1)])[0] ?? 1),
          ),
        );
      continue;
    }
    const values = (row: number) => data.subarray(row * columns, (row + 1) * columns);
    for (let row = 0; row < rows; row++) view[row] = bestSymmetricScale(values(row), limit, percents);
    if (!nearest) continue;
    const around = BRACKET.map((factor) => nearest(view.map((scale) => factor * scale)));
    const best = view.map((free, row) =>
      leastError(
        values(row),
        limit,
        around.map((scales) => scales[row] ?? free),
      ),
    );
    view.set(nearest(best));
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

/** A sample of what every code tensor and every score holds, from float passes. */
function collect(engine: Engine, source: WindowSource): Map<string, Float32Array> {
  const { graph, batch } = engine;
  const program = engine.program({ quantised: false, norm: "running", backward: false, mute: [] });
  program.prepare();
  const windows = Math.min(source.count, WINDOWS);
  const indices = new Uint32Array(batch);
  const { window: n, inputs: m, horizon, targets } = graph.architecture;
  const x = new Float32Array(batch * n * m);
  const y = new Float32Array(batch * horizon * targets);
  const passes = Math.ceil(windows / batch);
  const parts = new Map<string, Float32Array[]>(engine.quantisers.map(({ name }) => [name, []]));
  for (let pass = 0; pass < passes; pass++) {
    for (let index = 0; index < batch; index++) {
      indices[index] = Math.floor((((pass * batch + index) % windows) * source.count) / windows);
    }
    source.gather(indices, x, y);
    engine.setWindows(x);
    program.run();
    for (const [name, list] of parts) {
      const operator = graph.operators.find((candidate) => candidate.name === name && candidate.kind === "attention");
      const seen = operator?.kind === "attention" ? scores(engine, operator) : engine.read(name, batch);
      // Forecast and window keep their extremes, the targets' too.
      if (name === graph.input) list.push(seen);
      else if (name === graph.output) list.push(seen, y.slice());
      else list.push(thin(seen, Math.ceil(SAMPLE / passes)));
    }
  }
  return new Map([...parts].map(([name, list]) => [name, join(list)]));
}

function scores(
  engine: Engine,
  operator: { readonly query: string; readonly key: string; readonly heads: number },
): Float32Array {
  const windows = Math.min(engine.batch, 8);
  const q = engine.read(operator.query, windows);
  const k = engine.read(operator.key, windows);
  const n = engine.graph.architecture.window;
  const d = q.length / (windows * n);
  const dh = d / operator.heads;
  const result = new Float32Array(windows * operator.heads * n * n);
  let at = 0;
  for (let w = 0; w < windows; w++) {
    for (let h = 0; h < operator.heads; h++) {
      for (let t = 0; t < n; t++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let c = 0; c < dh; c++) {
            sum += (q[(w * n + t) * d + h * dh + c] ?? 0) * (k[(w * n + j) * d + h * dh + c] ?? 0);
          }
          result[at++] = sum / Math.sqrt(dh);
        }
      }
    }
  }
  return result;
}

/**
 * A prime step from value to value, around and around: an even one would meet the same few features again and again, whose number divides
 * the tensor's length.
 */
const STRIDE = 7919;

/** At most `count` values, spread evenly over all windows, tokens and features. */
export function thin(values: Float32Array, count: number): Float32Array {
  if (values.length <= count) return values;
  return Float32Array.from({ length: count }, (_, index) => values[(index * STRIDE) % values.length] ?? 0);
}

function join(list: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(list.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of list) {
    all.set(part, at);
    at += part.length;
  }
  return all;
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
