/**
 * Cholesky's factorisation A = L L^T of a symmetric positive definite A.
 *
 * @param a [size][size], row-major; only the lower triangle is read
 * @returns L [size][size], or undefined when A is not positive definite to working precision
 */
export function choleskyFactor(a: Float64Array, size: number): Float64Array | undefined {
  const lower = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = a[row * size + column] ?? 0;
      for (let k = 0; k < column; k++) sum -= (lower[row * size + k] ?? 0) * (lower[column * size + k] ?? 0);
      if (row === column) {
        // Below this the pivot is rounding error, not information.
        if (!(sum > 1e-13 * (a[row * size + row] ?? 0))) return undefined;
        lower[row * size + row] = Math.sqrt(sum);
      } else {
        lower[row * size + column] = sum / (lower[column * size + column] ?? 0);
      }
    }
  }
  return lower;
}

/**
 * Solves A X = B for a symmetric positive definite A by its factor.
 *
 * @param a [size][size], row-major; only the lower triangle is read, nothing is changed
 * @param b [size][columns], row-major
 * @returns X [size][columns], or undefined when A is not positive definite to working precision
 */
export function solveCholesky(a: Float64Array, b: Float64Array, size: number): Float64Array | undefined {
  const lower = choleskyFactor(a, size);
  if (lower === undefined) return undefined;
  const columns = b.length / size;
  const x = b.slice();
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < size; row++) {
      let sum = x[row * columns + column] ?? 0;
      for (let k = 0; k < row; k++) sum -= (lower[row * size + k] ?? 0) * (x[k * columns + column] ?? 0);
      x[row * columns + column] = sum / (lower[row * size + row] ?? 0);
    }
    for (let row = size - 1; row >= 0; row--) {
      let sum = x[row * columns + column] ?? 0;
      for (let k = row + 1; k < size; k++) sum -= (lower[k * size + row] ?? 0) * (x[k * columns + column] ?? 0);
      x[row * columns + column] = sum / (lower[row * size + row] ?? 0);
    }
  }
  return x;
}
