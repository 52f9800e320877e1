import { type Architecture, codeRange, type Precision } from "../../model/index.js";
import { clamp, roundHalfAway } from "../../numeric/integers.js";
import { Random } from "../../numeric/random.js";

/**
 * Random windows of sample codes, [count][n][m]: each wanders around a level of its own with a noise of its own, and now
 * and then a sample is at an end of the range.
 */
export function randomWindows(
  { architecture, precision }: { readonly architecture: Architecture; readonly precision: Precision },
  count: number,
  seed: number,
): Int32Array {
  const random = new Random(seed, 1);
  const { window, inputs } = architecture;
  const { lo, hi } = codeRange(precision.samples, false);
  const half = (hi - lo) / 2;
  const codes = new Int32Array(count * window * inputs);
  for (let first = 0; first < codes.length; first += window * inputs) {
    for (let column = 0; column < inputs; column++) {
      let level = random.uniformBetween(-0.8, 0.8) * half;
      const step = random.uniform() * 0.4 * half;
      const noise = random.uniform() * 0.5 * half;
      for (let t = 0; t < window; t++) {
        level = clamp(level + step * random.normal(), lo, hi);
        const extreme = random.integer(24);
        const value = extreme === 0 ? lo : extreme === 1 ? hi : roundHalfAway(level + noise * random.normal());
        codes[first + t * inputs + column] = clamp(value, lo, hi);
      }
    }
  }
  return codes;
}
