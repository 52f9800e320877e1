/** @throws RangeError without values, as every function here */
export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("no values");
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample standard deviation (n - 1); null for a single value, whose spread is not known. */
export function deviation(values: readonly number[]): number | null {
  const centre = mean(values);
  if (values.length < 2) return null;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/** Standard error of the mean; null for a single value. */
export function standardError(values: readonly number[]): number | null {
  const spread = deviation(values);
  return spread === null ? null : spread / Math.sqrt(values.length);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear between the two values on either side. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError("no values");
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** Spearman's rank correlation of pairs; equal values share their mean rank. NaN where either side is all equal. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length || a.length < 2) throw new RangeError(`no pairs of ${a.length} and ${b.length} values`);
  const [x, y] = [ranks(a), ranks(b)];
  const [centreX, centreY] = [mean(x), mean(y)];
  const products = x.map((rank, index) => (rank - centreX) * ((y[index] ?? Number.NaN) - centreY));
  const squares = (of: readonly number[], centre: number) => of.reduce((sum, rank) => sum + (rank - centre) ** 2, 0);
  return products.reduce((sum, value) => sum + value, 0) / Math.sqrt(squares(x, centreX) * squares(y, centreY));
}

function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}
