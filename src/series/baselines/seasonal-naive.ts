import { cleanColumn } from "../clean-series.js";
import { formatDuration, formatInstant } from "../report.js";
import type { WindowSet } from "../windows.js";

/** A baseline that may not be defined on a set of windows; then it says why, and no figure stands in for it. */
export type SeasonalNaive =
  | {
      readonly available: true;
      /** [count][horizon][targets] in the signal's unit. */
      readonly predictions: Float64Array;
      /** Outputs whose reference is older than one period: the days in between were not recorded. */
      readonly olderReferences: number;
    }
  | { readonly available: false; readonly reason: string };

const DAY = 86_400_000;

/**
 * The measured value at the same clock time on the last recorded day before the forecast is made: the instant minus
 * 1, 2, 3, ... periods, the first that lies no later than the window's last row and was recorded (found by timestamp,
 * so days that are missing are stepped over). Interpolated values are no reference.
 *
 * @param period in milliseconds; a day
 * @returns not available where there are no timestamps or at least one output has no reference at all
 */
export function seasonalNaive(windows: WindowSet, period = DAY): SeasonalNaive {
  const { timestamps, stepMilliseconds } = windows.series;
  if (timestamps === undefined || stepMilliseconds === undefined) {
    return { available: false, reason: "the recording has no timestamps, so there is no clock time to look up" };
  }
  if (stepMilliseconds > period) {
    const reason = `the step of ${formatDuration(stepMilliseconds)} is longer than the period of ${formatDuration(period)}`;
    return { available: false, reason };
  }
  const rowAt = new Map<number, number>();
  for (const [row, instant] of timestamps.entries()) rowAt.set(instant, row);
  const earliest = timestamps[0] ?? 0;
  const columns = windows.targets.map((name) => cleanColumn(windows.series, name));

  const predictions = new Float64Array(windows.count * windows.outputSize);
  let olderReferences = 0;
  for (let at = 0; at < predictions.length; at++) {
    const index = Math.floor(at / windows.outputSize);
    const instant = windows.forecastTime(index, Math.floor((at % windows.outputSize) / columns.length)) ?? Number.NaN;
    const known = timestamps[windows.forecastRow(index) - 1] ?? Number.NaN;
    const column = columns[at % columns.length];
    let found: number | undefined;
    let back = instant - period;
    while (back > known) back -= period; // a horizon beyond one period: that day is still to come
    const youngest = back;
    for (; back >= earliest; back -= period) {
      const row = rowAt.get(back);
      if (row === undefined || column?.filled[row] !== 0) continue;
      found = column.values[row];
      break;
    }
    if (found === undefined) {
      const what = `nothing was recorded at the clock time of ${formatInstant(instant)} on any earlier day`;
      return { available: false, reason: what };
    }
    if (back < youngest) olderReferences += 1;
    predictions[at] = found;
  }
  return { available: true, predictions, olderReferences };
}
