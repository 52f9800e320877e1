/** Sweeps over all unknowns after which what changes still is noise. */
const MOST_SWEEPS = 20_000;

/**
 * The x >= 0 that makes |A x - b|^2 + |D (x - prior)|^2 least, by coordinate descent, which for this convex problem ends at the minimum.
 *
 * @param rows of A, each as long as `prior`
 * @param b as many as there are rows
 * @param prior where the unknowns lie as far as the rows do not say otherwise
 * @param weight of that in the sum (D's diagonal), above 0
 * @throws RangeError for lengths that do not fit, and for numbers that are none
 */
export function nonNegativeLeastSquares(
  rows: readonly (readonly number[])[],
  b: readonly number[],
  prior: readonly number[],
  weight: number,
): number[] {
  const n = prior.length;
  const sane = rows.every((row) => row.length === n && row.every(Number.isFinite)) && b.every(Number.isFinite);
  if (!sane || rows.length !== b.length || !(weight > 0)) throw new RangeError("rows and numbers that do not fit");
  const pull = weight * weight;
  // Normal equations: (A'A + D'D) x = A'b + D'D prior.
  const matrix = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) =>
      rows.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), i === j ? pull : 0),
    ),
  );
  const right = Array.from({ length: n }, (_, i) =>
    rows.reduce((sum, row, index) => sum + (row[i] ?? 0) * (b[index] ?? 0), pull * (prior[i] ?? 0)),
  );
  const x = prior.map((value) => Math.max(0, value));
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let moved = 0;
    for (let i = 0; i < n; i++) {
      const row = matrix[i] ?? [];
      const others = row.reduce((sum, value, j) => sum + (j === i ? 0 : value * (x[j] ?? 0)), 0);
      const next = Math.max(0, ((right[i] ?? 0) - others) / (row[i] ?? 1));
      moved = Math.max(moved, Math.abs(next - (x[i] ?? 0)));
      x[i] = next;
    }
    if (moved < 1e-12) break;
  }
  return x;
}
