import { describe, expect, it } from "vitest";
import { Random } from "../../numeric/random.js";
import { applyLinear, fitRidge, type RidgeSource } from "./ridge.js";

/** Windows of n rows and the value behind each, from one series of m columns whose column 0 is forecast. */
function windows(rows: readonly (readonly number[])[], n: number): RidgeSource {
  return {
    count: rows.length - n,
    gather(indices, x, y) {
      for (let at = 0; at < indices.length; at++) {
        const start = indices[at] ?? 0;
        x.set(rows.slice(start, start + n).flat(), at * n * (rows[0]?.length ?? 0));
        y[at] = rows[start + n]?.[0] ?? Number.NaN;
      }
    },
  };
}

function walk(steps: number, seed: number, columns: number): number[][] {
  const random = new Random(seed);
  const level = new Array<number>(columns).fill(0);
  return Array.from({ length: steps }, () => level.map((_, c) => (level[c] = (level[c] ?? 0) + 0.1 * random.normal())));
}

describe("fitRidge", () => {
  it("finds the weights of the window itself behind its differences", () => {
    // y = 0.5 x[t-1] - 0.2 x[t-2] + 0.3 z[t-2] + 1, on two columns without noise
    const random = new Random(2);
    const rows: number[][] = [
      [0, 0],
      [0, 0],
    ];
    for (let t = 2; t < 300; t++) {
      const [a = [], b = []] = [rows[t - 1], rows[t - 2]];
      rows.push([0.5 * (a[0] ?? 0) - 0.2 * (b[0] ?? 0) + 0.3 * (b[1] ?? 0) + 1, random.normal()]);
    }
    const source = windows(rows, 2);
    const fit = fitRidge(source, source, { window: 2, inputs: 2, lastColumns: [0] });
    expect(fit?.ridge).toBe(0);
    for (const [k, weight] of [-0.2, 0.3, 0.5, 0, 1].entries()) expect(fit?.weights[k]).toBeCloseTo(weight, 9);
    const forecasts = applyLinear(fit?.weights ?? new Float64Array(5), Float64Array.of(2, 1, 4, 7), 1, 1);
    expect(forecasts[0]).toBeCloseTo(0.5 * 4 - 0.2 * 2 + 0.3 * 1 + 1, 9);
  });

  it("shrinks a random walk to its last value, where columns without meaning tempt it", () => {
    const n = 12;
    const source = windows(walk(260, 5, 8), n);
    const validation = windows(walk(2000, 6, 8), n);
    const fit = fitRidge(source, validation, { window: n, inputs: 8, lastColumns: [0] });
    expect(fit?.ridge).toBeGreaterThanOrEqual(0.03);
    // The last value of column 0 weighs nearly 1, all else nearly nothing; persistence has an error of 0.01.
    expect(fit?.weights[(n - 1) * 8]).toBeCloseTo(1, 1);
    expect(fit?.validationError).toBeLessThan(0.0105);
  });

  it("gives nothing where the windows are no numbers", () => {
    const source = windows([[1], [2], [Number.NaN], [1], [5], [2]], 2);
    expect(fitRidge(source, source, { window: 2, inputs: 1, lastColumns: [0] })).toBeUndefined();
  });
});
