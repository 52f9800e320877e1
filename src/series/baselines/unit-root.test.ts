import { expect, it } from "vitest";
import { Random } from "../../numeric/random.js";
import { unitRootStatistics } from "./unit-root.js";

const n = 8;

/** x[t] = share x[t-1] + noise, per column. */
function series(shares: readonly number[], steps: number, seed: number): number[][] {
  const random = new Random(seed);
  const level = shares.map(() => 0);
  return Array.from({ length: steps }, () =>
    shares.map((share, c) => (level[c] = share * (level[c] ?? 0) + random.normal())),
  );
}

const statisticsOf = (rows: readonly (readonly number[])[], window = n): number[] =>
  unitRootStatistics(
    {
      count: rows.length - window,
      gather(indices, x) {
        for (let at = 0; at < indices.length; at++) {
          const part = rows.slice(indices[at] ?? 0, (indices[at] ?? 0) + window).flat();
          x.set(part, at * part.length);
        }
      },
    },
    { window, inputs: rows[0]?.length ?? 0, outputs: 1 },
  );

it("tells a column that returns to its mean from a random walk, each column for itself", () => {
  for (const seed of [1, 2, 3]) {
    const [walk = 0, slow = 0, fast = 0] = statisticsOf(series([1, 0.97, 0.5], 3000, seed));
    expect(walk).toBeGreaterThan(-3.43);
    expect(slow).toBeLessThan(-3.43);
    expect(fast).toBeLessThan(slow);
  }
});

it("is Student's t of the level's coefficient", () => {
  // Two rows: the change is regressed on the level and 1. By hand: levels 0 1 2 3, changes 1 0 1 -1.
  const changes = [1, 0, 1, -1];
  const statistics = unitRootStatistics(
    {
      count: 4,
      gather(indices, x) {
        for (let at = 0; at < indices.length; at++) {
          x[2 * at] = at;
          x[2 * at + 1] = at + (changes[at] ?? 0);
        }
      },
    },
    { window: 2, inputs: 1, outputs: 1 },
  );
  // slope = -2.5 / 5, residual sum of squares = 2.75 - 1.25, t = -0.5 / sqrt(1.5 / 2 / 5)
  expect(statistics[0]).toBeCloseTo(-0.5 / Math.sqrt(1.5 / 2 / 5), 9);
});

it("is 0 where it is not defined", () => {
  expect(statisticsOf(Array.from({ length: 50 }, () => [3]))).toEqual([0]);
  expect(statisticsOf(series([0.5], 12, 1))).toEqual([0]);
});
