import { square } from "../../numeric/square.js";
import { choleskyFactor } from "../../series/index.js";

/** Ranges tried, as percentages of the row's largest weight; above 100 where a multiple of the unit needs it. */
const PERCENTS = Array.from({ length: 61 }, (_, index) => 140 - 2 * index);
/** Added to the diagonal, as a share of its mean: inputs that are sums of others leave the factor defined. */
const DAMPING = 1e-6;

export interface RoundedRow {
  /** The weights that are left, codes times the scale. */
  readonly weights: Float64Array;
  readonly scale: number;
}

/**
 * Rounds a row of weights to codes -limit .. limit times a scale so that its product with the inputs moves least, in the mean square:
 * each weight, from the last to the first, also makes up for the rounding errors behind it, as far as the inputs' covariance lets it
 * (Babai's nearest plane; the order and outcome of GPTQ, Frantar et al. 2023). The samples of a window hardly differ from one another, so this is
 * worth far more than rounding each weight for itself (which is tried too: at 2 bits it may clip less). The scale is the best of 61.
 *
 * @param covariance [k][k] of the inputs, of which the lower triangle is read; it must not change any more, its factor is kept
 * @param unit scales are whole multiples of it, once at least; 0: any scale
 * @returns undefined for a row of zeros, or where the covariance has no factor
 */
export function roundWithFeedback(
  row: ArrayLike<number>,
  covariance: Float64Array,
  limit: number,
  unit: number,
): RoundedRow | undefined {
  const size = row.length;
  const factor = factorOf(covariance, size);
  let largest = 0;
  for (let k = 0; k < size; k++) largest = Math.max(largest, Math.abs(row[k] ?? 0));
  if (factor === undefined || largest === 0) return undefined;
  let best: (RoundedRow & { readonly error: number }) | undefined;
  for (const percent of PERCENTS) {
    const wanted = (largest * percent) / 100 / limit;
    const scale = Math.fround(unit > 0 ? unit * Math.max(1, Math.round(wanted / unit)) : wanted);
    for (const feedback of [true, false]) {
      const { weights, error } = roundedRow(row, factor, scale, limit, feedback);
      if (best === undefined || error < best.error) best = { weights, scale, error };
    }
  }
  return best;
}

/** Factors of covariances; all rows of a weight have the same. */
const factors = new WeakMap<Float64Array, Float64Array | undefined>();

/** The Cholesky factor of a covariance, damped; undefined: it has none. */
function factorOf(covariance: Float64Array, size: number): Float64Array | undefined {
  if (factors.has(covariance)) return factors.get(covariance);
  let trace = 0;
  for (let k = 0; k < size; k++) trace += covariance[k * size + k] ?? 0;
  const damped = covariance.slice();
  for (let k = 0; k < size; k++) damped[k * size + k] = (damped[k * size + k] ?? 0) + (DAMPING * trace) / size;
  const factor = choleskyFactor(damped, size);
  factors.set(covariance, factor);
  return factor;
}

/** @returns error = |L^T (weights - row)|^2, made small from the last row of L^T to the first where there is feedback */
function roundedRow(
  row: ArrayLike<number>,
  factor: Float64Array,
  scale: number,
  limit: number,
  feedback: boolean,
): { weights: Float64Array; error: number } {
  const size = row.length;
  const weights = new Float64Array(size);
  let error = 0;
  for (let k = size - 1; k >= 0; k--) {
    let carried = 0;
    for (let j = k + 1; j < size; j++) {
      carried += (factor[j * size + k] ?? 0) * ((weights[j] ?? 0) - (row[j] ?? 0));
    }
    const pivot = factor[k * size + k] ?? 0;
    const weight = row[k] ?? 0;
    const wanted = feedback ? weight - carried / pivot : weight;
    const code = Math.min(limit, Math.max(-limit, Math.round(wanted / scale)));
    weights[k] = code * scale;
    error += square(pivot * (code * scale - weight) + carried);
  }
  return { weights, error };
}
