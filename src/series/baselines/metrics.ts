import type { WindowSet } from "../windows.js";

/** Errors of a forecast in the signal's unit. */
export interface ForecastError {
  /** Root of the mean squared error. */
  readonly rmse: number;
  /** Mean absolute error. */
  readonly mae: number;
}

/** Errors over all outputs, and of each output alone (targets may differ in unit). */
export interface ForecastErrors extends ForecastError {
  readonly perOutput: readonly (ForecastError & { readonly target: string; readonly step: number })[];
}

/**
 * Errors of predictions against the truth, in whatever unit both are in.
 * @throws RangeError for unequal lengths, none at all, or a value that is not finite: nothing is left out silently
 */
export function forecastError(predictions: ArrayLike<number>, truth: ArrayLike<number>): ForecastError {
  return errorOfEvery(predictions, truth, 0, 1);
}

/**
 * Errors of predictions [count][horizon][targets] (signal's unit) on a set of windows. `step` counts from 1.
 * @throws RangeError as `forecastError`
 */
export function forecastErrors(windows: WindowSet, predictions: ArrayLike<number>): ForecastErrors {
  const truth = windows.rawTargets();
  const perOutput = Array.from({ length: windows.outputSize }, (_, output) => ({
    target: windows.targets[output % windows.targets.length] ?? "",
    step: Math.floor(output / windows.targets.length) + 1,
    ...errorOfEvery(predictions, truth, output, windows.outputSize),
  }));
  return { ...forecastError(predictions, truth), perOutput };
}

function errorOfEvery(
  predictions: ArrayLike<number>,
  truth: ArrayLike<number>,
  first: number,
  by: number,
): ForecastError {
  if (predictions.length !== truth.length) {
    throw new RangeError(`${predictions.length} predictions for ${truth.length} true values`);
  }
  let squares = 0;
  let sizes = 0;
  let count = 0;
  for (let at = first; at < truth.length; at += by) {
    const error = (predictions[at] ?? Number.NaN) - (truth[at] ?? Number.NaN);
    if (!Number.isFinite(error)) {
      throw new RangeError(`value ${at} is not finite: predicted ${predictions[at]}, true ${truth[at]}`);
    }
    squares += error * error;
    sizes += Math.abs(error);
    count += 1;
  }
  if (count === 0) throw new RangeError("no values to compare");
  return { rmse: Math.sqrt(squares / count), mae: sizes / count };
}
