import { multiplierBits, type Parameter } from "../../model/index.js";
import type { Engine } from "../engine/engine.js";
import type { WindowSource } from "../source.js";
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
  const operators = engine.graph.operators.filter((operator) => operator.kind === "linear" && operator.flatten);
  if (operators.length === 0) return;
  const { mean, covariance } = secondMoments(engine, source);
  const size = mean.length;
  const unit = coefficientUnit(engine);
  const parameters = engine.parameters();
  for (const operator of operators) {
    if (operator.kind !== "linear") continue;
    const slot = engine.rowScales.find(({ weight }) => weight === operator.weight.name);
    if (!slot) throw new Error(`no row scales of ${operator.weight.name}`);
    const weights = dataOf(parameters, operator.weight.name);
    const biases = dataOf(parameters, operator.bias.name);
    const scales = engine.rows(slot.scales, slot.rows);
    for (let row = 0; row < slot.rows; row++) {
      const before = weights.slice(row * size, (row + 1) * size);
      const rounded = roundWithFeedback(before, covariance, slot.limit, unit);
      if (rounded === undefined) continue; // a row of zeros
      weights.set(rounded.weights, row * size);
      scales[row] = rounded.scale;
      let moved = 0;
      for (let k = 0; k < size; k++) moved += (mean[k] ?? 0) * ((before[k] ?? 0) - (rounded.weights[k] ?? 0));
      biases[row] = (biases[row] ?? 0) + moved;
    }
  }
  engine.load(parameters);
}

/**
 * The scale of a weight whose coefficient in the forecast's sum is 1. The last value has the largest coefficient there, and the skip
 * shares its shift: a scale of few units would be rounded by many percent. 0 without the last value in the sum.
 */
function coefficientUnit(engine: Engine): number {
  const { graph } = engine;
  const scaleOf = (name: string) =>
    engine.quantiserRecord(engine.quantisers.findIndex((one) => one.name === name))[0] ?? 1;
  if (graph.architecture.persistence === null) return 0;
  const factor = scaleOf(graph.input) / scaleOf(graph.output);
  const most = 2 ** multiplierBits(graph.precision.forecast) - 1;
  let power = 1;
  for (let shift = 1; shift < SHIFTS && Math.round(factor * power * 2) <= most; shift++) power *= 2;
  return 1 / (factor * power);
}

/** Mean and covariance (lower triangle) of the windows as vectors of n m samples, over windows spread evenly. */
function secondMoments(engine: Engine, source: WindowSource): { mean: Float64Array; covariance: Float64Array } {
  const { window, inputs, horizon, targets } = engine.graph.architecture;
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

function dataOf(parameters: Map<string, Parameter>, name: string): Float32Array {
  const found = parameters.get(name);
  if (!found) throw new Error(`engine has no parameter "${name}"`);
  return found.data;
}
