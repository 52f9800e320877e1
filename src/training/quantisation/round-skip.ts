import { codeRange, type Graph, multiplierBits, type Parameter, type QuantisedParameters } from "../../model/index.js";
import type { Engine } from "../engine/engine.js";
import type { WindowSource } from "../source.js";
import { loadQuantised, quantisedParameters } from "./parameters.js";
import { roundWithFeedback } from "./round-with-feedback.js";

/** Windows that the covariance is taken over at most. */
const WINDOWS = 16_384;
const BATCH = 512;
/** The largest shift of an operator (docs/arithmetic.md). */
const SHIFTS = 40;

/** Names of the weights that read the whole window: the linear skip's. */
export function skipWeights({ graph }: Engine): string[] {
  return graph.operators.flatMap((operator) =>
    operator.kind === "linear" && operator.flatten ? [operator.weight.name] : [],
  );
}

/**
 * Rounds the weights of the linear skip to their codes, row by row, so that its forecasts on the training windows move least; the biases
 * take the mean of what is left. The engine then holds weights that are codes times a scale, and those scales.
 */
export function roundSkip(engine: Engine, source: WindowSource): void {
  if (skipWeights(engine).length === 0) return;
  loadQuantised(
    engine,
    withRoundedSkip(engine.graph, quantisedParameters(engine), windowMoments(engine.graph, source)),
  );
}

/** The same for what an engine would hold. `moments`: of the training windows. */
export function withRoundedSkip(
  graph: Graph,
  quantised: QuantisedParameters,
  moments: InputMoments,
): QuantisedParameters {
  const parameters = new Map(quantised.parameters);
  const rowScales = new Map(quantised.weights);
  const unit = coefficientUnit(graph, quantised);
  for (const operator of graph.operators) {
    if (operator.kind !== "linear" || !operator.flatten) continue;
    const weights = copyOf(parameters, operator.weight.name);
    const biases = copyOf(parameters, operator.bias.name);
    const scales = rowScales.get(operator.weight.name)?.slice();
    if (!scales) throw new Error(`no row scales of ${operator.weight.name}`);
    const limit = codeRange(operator.weight.bits, true).hi;
    const moved = roundRows(weights, scales, moments, limit, unit);
    for (const [row, change] of moved.entries()) biases[row] = (biases[row] ?? 0) + change;
    rowScales.set(operator.weight.name, scales);
  }
  return { ...quantised, parameters, weights: rowScales };
}

/**
 * Rounds rows of weights by `roundWithFeedback` in place, and sets their scales.
 *
 * @returns by how much that lowers each row's mean product with the inputs
 */
export function roundRows(
  weights: Float32Array,
  scales: Float32Array,
  { mean, covariance }: InputMoments,
  limit: number,
  unit: number,
): Float64Array {
  const size = mean.length;
  const moved = new Float64Array(scales.length);
  for (let row = 0; row < scales.length; row++) {
    const before = weights.slice(row * size, (row + 1) * size);
    const rounded = roundWithFeedback(before, covariance, limit, unit);
    if (rounded === undefined) continue; // a row of zeros
    weights.set(rounded.weights, row * size);
    scales[row] = rounded.scale;
    let change = 0;
    for (let k = 0; k < size; k++) change += (mean[k] ?? 0) * ((before[k] ?? 0) - (rounded.weights[k] ?? 0));
    moved[row] = change;
  }
  return moved;
}

/**
 * The scale of a weight whose coefficient in the forecast's sum is 1. The last value has the largest coefficient there, and the skip
 * shares its shift: a scale of few units would be rounded by many percent. 0 without the last value in the sum.
 */
function coefficientUnit(graph: Graph, { activations }: QuantisedParameters): number {
  const scaleOf = (name: string) => activations.get(name)?.scale ?? 1;
  if (graph.architecture.persistence === null) return 0;
  const factor = scaleOf(graph.input) / scaleOf(graph.output);
  const most = 2 ** multiplierBits(graph.precision.forecast) - 1;
  let power = 1;
  for (let shift = 1; shift < SHIFTS && Math.round(factor * power * 2) <= most; shift++) power *= 2;
  return 1 / (factor * power);
}

/** Of a product's inputs: for the skip, whole windows as vectors of n m samples. */
export interface InputMoments {
  readonly mean: Float64Array;
  /** [k][k], the lower triangle. */
  readonly covariance: Float64Array;
}

/** Moments over (at most 16,384) windows spread evenly. */
export function windowMoments(graph: Graph, source: WindowSource): InputMoments {
  const { window, inputs, horizon, targets } = graph.architecture;
  const size = window * inputs;
  const count = Math.min(WINDOWS, source.count);
  const mean = new Float64Array(size);
  const covariance = new Float64Array(size * size);
  const x = new Float32Array(BATCH * size);
  const y = new Float32Array(BATCH * horizon * targets);
  for (let first = 0; first < count; first += BATCH) {
    const rows = Math.min(BATCH, count - first);
    const indices = Uint32Array.from({ length: rows }, (_, row) => Math.floor(((first + row) * source.count) / count));
    source.gather(indices, x, y);
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < size; i++) {
        const value = x[row * size + i] ?? 0;
        mean[i] = (mean[i] ?? 0) + value / count;
        const offset = i * size;
        for (let j = 0; j <= i; j++) {
          covariance[offset + j] = (covariance[offset + j] ?? 0) + (value * (x[row * size + j] ?? 0)) / count;
        }
      }
    }
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      covariance[i * size + j] = (covariance[i * size + j] ?? 0) - (mean[i] ?? 0) * (mean[j] ?? 0);
    }
  }
  return { mean, covariance };
}

/** A copy of a parameter's data that takes its place. */
function copyOf(parameters: Map<string, Parameter>, name: string): Float32Array {
  const found = parameters.get(name);
  if (!found) throw new Error(`there is no parameter "${name}"`);
  const data = found.data.slice();
  parameters.set(name, { ...found, data });
  return data;
}
