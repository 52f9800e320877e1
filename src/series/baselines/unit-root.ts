import { choleskyFactor, solveCholesky } from "./cholesky.js";
import type { RidgeSource } from "./ridge.js";

const BATCH = 512;

/**
 * The augmented Dickey-Fuller statistic of every column of the windows (Dickey and Fuller 1979): Student's t of the level's
 * coefficient, where a window's last change is regressed on the level before it, all earlier changes of the window, and a constant. Far
 * below 0 the column returns to a mean, so that its level says something of what comes; near 0 it is a random walk, or nearly one, and any
 * level may come. The critical value at 1 % is -3.43 (MacKinnon 2010).
 *
 * @returns per column; 0 for one whose statistic is not defined (it never changes, or windows are too short or too few)
 */
export function unitRootStatistics(
  source: RidgeSource,
  shape: { readonly window: number; readonly inputs: number; readonly outputs: number },
): number[] {
  const { window: n, inputs: m } = shape;
  // Regressors: the n - 2 changes before the last one, the level, 1. The last column of the sums is the last change.
  const size = n;
  const sums = Array.from({ length: m }, () => new Float64Array((size + 1) * (size + 1)));
  const x = new Float64Array(BATCH * n * m);
  const y = new Float64Array(BATCH * shape.outputs);
  const row = new Float64Array(size + 1);
  for (let first = 0; first < source.count; first += BATCH) {
    const count = Math.min(BATCH, source.count - first);
    source.gather(
      Uint32Array.from({ length: count }, (_, index) => first + index),
      x,
      y,
    );
    for (let index = 0; index < count; index++) {
      for (const [column, gram] of sums.entries()) {
        const at = (t: number): number => x[(index * n + t) * m + column] ?? 0;
        for (let t = 0; t < n - 2; t++) row[t] = at(t + 1) - at(t);
        row[size - 2] = at(n - 2);
        row[size - 1] = 1;
        row[size] = at(n - 1) - at(n - 2);
        for (let i = 0; i <= size; i++) {
          const value = row[i] ?? 0;
          for (let j = 0; j <= i; j++)
            gram[i * (size + 1) + j] = (gram[i * (size + 1) + j] ?? 0) + value * (row[j] ?? 0);
        }
      }
    }
  }
  return sums.map((gram) => statistic(gram, size, source.count));
}

/** @param gram [size + 1][size + 1], lower triangle: regressors, then what is regressed */
function statistic(gram: Float64Array, size: number, count: number): number {
  const width = size + 1;
  const of = (i: number, j: number): number => gram[i * width + j] ?? 0;
  // Order: the constant, the changes, the level last, so that its coefficient and its error come out of the factor's last row.
  const order = [size - 1, ...Array.from({ length: size - 2 }, (_, t) => t), size - 2];
  const normal = new Float64Array(size * size);
  const moments = new Float64Array(size);
  for (const [i, from] of order.entries()) {
    moments[i] = of(size, from);
    for (const [j, to] of order.entries())
      if (j <= i) normal[i * size + j] = of(Math.max(from, to), Math.min(from, to));
  }
  const solved = solveCholesky(normal, moments, size);
  const factor = choleskyFactor(normal, size);
  if (solved === undefined || factor === undefined || count <= size) return 0;
  const explained = solved.reduce((sum, value, i) => sum + value * (moments[i] ?? 0), 0);
  const variance = Math.max(0, of(size, size) - explained) / (count - size);
  if (variance === 0) return 0;
  return ((solved[size - 1] ?? 0) * (factor[size * size - 1] ?? 0)) / Math.sqrt(variance);
}
