import { square } from "../numeric/square.js";

/** Stretches that the validation windows are cut into. */
const BLOCKS = 16;

/**
 * Sums over the stretches of a series, in order: what is true of one stretch and not of the next will not last either. An estimate of a gain
 * and of its standard error, from stretches that hardly depend on one another, where neighbouring windows do.
 *
 * @param values one for each output of each window, window by window
 * @returns the mean of every stretch; as many as there are windows where these are few
 */
export function blockMeans(values: ArrayLike<number>, outputs: number): Float64Array {
  const windows = values.length / outputs;
  const means = new Float64Array(Math.min(BLOCKS, windows));
  for (let block = 0; block < means.length; block++) {
    const from = Math.floor((block * windows) / means.length) * outputs;
    const to = Math.floor(((block + 1) * windows) / means.length) * outputs;
    for (let index = from; index < to; index++)
      means[block] = (means[block] ?? 0) + (values[index] ?? Number.NaN) / (to - from);
  }
  return means;
}

/** Standard error of the mean of what stretches show. */
export function standardErrorOfBlocks(values: Float64Array): number {
  const mean = meanOf(values);
  const squares = values.reduce((sum, value) => sum + square(value - mean), 0);
  return Math.sqrt(squares / Math.max(1, values.length - 1) / values.length);
}

/** The mean of changes of stretches, plus its standard error: what a change of an error is, on the safe side. */
export function cautiousMean(changes: Float64Array): number {
  return meanOf(changes) + standardErrorOfBlocks(changes);
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
