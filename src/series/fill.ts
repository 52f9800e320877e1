import type { Segment } from "./clean-series.js";

/**
 * Fills runs of NaN in place by a straight line between the values on both sides, within stretches. A run of rows that
 * were recorded without a value is filled up to `missingLimit` rows; inserted rows (origin < 0) were inserted because
 * they may be filled, and do not count against the limit unless they stand beside recorded ones.
 *
 * @returns 1 for every row that was filled
 */
export function fillColumn(
  values: Float64Array,
  stretches: readonly Segment[],
  origin: Int32Array,
  missingLimit: number,
): Uint8Array {
  const filled = new Uint8Array(values.length);
  for (const { start, end } of stretches) {
    for (let row = start; row < end; row++) {
      if (!Number.isNaN(values[row])) continue;
      let after = row;
      let recorded = false;
      while (after < end && Number.isNaN(values[after])) {
        recorded ||= (origin[after] ?? 0) >= 0;
        after += 1;
      }
      const length = after - row;
      const bounded = row > start && after < end;
      if (bounded && (!recorded || length <= missingLimit)) fillRun(values, filled, row, after);
      row = after;
    }
  }
  return filled;
}

function fillRun(values: Float64Array, filled: Uint8Array, first: number, after: number): void {
  const left = values[first - 1] ?? 0;
  const right = values[after] ?? 0;
  for (let row = first; row < after; row++) {
    values[row] = left + ((right - left) * (row - first + 1)) / (after - first + 1);
    filled[row] = 1;
  }
}
