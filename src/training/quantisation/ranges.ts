/** Share of the range beyond the seen one that samples and forecast keep, on each side. */
const MARGIN = 0.1;
/** Shares of a seen range that are tried, in percent: of activations on either side, of weights. */
const SHRINKS = [100, 90, 80, 70, 60, 50, 40, 30] as const;
const FINE_SHRINKS = Array.from({ length: 36 }, (_, index) => 100 - 2 * index);
const WHOLE = [100] as const;

/** Scale and zero point of a range. */
export interface Range {
  readonly scale: number;
  readonly zero: number;
}

/** Codes of a range: from `lo` to `hi`; with `relu` what is below 0 is 0, and the zero point `lo`. */
export interface Codes {
  readonly lo: number;
  readonly hi: number;
  readonly relu: boolean;
}

/** Of some scales that of least squared error for codes -limit .. limit. */
export function leastError(values: Float32Array, limit: number, scales: readonly number[]): number {
  let best = { scale: scales[0] ?? 1, error: Number.POSITIVE_INFINITY };
  for (const scale of scales) {
    const error = squaredError(values, scale, 0, -limit, limit, false);
    if (error < best.error) best = { scale, error };
  }
  return best.scale;
}

function extremes(values: Float32Array): { least: number; most: number } {
  let least = 0;
  let most = 0;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return { least, most };
}

/** The whole range seen, and a margin on each side. */
export function wideRange(values: Float32Array, { lo, hi }: Codes): Range {
  const { least, most } = extremes(values);
  const margin = MARGIN * (most - least) || 1;
  return rangeOf(least - margin, most + margin, lo, hi);
}

function rangeOf(least: number, most: number, lo: number, hi: number): Range {
  const scale = (most - least) / (hi - lo);
  return { scale, zero: Math.min(hi, Math.max(lo, Math.round(lo - least / scale))) };
}

/** The range of least squared error among shrunken versions of the one seen; or that one as it is, where it is to stay `whole`. */
export function bestRange(values: Float32Array, { lo, hi, relu }: Codes, whole: boolean): Range {
  const percents = whole ? WHOLE : SHRINKS;
  const { least, most } = extremes(values);
  if (most - least === 0) return { scale: 1, zero: relu ? lo : 0 };
  let best = { scale: 1, zero: 0, error: Number.POSITIVE_INFINITY };
  for (const low of relu || least === 0 ? WHOLE : percents) {
    for (const high of most === 0 ? WHOLE : percents) {
      const range = rangeOf(((relu ? 0 : least) * low) / 100, (most * high) / 100, lo, hi);
      const error = squaredError(values, range.scale, range.zero, lo, hi, relu);
      if (error < best.error) best = { ...range, error };
    }
  }
  return { scale: best.scale, zero: best.zero };
}

function squaredError(
  values: Float32Array,
  scale: number,
  zero: number,
  lo: number,
  hi: number,
  relu: boolean,
): number {
  let sum = 0;
  for (const given of values) {
    const value = relu && given < 0 ? 0 : given;
    const code = Math.min(hi, Math.max(lo, Math.floor(value / scale + 0.5) + zero));
    const error = scale * (code - zero) - value;
    sum += error * error;
  }
  return sum;
}

/** The same of a scale for codes -limit .. limit. */
export function bestSymmetricScale(values: Float32Array, limit: number, whole: boolean): number {
  const { least, most } = extremes(values);
  const largest = Math.max(-least, most);
  if (largest === 0) return 1e-3; // a row of zeros: any scale holds it
  let best = { scale: largest / limit, error: Number.POSITIVE_INFINITY };
  for (const percent of whole ? WHOLE : FINE_SHRINKS) {
    const scale = (largest * percent) / 100 / limit;
    const error = squaredError(values, scale, 0, -limit, limit, false);
    if (error < best.error) best = { scale, error };
  }
  return best.scale;
}
