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
