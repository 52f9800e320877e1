import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Store } from "../../bench/accuracy/store.js";
import { drawDesigns } from "../../bench/estimates/draw.js";
import { quantile } from "../../bench/estimates/errors.js";
import { fitted } from "../../bench/estimates/fit.js";
import { partsOf } from "../../bench/estimates/observe.js";
import { estimateOf } from "../../src/accelerator/estimate/index.js";
import { Random } from "../../src/numeric/random.js";

describe("coefficients fitted to observations", () => {
  const random = new Random(5);
  const observations = (truth: readonly number[], count: number) =>
    Array.from({ length: count }, () => {
      const amounts = Float64Array.from(truth, () => random.integer(50));
      const found = truth.reduce((sum, one, index) => sum + one * (amounts[index] ?? 0), 0);
      return { amounts, found, weight: 1 / (1 + Math.abs(found)) };
    });

  it("are those that the observations come from", () => {
    const truth = [2, 0.5, 13, 0];
    const result = fitted(observations(truth, 40), Float64Array.of(1, 1, 1, 1), 1e-9);
    truth.forEach((one, index) => {
      expect(result[index]).toBeCloseTo(one, 4);
    });
  });

  it("are never negative, and the prior's where nothing was observed", () => {
    const made = observations([3, -2], 40).map((one) => ({ ...one, amounts: Float64Array.of(...one.amounts, 0) }));
    const result = fitted(made, Float64Array.of(1, 1, 7), 1e-6);
    expect(result[1]).toBe(0);
    expect(result[2]).toBeCloseTo(7, 9);
  });
});

it("quantiles lie between their neighbours in proportion", () => {
  expect([0, 0.5, 0.75, 1].map((share) => quantile([4, 1, 3, 2], share))).toEqual([1, 2.5, 3.25, 4]);
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gatecast-estimates-"));
});
afterAll(() => rm(folder, { recursive: true }));

it.each([
  { uniform: 1, mixed: 0 },
  { uniform: 0, mixed: 1 },
])("parts of a drawn design add up to its estimate: %o", async (counts) => {
  const { value: drawn } = await drawDesigns(3, counts, "xc7s15", new Store(folder, "test")).next();
  if (!drawn) throw new Error("nothing fits");
  expect(Object.keys(drawn.model.precision.overrides).length > 0).toBe(counts.mixed > 0);
  const parts = partsOf(drawn, {});
  const sum = (of: "lut" | "ff" | "dsp" | "blockRam") =>
    parts.reduce((total, { amounts }) => total + estimateOf(amounts)[of], 0);
  for (const what of ["lut", "ff", "dsp", "blockRam"] as const) {
    expect(Math.abs(sum(what) - drawn.plan.estimate[what])).toBeLessThanOrEqual(0.5);
  }
  expect(parts.map(({ kind }) => kind)).toContain("streams");
});
