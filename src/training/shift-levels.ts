import { type Graph, outputs } from "../model/index.js";
import type { Random } from "../numeric/random.js";

/**
 * Adds, window by window, one normal random number of standard deviation `deviation` to all samples of a column, and to the targets that the
 * column records. A column whose level wanders will be met at levels that no training window has; this way the network learns
 * forecasts that move with the level instead of what happened to follow at the levels of the past.
 *
 * @param columns which columns of the window are shifted
 */
export function shiftLevels(
  graph: Graph,
  columns: readonly boolean[],
  deviation: number,
): (x: Float32Array, y: Float32Array, random: Random) => void {
  const { window: n, inputs: m, persistence } = graph.architecture;
  const o = outputs(graph.architecture);
  const recorded = Array.from({ length: o }, (_, index) => persistence?.[index % persistence.length] ?? -1);
  return (x, y, random) => {
    const windows = y.length / o;
    for (let window = 0; window < windows; window++) {
      for (let column = 0; column < m; column++) {
        if (!columns[column]) continue;
        const shift = deviation * random.normal();
        for (let at = window * n * m + column; at < (window + 1) * n * m; at += m) x[at] = (x[at] ?? 0) + shift;
        for (let index = 0; index < o; index++) {
          if (recorded[index] === column) y[window * o + index] = (y[window * o + index] ?? 0) + shift;
        }
      }
    }
  };
}
