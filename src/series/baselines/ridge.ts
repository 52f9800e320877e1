import { square } from "../../numeric/square.js";
import { solveCholesky } from "./cholesky.js";

/** Windows that a ridge is fitted to: x [B][n][m] and y [B][outputs], scaled. */
export interface RidgeSource {
  readonly count: number;
  gather(indices: ArrayLike<number>, x: Float32Array | Float64Array, y: Float32Array | Float64Array): void;
}

export interface RidgeShape {
  /** n: rows of a window. */
  readonly window: number;
  /** m: columns of a window. */
  readonly inputs: number;
  /** For each output the column of the window that records it, which the ridge shrinks it to; -1: to 0. */
  readonly lastColumns: readonly number[];
}

export interface RidgeFit {
  /** [n * m + 1][outputs]: y = W x + bias; the last row is the bias. */
  readonly weights: Float64Array;
  /** The ridge of least validation error, per training window. */
  readonly ridge: number;
  /** Mean squared error on validation, over all outputs. */
  readonly validationError: number;
}

const BATCH = 512;
/** Half powers of ten, and none. */
const RIDGES = [
  0, 1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1e3, 3e3, 1e4,
] as const;

/**
 * Ridge regression with bias by normal equations; the ridge is the one of least error on validation.
 *
 * A plain ridge shrinks a forecast towards the mean, which no recording with a drift deserves. This one shrinks towards the last value:
 * what is fitted is the change from it, from the first differences of the window and its last row (the idea of the Minnesota
 * prior: Litterman 1986). That spans the same linear maps as the window itself; only what a ridge takes away differs.
 * Exact sums in a fixed order: the same data gives the same fit.
 *
 * @returns undefined where no ridge makes the equations solvable
 */
export function fitRidge(train: RidgeSource, validation: RidgeSource, shape: RidgeShape): RidgeFit | undefined {
  const size = shape.window * shape.inputs + 1;
  const outputs = shape.lastColumns.length;
  const { gram, moments } = normalEquations(train, shape);
  const inputs = new Float64Array(validation.count * (size - 1));
  const truth = new Float64Array(validation.count * outputs);
  validation.gather(allOf(validation), inputs, truth);
  let best: RidgeFit | undefined;
  for (const ridge of RIDGES) {
    const regularised = gram.slice();
    for (let k = 0; k < size - 1; k++) regularised[k * size + k] = (gram[k * size + k] ?? 0) + ridge * train.count;
    const solved = solveCholesky(regularised, moments, size);
    if (solved === undefined) continue;
    const weights = windowWeights(solved, shape);
    const validationError = meanSquare(applyLinear(weights, inputs, validation.count, outputs), truth);
    if (best === undefined || validationError < best.validationError) best = { weights, ridge, validationError };
  }
  return best;
}

/** W x + bias for windows x [count][n * m]: [count][outputs]. */
export function applyLinear(weights: Float64Array, inputs: Float64Array, count: number, outputs: number): Float64Array {
  const size = weights.length / outputs;
  const result = new Float64Array(count * outputs);
  for (let window = 0; window < count; window++) {
    for (let o = 0; o < outputs; o++) {
      let sum = weights[(size - 1) * outputs + o] ?? 0;
      for (let k = 0; k < size - 1; k++) {
        sum += (weights[k * outputs + o] ?? 0) * (inputs[window * (size - 1) + k] ?? 0);
      }
      result[window * outputs + o] = sum;
    }
  }
  return result;
}

/** gram = sum of z z^T (lower triangle), moments = sum of z (y - last)^T; z is the differences, the last row, and 1 for the bias. */
function normalEquations(train: RidgeSource, shape: RidgeShape): { gram: Float64Array; moments: Float64Array } {
  const { inputs: m, lastColumns } = shape;
  const length = shape.window * m;
  const size = length + 1;
  const outputs = lastColumns.length;
  const gram = new Float64Array(size * size);
  const moments = new Float64Array(size * outputs);
  const x = new Float64Array(BATCH * length);
  const y = new Float64Array(BATCH * outputs);
  const row = new Float64Array(size);
  row[length] = 1;
  const all = allOf(train);
  for (let first = 0; first < train.count; first += BATCH) {
    const indices = all.subarray(first, first + BATCH);
    train.gather(indices, x, y);
    for (let window = 0; window < indices.length; window++) {
      const from = window * length;
      for (let k = 0; k < length - m; k++) row[k] = (x[from + k + m] ?? 0) - (x[from + k] ?? 0);
      for (let k = length - m; k < length; k++) row[k] = x[from + k] ?? 0;
      for (let i = 0; i < size; i++) {
        const value = row[i] ?? 0;
        const offset = i * size;
        for (let j = 0; j <= i; j++) gram[offset + j] = (gram[offset + j] ?? 0) + value * (row[j] ?? 0);
        for (let o = 0; o < outputs; o++) {
          const column = lastColumns[o] ?? -1;
          const last = column < 0 ? 0 : (x[from + length - m + column] ?? 0);
          moments[i * outputs + o] = (moments[i * outputs + o] ?? 0) + value * ((y[window * outputs + o] ?? 0) - last);
        }
      }
    }
  }
  return { gram, moments };
}

/** Weights of the window itself, from those of its differences and its last row. */
function windowWeights(solved: Float64Array, { window: n, inputs: m, lastColumns }: RidgeShape): Float64Array {
  const outputs = lastColumns.length;
  const weights = solved.slice();
  const last = (n - 1) * m;
  for (let k = 0; k < n * m; k++) {
    for (let o = 0; o < outputs; o++) {
      const level = k < last ? -(solved[k * outputs + o] ?? 0) : (solved[k * outputs + o] ?? 0);
      const before = k < m ? 0 : (solved[(k - m) * outputs + o] ?? 0);
      weights[k * outputs + o] = level + before + (k - last === lastColumns[o] ? 1 : 0);
    }
  }
  return weights;
}

function allOf({ count }: RidgeSource): Uint32Array {
  return Uint32Array.from({ length: count }, (_, index) => index);
}

function meanSquare(forecasts: Float64Array, truth: Float64Array): number {
  let sum = 0;
  for (const [index, value] of forecasts.entries()) sum += square(value - (truth[index] ?? Number.NaN));
  return sum / forecasts.length;
}
