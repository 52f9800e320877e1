import type { Engine } from "../engine/engine.js";
import { QUANTISER_FLOATS, type QuantiserTraits } from "../engine/workspace.js";
import { flooredWeights, raiseSmallScales } from "./row-floor.js";
import { type ShiftConstraints, shiftConstraints } from "./shift-constraints.js";

const BETA1 = 0.9;
const BETA2 = 0.999;
/** Weight of a batch in the averages of extremes. */
const NEWEST = 0.01;

export interface QuantiserOptions {
  /** Ranges of activations: learned, or moving averages of the batches' extremes. */
  readonly ranges: "learned" | "averaged";
  /** Scales of weights: one for each row, or one for the matrix. */
  readonly weightScales: "rows" | "matrix";
}

/** What is learned of the quantisers beside the parameters; plain numbers, in the engine's order. */
export interface QuantiserState {
  readonly scales: Float64Array;
  readonly zeros: Float64Array;
  /** First and second moments: scales, then zeros. */
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly steps: number;
  readonly power1: number;
  readonly power2: number;
}

/** The rows of a weight, and where their scales begin among all that are learned. */
interface LearnedRows {
  readonly weight: string;
  readonly scales: Float32Array;
  readonly gradients: Float32Array;
  readonly start: number;
  readonly still: boolean;
  /** Whether small scales are raised to the least (`row-floor.ts`). */
  readonly floored: boolean;
}

/**
 * Learns step sizes and zero points (LSQ, LSQ+) with Adam. A scale moves by factors (its logarithm is what is learned, so
 * that one rate suits scales of every size); a zero point moves in codes as a real number, of which the nearest integer is used. Where
 * scales are powers of two, what is learned of rows and scores is a scale of any size, and the nearest one that leaves a shift is used;
 * its derivative passes straight through (Jain et al. 2020, "Trained quantization thresholds").
 *
 * Order of the scales: the activations' and scores' quantisers, then the rows of every weight.
 */
export class QuantiserOptimiser {
  readonly #quantisers: number;
  readonly #frozen: Uint8Array;
  readonly #records: readonly Float32Array[];
  readonly #slopes: Float32Array;
  readonly #rows: readonly LearnedRows[];
  readonly #shifts: ShiftConstraints;
  readonly #scales: Float64Array;
  readonly #zeros: Float64Array;
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  #steps = 0;
  #power1 = 1;
  #power2 = 1;

  /** Starts from the quantisers and row scales the engine holds. `fixed`: tensors whose range is not learned. */
  constructor(
    readonly engine: Engine,
    fixed: readonly string[],
    readonly options: QuantiserOptions,
  ) {
    this.#quantisers = engine.quantisers.length;
    this.#frozen = Uint8Array.from(engine.quantisers, ({ name }) => (fixed.includes(name) ? 1 : 0));
    this.#records = engine.quantisers.map((_, index) => engine.quantiserRecord(index));
    this.#slopes = engine.quantiserGradients();
    let start = this.#quantisers;
    this.#shifts = shiftConstraints(engine.graph, (name) => engine.scaleOf(name));
    const floored = flooredWeights(engine.graph);
    this.#rows = engine.rowScales.map(({ weight, scales, gradients, rows }) => {
      const entry = {
        weight,
        scales: engine.rows(scales, rows),
        gradients: engine.rows(gradients, rows),
        start,
        still: fixed.includes(weight),
        floored: floored.has(weight),
      };
      start += rows;
      return entry;
    });
    this.#scales = new Float64Array(start);
    this.#zeros = new Float64Array(this.#quantisers);
    this.#first = new Float64Array(start + this.#quantisers);
    this.#second = new Float64Array(start + this.#quantisers);
    this.#records.forEach((record, index) => {
      this.#scales[index] = record[0] ?? 0;
      this.#zeros[index] = record[2] ?? 0;
    });
    for (const { scales, start: from } of this.#rows) this.#scales.set(scales, from);
  }

  /**
   * One step: `rate` for activations and their zero points, `rowRate` for the weights' rows.
   * `kept`: the weights' codes stay as they are, and so do all scales that those of their rows are tied to.
   */
  step(rate: number, rowRate: number, kept = false): void {
    this.#steps++;
    this.#power1 *= BETA1;
    this.#power2 *= BETA2;
    for (let index = 0; index < this.#quantisers; index++) {
      const traits = this.engine.quantisers[index];
      const record = this.#records[index];
      if (!traits || !record || this.#frozen[index]) continue;
      const tied = kept && this.#shifts.scales.has(traits.name);
      if (this.options.ranges === "averaged") {
        if (!tied) this.#follow(index, traits);
        continue;
      }
      if (!tied) {
        const scale = this.#scales[index] ?? 0;
        const used = this.#shifts.scores.has(traits.name) ? (record[0] ?? 0) : scale;
        const slope = this.#slopes[QUANTISER_FLOATS * index] ?? 0;
        this.#scales[index] = scale * (1 - this.#update(index, slope * used, rate));
      }
      if (!traits.symmetric && !traits.relu) {
        const zeroSlope = this.#slopes[QUANTISER_FLOATS * index + 1] ?? 0;
        const codes = (traits.hi - traits.lo) / 2;
        const zero =
          (this.#zeros[index] ?? 0) - codes * this.#update(this.#scales.length + index, zeroSlope * codes, rate);
        this.#zeros[index] = Math.min(traits.hi, Math.max(traits.lo, zero));
      }
      this.#store(index);
    }
    for (const rows of this.#rows) {
      if (rows.still || rowRate === 0) continue;
      if (this.options.weightScales === "matrix") this.#stepMatrix(rows, rowRate);
      else this.#stepRows(rows, rowRate);
    }
    this.#constrain();
  }

  #stepRows(rows: LearnedRows, rate: number): void {
    const { scales, gradients, start } = rows;
    const learned = this.#scales.subarray(start, start + scales.length);
    for (let row = 0; row < scales.length; row++) {
      const gradient = (gradients[row] ?? 0) * this.#used(rows, row);
      learned[row] = (learned[row] ?? 0) * (1 - this.#update(start + row, gradient, rate));
    }
    if (rows.floored) raiseSmallScales(learned);
    scales.set(learned);
  }

  /** One step of a scale that all rows of a weight share. */
  #stepMatrix(rows: LearnedRows, rate: number): void {
    const { scales, gradients, start } = rows;
    const gradient = gradients.reduce((sum, slope) => sum + slope, 0) * this.#used(rows, 0);
    const next = (this.#scales[start] ?? 0) * (1 - this.#update(start, gradient, rate));
    this.#scales.fill(next, start, start + scales.length);
    scales.fill(next);
  }

  /** The scale that a row's derivative was taken at. */
  #used({ weight, scales, start }: LearnedRows, row: number): number {
    return (this.#shifts.rows.has(weight) ? scales[row] : this.#scales[start + row]) ?? 0;
  }

  /** Writes scales of rows and scores to the engine that leave shifts to the requantisers, as near as may be to what is learned. */
  #constrain(): void {
    for (const { weight, scales, start } of this.#rows) {
      const nearest = this.#shifts.rows.get(weight);
      if (nearest) scales.set(nearest(this.#scales.subarray(start, start + scales.length)));
    }
    for (const [index, { name }] of this.engine.quantisers.entries()) {
      const nearest = this.#shifts.scores.get(name);
      const record = this.#records[index];
      if (!nearest || !record) continue;
      const scale = nearest(this.#scales[index] ?? 0);
      record[0] = scale;
      record[1] = 1 / scale;
    }
  }

  /** Moves a range towards the extremes of the last batch. Scores, which are no tensor, keep the range they have. */
  #follow(index: number, { name, lo, hi, symmetric, relu }: QuantiserTraits): void {
    if (!this.engine.graph.tensors.has(name)) return;
    const { batch } = this.engine;
    let least = 0;
    let most = 0;
    for (const value of this.engine.read(name, batch, "raw")) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    const scale = this.#scales[index] ?? 0;
    const zero = this.#zeros[index] ?? 0;
    const mix = (before: number, now: number) => before + NEWEST * (now - before);
    if (symmetric) this.#scales[index] = mix(scale, Math.max(-least, most) / hi);
    else {
      const low = relu ? 0 : mix(scale * (lo - zero), least);
      const next = (mix(scale * (hi - zero), most) - low) / (hi - lo);
      this.#scales[index] = next;
      this.#zeros[index] = Math.min(hi, Math.max(lo, lo - low / next));
    }
    this.#store(index);
  }

  /** Adam's step for one number: the change, bounded so that a scale stays positive. */
  #update(index: number, gradient: number, rate: number): number {
    const first = BETA1 * (this.#first[index] ?? 0) + (1 - BETA1) * gradient;
    const second = BETA2 * (this.#second[index] ?? 0) + (1 - BETA2) * gradient * gradient;
    this.#first[index] = first;
    this.#second[index] = second;
    const size = Math.sqrt(second / (1 - this.#power2)) + 1e-12;
    const change = (rate * (first / (1 - this.#power1))) / size;
    return Math.min(0.1, Math.max(-0.1, change));
  }

  #store(index: number): void {
    const record = this.#records[index];
    if (!record) return;
    const scale = Math.fround(this.#scales[index] ?? 0);
    record[0] = scale;
    record[1] = 1 / scale;
    record[2] = Math.round(this.#zeros[index] ?? 0);
  }

  save(): QuantiserState {
    return {
      scales: this.#scales.slice(),
      zeros: this.#zeros.slice(),
      first: this.#first.slice(),
      second: this.#second.slice(),
      steps: this.#steps,
      power1: this.#power1,
      power2: this.#power2,
    };
  }

  /** Takes a saved state, and writes scales and zero points to the engine. */
  restore(state: QuantiserState): void {
    this.#scales.set(state.scales);
    this.#zeros.set(state.zeros);
    this.#first.set(state.first);
    this.#second.set(state.second);
    this.#steps = state.steps;
    this.#power1 = state.power1;
    this.#power2 = state.power2;
    for (let index = 0; index < this.#quantisers; index++) this.#store(index);
    for (const { scales, start } of this.#rows) {
      for (let row = 0; row < scales.length; row++) scales[row] = this.#scales[start + row] ?? 0;
    }
    this.#constrain();
  }
}
