import { encodeSamples, type IntegerModel } from "../../integer/index.js";
import type { WindowSet } from "../../series/index.js";

/** Windows as the integer model and the hardware get them: codes, [count][n][m]. */
export function encodeWindows(model: IntegerModel, windows: WindowSet): Int16Array {
  const samples = new Float64Array(windows.count * windows.inputSize);
  windows.gatherRaw(windows.allIndices(), samples, new Float64Array(windows.count * windows.outputSize));
  return encodeSamples(model, samples);
}
