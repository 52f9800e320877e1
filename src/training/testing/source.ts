import { Random } from "../../numeric/random.js";
import type { TrainingData, WindowSource } from "../source.js";

/** Windows of one seeded series: a noisy oscillation whose next value a network can learn far better than persistence. */
export function oscillation(count: number, n: number, seed: number): WindowSource {
  const random = new Random(seed);
  const series = new Float32Array(count + n);
  let angle = 0;
  let speed = 0.5;
  for (let t = 0; t < series.length; t++) {
    speed += 0.01 * random.normal() + 0.05 * (0.5 - speed);
    angle = (angle + speed) % 8; // a triangle wave between -1 and 1, of period 8 / speed
    series[t] = (angle < 4 ? angle - 2 : 6 - angle) / 2 + 0.03 * random.normal();
  }
  return {
    count,
    gather(indices, x, y) {
      for (let row = 0; row < indices.length; row++) {
        const start = indices[row] ?? 0;
        for (let t = 0; t < n; t++) x[row * n + t] = series[start + t] ?? 0;
        y[row] = series[start + n] ?? 0;
      }
    },
  };
}

export function oscillations(n: number): TrainingData {
  return { train: oscillation(384, n, 1), validation: oscillation(128, n, 2) };
}
