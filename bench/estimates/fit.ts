/** A measured sum of terms: amounts of each, and what came out. */
export interface Observation {
  readonly amounts: Float64Array;
  readonly found: number;
  /** How much its error counts. */
  readonly weight: number;
}

/**
 * Coefficients that are not negative and come nearest to what was found, in weighted squares; each is drawn to its `prior` by a pull that
 * matters only where the observations leave it open. Coordinate descent (Lawson and Hanson's problem, with a ridge).
 *
 * @param pull squared error that one whole departure of a coefficient from its prior is worth
 */
export function fitted(observations: readonly Observation[], prior: Float64Array, pull: number): Float64Array {
  const count = prior.length;
  const normal = Array.from({ length: count }, () => new Float64Array(count));
  const right = new Float64Array(count);
  for (const { amounts, found, weight } of observations) {
    for (let i = 0; i < count; i++) {
      const a = (amounts[i] ?? 0) * weight;
      if (a === 0) continue;
      right[i] = (right[i] ?? 0) + a * found;
      const row = normal[i];
      if (!row) continue;
      for (let j = 0; j < count; j++) row[j] = (row[j] ?? 0) + a * (amounts[j] ?? 0);
    }
  }
  for (let i = 0; i < count; i++) {
    const scale = pull / Math.max(0.01, (prior[i] ?? 0) ** 2);
    const row = normal[i];
    if (row) row[i] = (row[i] ?? 0) + scale;
    right[i] = (right[i] ?? 0) + scale * (prior[i] ?? 0);
  }
  const result = Float64Array.from(prior);
  for (let sweep = 0; sweep < 20_000; sweep++) {
    let most = 0;
    for (let i = 0; i < count; i++) {
      const row = normal[i];
      const own = row?.[i] ?? 0;
      if (!row || own === 0) continue;
      let rest = right[i] ?? 0;
      for (let j = 0; j < count; j++) if (j !== i) rest -= (row[j] ?? 0) * (result[j] ?? 0);
      const next = Math.max(0, rest / own);
      most = Math.max(most, Math.abs(next - (result[i] ?? 0)));
      result[i] = next;
    }
    if (most < 1e-9) break;
  }
  return result;
}
