import { GatecastError } from "../../errors.js";
import type { WindowSet } from "../windows.js";
import { applyLinear, fitRidge } from "./ridge.js";

/** A linear forecast from the look-back window: scaled y = W x + bias, on scaled inputs. */
export interface LinearModel {
  /** [n * m + 1][horizon * targets]; the last row is the bias. */
  readonly weights: Float64Array;
  /** The ridge that did best on validation, per training window. */
  readonly ridge: number;
  /** RMSE on validation over scaled outputs, by which the ridge was chosen. */
  readonly validationRmse: number;
}

/**
 * Fits ridge regression with bias on the training windows, shrunken towards persistence (`fitRidge`); the ridge (on the weights, not
 * on the bias) is chosen on the validation windows.
 * @throws GatecastError (data) when no ridge makes the equations solvable
 */
export function fitLinear(train: WindowSet, validation: WindowSet): LinearModel {
  const { targets, inputs, horizon, window } = train;
  const lastColumns = Array.from({ length: horizon }, () => targets.map((name) => inputs.indexOf(name))).flat();
  const fit = fitRidge(train, validation, { window, inputs: inputs.length, lastColumns });
  if (fit !== undefined) {
    return { weights: fit.weights, ridge: fit.ridge, validationRmse: Math.sqrt(fit.validationError) };
  }
  throw new GatecastError("data", `The linear reference model of ${train.series.source} cannot be solved.`, {
    remedy: "Check the inputs for columns that are multiples of each other, and leave one out.",
    where: { file: train.series.source },
  });
}

/** @returns forecasts [count][horizon][targets] in the signal's unit */
export function predictLinear(model: LinearModel, windows: WindowSet): Float64Array {
  const inputs = new Float64Array(windows.count * windows.inputSize);
  windows.gatherInputs(windows.allIndices(), inputs);
  return windows.unscale(applyLinear(model.weights, inputs, windows.count, windows.outputSize));
}
