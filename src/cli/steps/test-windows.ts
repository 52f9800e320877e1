import { encodeSamples, type IntegerModel } from "../../integer/index.js";
import type { WindowSet } from "../../series/index.js";

/** Windows as the integer model and the hardware get them: codes, [count][n][m]. */
export function encodeWindows(model: IntegerModel, windows: WindowSet): Int16Array {
  const samples = new Float64Array(windows.count * windows.inputSize);
  windows.gatherRaw(windows.allIndices(), samples, new Float64Array(windows.count * windows.outputSize));
  return encodeSamples(model, samples);
}

/**
 * For mode `sample`: stretches of consecutive test windows as one series of rows each, [rows][m], in codes; together they
 * hold `count` windows (or all there are), at most `most` in a stretch.
 */
export function sampleRuns(model: IntegerModel, windows: WindowSet, count: number, most: number): Int16Array[] {
  const runs: Int16Array[] = [];
  let left = Math.min(count, windows.count);
  for (let first = 0; left > 0; ) {
    let length = 1;
    while (
      length < Math.min(left, most) &&
      first + length < windows.count &&
      windows.starts[first + length] === (windows.starts[first + length - 1] ?? 0) + 1
    ) {
      length += 1;
    }
    // The rows of the first window, then the last row of each window behind it.
    const codes = encodeWindows(model, windows.select(Uint32Array.from({ length }, (_, index) => first + index)));
    const row = windows.inputs.length;
    const series = new Int16Array((windows.window + length - 1) * row);
    series.set(codes.subarray(0, windows.inputSize));
    for (let index = 1; index < length; index++) {
      const end = (index + 1) * windows.inputSize;
      series.set(codes.subarray(end - row, end), (windows.window + index - 1) * row);
    }
    runs.push(series);
    first += length;
    left -= length;
  }
  return runs;
}
