import { at } from "../tensor.js";

/** x [.. / columns][columns] times the transpose of weights [rows][columns]. */
export function product(x: Float64Array, weights: Float32Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array((x.length / columns) * rows);
  for (let index = 0; index < result.length; index++) {
    const from = Math.floor(index / rows) * columns;
    const row = (index % rows) * columns;
    let sum = 0;
    for (let i = 0; i < columns; i++) sum += (x[from + i] ?? 0) * (weights[row + i] ?? 0);
    result[index] = sum;
  }
  return result;
}

/** Mean and standard deviation of each feature. */
export function statistics(values: Float64Array, features: number): { mean: Float64Array; deviation: Float64Array } {
  const count = values.length / features;
  const mean = new Float64Array(features);
  const square = new Float64Array(features);
  values.forEach((value, index) => {
    mean[index % features] = at(mean, index % features) + value / count;
  });
  values.forEach((value, index) => {
    const c = index % features;
    square[c] = at(square, c) + (value - at(mean, c)) ** 2 / count;
  });
  return { mean, deviation: square.map(Math.sqrt) };
}

/** The smaller distance from 0 of two sides, so that a symmetric range reaches both clamps; 1 where there is none. */
export function nearerSide(low: number, high: number): number {
  if (low < 0 && high > 0) return Math.min(-low, high);
  return Math.max(-low, high) || 1;
}

/** The value below which the share `part` of all values lies; `sorted` upwards. */
export function quantile(sorted: Float64Array, part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
}
