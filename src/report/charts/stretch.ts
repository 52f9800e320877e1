import type { ForecastTrace } from "../data.js";

/** A part of the test set that is shown: samples `from` (inclusive) to `to` (exclusive). */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** RMSE of the integer-only model in it. */
  readonly rmse: number;
  /** Stretches of this length it was chosen from; it is their median by RMSE. */
  readonly candidates: number;
  /** Its length in whole days; null where it is a number of samples. */
  readonly days: number | null;
}

const day = 86_400_000;
const enoughSamples = 150;

/**
 * The stretch worth showing: neither the best nor the worst, but the one whose error is the median among all
 * stretches of that length that lie side by side in the test set and have at least nine tenths of their samples. With
 * timestamps it is 2, 7, 28 or 182 days from midnight, whichever first holds 150 samples; otherwise 400 samples.
 */
export function chooseStretch(trace: ForecastTrace): Stretch {
  const total = trace.truth.length;
  const { times } = trace;
  const step = times === undefined ? null : medianStep(times);
  const days =
    step === null ? null : ([2, 7, 28, 182].find((length) => (length * day) / step >= enoughSamples) ?? null);
  const found =
    times === undefined || step === null || days === null
      ? sideBySide(total, 400)
      : fromMidnight(times, days, 0.9 * ((days * day) / step));
  const whole = { from: 0, to: total };
  const rated = (found.length > 0 ? found : [whole]).map((part) => ({
    ...part,
    rmse: rmse(trace, part.from, part.to),
  }));
  rated.sort((a, b) => a.rmse - b.rmse || a.from - b.from);
  const median = rated[(rated.length - 1) >> 1] ?? { ...whole, rmse: rmse(trace, 0, total) };
  return { ...median, candidates: rated.length, days: found.length > 0 ? days : null };
}

/**
 * The `length` samples of a stretch in which the signal moves most from sample to sample: there a forecast shows
 * whether it leads or only follows. Null where the stretch is not several times as long.
 */
export function liveliest(trace: ForecastTrace, stretch: Stretch, length = 60): Stretch | null {
  if (stretch.to - stretch.from < 3 * length) return null;
  const move = (at: number) => Math.abs((trace.truth[at] ?? 0) - (trace.truth[at - length / 4] ?? 0));
  const step = trace.times === undefined ? null : medianStep(trace.times);
  let best: { from: number; moved: number } | null = null;
  for (let from = stretch.from; from + length <= stretch.to; from += length / 4) {
    const first = trace.times?.[from];
    const last = trace.times?.[from + length - 1];
    if (step !== null && first !== undefined && last !== undefined && last - first > 1.05 * step * length) continue;
    let moved = 0;
    for (let at = from + length / 4; at < from + length; at++) moved += move(at);
    if (best === null || moved > best.moved) best = { from, moved };
  }
  if (best === null) return null;
  const { from } = best;
  return { ...stretch, from, to: from + length, rmse: rmse(trace, from, from + length), days: null };
}

/** The usual distance of two samples in milliseconds; null for fewer than two. */
export function medianStep(times: ArrayLike<number>): number | null {
  const steps = Array.from({ length: Math.max(0, times.length - 1) }, (_, i) => (times[i + 1] ?? 0) - (times[i] ?? 0));
  return steps.sort((a, b) => a - b)[steps.length >> 1] ?? null;
}

function sideBySide(total: number, length: number) {
  const parts = [];
  for (let from = 0; from + length <= total; from += length) parts.push({ from, to: from + length });
  return parts;
}

function fromMidnight(times: ArrayLike<number>, days: number, least: number) {
  const parts = [];
  let at = 0;
  while (at < times.length) {
    const midnight = Math.ceil((times[at] ?? 0) / day) * day;
    while (at < times.length && (times[at] ?? 0) < midnight) at++;
    const from = at;
    while (at < times.length && (times[at] ?? 0) < midnight + days * day) at++;
    if (at - from >= least) parts.push({ from, to: at });
  }
  return parts;
}

function rmse(trace: ForecastTrace, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += ((trace.forecast[i] ?? 0) - (trace.truth[i] ?? 0)) ** 2;
  return Math.sqrt(sum / Math.max(1, to - from));
}
