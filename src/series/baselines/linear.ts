import { GatecastError } from "../../errors.js";
import type { WindowSet } from "../windows.js";
import { solveCholesky } from "./cholesky.js";
import { forecastError } from "./metrics.js";

/** A linear forecast from the look-back window: scaled y = W x + bias, on scaled inputs. */
export interface LinearModel {
  /** [n * m + 1][horizon * targets]; the last row is the bias. */
  readonly weights: Float64Array;
  /** The ridge that did best on validation, per training window. */
  readonly ridge: number;
  /** RMSE on validation over scaled outputs, by which the ridge was chosen. */
  readonly validationRmse: number;
}

const RIDGES = [0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1] as const;
const BATCH = 512;

/**
 * Fits ridge regression with bias on the training windows by normal equations; the ridge (on the weights, not on the
 * bias) is chosen on the validation windows. Exact sums in a fixed order: the same data gives the same model.
 * @throws GatecastError (data) when no ridge makes the equations solvable
 */
export function fitLinear(train: WindowSet, validation: WindowSet): LinearModel {
  const size = train.inputSize + 1;
  const outputs = train.outputSize;
  const { gram, moments } = normalEquations(train, size, outputs);
  const truth = new Float64Array(validation.count * outputs);
  const inputs = new Float64Array(validation.count * validation.inputSize);
  validation.gather(validation.allIndices(), inputs, truth);

  let best: LinearModel | undefined;
  for (const ridge of RIDGES) {
    const regularised = gram.slice();
    for (let k = 0; k < size - 1; k++) regularised[k * size + k] = (gram[k * size + k] ?? 0) + ridge * train.count;
    const weights = solveCholesky(regularised, moments, size);
    if (weights === undefined) continue;
    const { rmse } = forecastError(apply(weights, inputs, validation.count, size, outputs), truth);
    if (best === undefined || rmse < best.validationRmse) best = { weights, ridge, validationRmse: rmse };
  }
  if (best !== undefined) return best;
  throw new GatecastError("data", `The linear reference model of ${train.series.source} cannot be solved.`, {
    remedy: "Check the inputs for columns that are multiples of each other, and leave one out.",
    where: { file: train.series.source },
  });
}

/** @returns forecasts [count][horizon][targets] in the signal's unit */
export function predictLinear(model: LinearModel, windows: WindowSet): Float64Array {
  const inputs = new Float64Array(windows.count * windows.inputSize);
  windows.gatherInputs(windows.allIndices(), inputs);
  return windows.unscale(apply(model.weights, inputs, windows.count, windows.inputSize + 1, windows.outputSize));
}

/** gram = sum of x x^T (lower triangle), moments = sum of x y^T; x ends in 1 for the bias. */
function normalEquations(
  train: WindowSet,
  size: number,
  outputs: number,
): { gram: Float64Array; moments: Float64Array } {
  const gram = new Float64Array(size * size);
  const moments = new Float64Array(size * outputs);
  const x = new Float64Array(BATCH * (size - 1));
  const y = new Float64Array(BATCH * outputs);
  const row = new Float64Array(size);
  row[size - 1] = 1;
  const all = train.allIndices();
  for (let first = 0; first < train.count; first += BATCH) {
    const indices = all.subarray(first, first + BATCH);
    train.gather(indices, x, y);
    for (let window = 0; window < indices.length; window++) {
      row.set(x.subarray(window * (size - 1), (window + 1) * (size - 1)));
      for (let i = 0; i < size; i++) {
        const value = row[i] ?? 0;
        const offset = i * size;
        for (let j = 0; j <= i; j++) gram[offset + j] = (gram[offset + j] ?? 0) + value * (row[j] ?? 0);
        for (let o = 0; o < outputs; o++) {
          moments[i * outputs + o] = (moments[i * outputs + o] ?? 0) + value * (y[window * outputs + o] ?? 0);
        }
      }
    }
  }
  return { gram, moments };
}

function apply(
  weights: Float64Array,
  inputs: Float64Array,
  count: number,
  size: number,
  outputs: number,
): Float64Array {
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
