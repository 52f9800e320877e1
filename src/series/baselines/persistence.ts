import { cleanColumn } from "../clean-series.js";
import type { WindowSet } from "../windows.js";

/**
 * The simplest forecast: nothing changes. Each target's last value in the look-back window, for every step ahead (the
 * target's own recorded value, also where it is not among the inputs).
 * @returns [count][horizon][targets] in the signal's unit
 */
export function persistence(windows: WindowSet): Float64Array {
  const columns = windows.targets.map((name) => cleanColumn(windows.series, name).values);
  return Float64Array.from({ length: windows.count * windows.outputSize }, (_, at) => {
    const last = windows.forecastRow(Math.floor(at / windows.outputSize)) - 1;
    return columns[at % columns.length]?.[last] ?? Number.NaN;
  });
}
