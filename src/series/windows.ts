import { type CleanColumn, type CleanSeries, cleanColumn } from "./clean-series.js";
import { type ColumnScale, type Scaler, scaleOf, unscaleValue } from "./scaler.js";

/** What a window is made of. */
export interface WindowShape {
  /** Columns of the look-back window, m of them. */
  readonly inputs: readonly string[];
  /** Columns that are forecast. */
  readonly targets: readonly string[];
  /** Rows of the look-back window, n. */
  readonly window: number;
  /** Steps ahead that are forecast. */
  readonly horizon: number;
}

type Indices = ArrayLike<number>;
/** Of each column; empty: values as they are. */
type Scales = readonly Pick<ColumnScale, "offset" | "scale">[];

const unscaled: Scales = [];

/**
 * Windows of a series as a list of start rows: rows start .. start + n - 1 look back, the `horizon` rows behind them are
 * the targets. Values are read from the series, which is never copied.
 * Layouts: x is [windows][n][m], y is [windows][horizon][targets], both row-major.
 */
export class WindowSet implements WindowShape {
  readonly inputs: readonly string[];
  readonly targets: readonly string[];
  readonly window: number;
  readonly horizon: number;
  readonly #inputColumns: readonly CleanColumn[];
  /** undefined for a target that new data does not hold */
  readonly #targetColumns: readonly (CleanColumn | undefined)[];
  #inputScales: Scales | undefined;
  #targetScales: Scales | undefined;

  /**
   * @param starts first look-back row of each window; all look-back rows lie in one segment
   * @param knownUntil first row behind the segment of each window; targets from there on are unknown (NaN)
   */
  constructor(
    readonly series: CleanSeries,
    readonly scaler: Scaler,
    shape: WindowShape,
    readonly starts: Int32Array,
    private readonly knownUntil: Int32Array,
  ) {
    this.inputs = shape.inputs;
    this.targets = shape.targets;
    this.window = shape.window;
    this.horizon = shape.horizon;
    this.#inputColumns = shape.inputs.map((name) => cleanColumn(series, name));
    this.#targetColumns = shape.targets.map((name) => series.columns.find((column) => column.name === name));
  }

  /** Number of windows. */
  get count(): number {
    return this.starts.length;
  }

  /** Values of one window's look-back part, n * m. */
  get inputSize(): number {
    return this.window * this.inputs.length;
  }

  /** Values of one window's forecast, horizon * targets. */
  get outputSize(): number {
    return this.horizon * this.targets.length;
  }

  /** Row of the series behind the look-back part of window `index`: the first that is forecast. */
  forecastRow(index: number): number {
    const start = this.starts[index];
    if (start === undefined) throw new RangeError(`window ${index} of ${this.count}`);
    return start + this.window;
  }

  /** Instant (milliseconds since 1970) that step 0, 1, ... of window `index` forecasts; undefined without timestamps. */
  forecastTime(index: number, step = 0): number | undefined {
    const { timestamps, stepMilliseconds } = this.series;
    const row = this.forecastRow(index);
    if (timestamps === undefined) return undefined;
    if (row + step < (this.knownUntil[index] ?? 0)) return timestamps[row + step];
    const last = timestamps[row - 1];
    return last === undefined || stepMilliseconds === undefined ? undefined : last + (step + 1) * stepMilliseconds;
  }

  /** Writes scaled batches: x [indices][n][m] and y [indices][horizon][targets]. Allocates nothing but at its first call. */
  gather(indices: Indices, x: Float32Array | Float64Array, y: Float32Array | Float64Array): void {
    this.gatherInputs(indices, x);
    this.#targetScales ??= this.targets.map((name) => scaleOf(this.scaler, name));
    this.#copyTargets(indices, y, this.#targetScales);
  }

  /** Writes the scaled look-back parts only: x [indices][n][m]. */
  gatherInputs(indices: Indices, x: Float32Array | Float64Array): void {
    this.#inputScales ??= this.inputs.map((name) => scaleOf(this.scaler, name));
    this.#copyInputs(indices, x, this.#inputScales);
  }

  /** Writes batches in the signal's unit, unscaled and unrounded: x [indices][n][m] and y [indices][horizon][targets]. */
  gatherRaw(indices: Indices, x: Float64Array, y: Float64Array): void {
    this.#copyInputs(indices, x, unscaled);
    this.#copyTargets(indices, y, unscaled);
  }

  /** The true values of all windows in the signal's unit: [count][horizon][targets]; NaN where not yet known. */
  rawTargets(): Float64Array {
    const y = new Float64Array(this.count * this.outputSize);
    this.#copyTargets(this.allIndices(), y, unscaled);
    return y;
  }

  /** Turns scaled forecasts [..][horizon][targets] into the signal's unit. */
  unscale(scaled: ArrayLike<number>): Float64Array {
    const scales = this.targets.map((name) => scaleOf(this.scaler, name));
    return Float64Array.from({ length: scaled.length }, (_, at) => {
      const scale = scales[at % scales.length];
      return scale === undefined ? Number.NaN : unscaleValue(scale, scaled[at] ?? Number.NaN);
    });
  }

  /** 0 .. count - 1. */
  allIndices(): Uint32Array {
    return Uint32Array.from({ length: this.count }, (_, index) => index);
  }

  /** The windows of these indices as a set of their own. */
  select(indices: Indices): WindowSet {
    const pick = (from: Int32Array): Int32Array =>
      Int32Array.from({ length: indices.length }, (_, at) => {
        const value = from[indices[at] ?? -1];
        if (value === undefined) throw new RangeError(`window ${indices[at]} of ${this.count}`);
        return value;
      });
    return new WindowSet(this.series, this.scaler, this, pick(this.starts), pick(this.knownUntil));
  }

  /** At most `limit` windows, evenly spread over the whole set. */
  spread(limit: number): WindowSet {
    const count = Math.min(limit, this.count);
    return this.select(Uint32Array.from({ length: count }, (_, index) => Math.floor((index * this.count) / count)));
  }

  #copyInputs(indices: Indices, x: Float32Array | Float64Array, scales: Scales): void {
    const columns = this.#inputColumns;
    checkLength("x", x, indices.length * this.inputSize);
    for (let column = 0; column < columns.length; column++) {
      const values = columns[column]?.values;
      const offset = scales[column]?.offset ?? 0;
      const scale = scales[column]?.scale ?? 1;
      let at = column;
      for (let index = 0; index < indices.length; index++) {
        const start = this.forecastRow(indices[index] ?? -1) - this.window;
        for (let row = start; row < start + this.window; row++) {
          x[at] = ((values?.[row] ?? Number.NaN) - offset) / scale;
          at += columns.length;
        }
      }
    }
  }

  #copyTargets(indices: Indices, y: Float32Array | Float64Array, scales: Scales): void {
    checkLength("y", y, indices.length * this.outputSize);
    const targets = this.#targetColumns.length;
    for (let target = 0; target < targets; target++) {
      const values = this.#targetColumns[target]?.values;
      const offset = scales[target]?.offset ?? 0;
      const scale = scales[target]?.scale ?? 1;
      let at = target;
      for (let index = 0; index < indices.length; index++) {
        const window = indices[index] ?? -1;
        const row = this.forecastRow(window);
        const end = this.knownUntil[window] ?? 0;
        for (let step = 0; step < this.horizon; step++) {
          const value = row + step < end ? values?.[row + step] : undefined;
          y[at] = ((value ?? Number.NaN) - offset) / scale;
          at += targets;
        }
      }
    }
  }
}

function checkLength(name: string, array: ArrayLike<number>, needed: number): void {
  if (array.length < needed) throw new RangeError(`${name} holds ${array.length} values, ${needed} are needed`);
}
