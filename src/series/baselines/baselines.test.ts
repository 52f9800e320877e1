import { describe, expect, it } from "vitest";
import { Random } from "../../numeric/random.js";
import { readCsv } from "../csv.js";
import { type PreparedSeries, prepareSeries } from "../prepare.js";
import { recording } from "../testing/recordings.js";
import { solveCholesky } from "./cholesky.js";
import { fitLinear, predictLinear } from "./linear.js";
import { forecastError, forecastErrors } from "./metrics.js";
import { persistence } from "./persistence.js";
import { seasonalNaive } from "./seasonal-naive.js";

/** Hourly rows of the given days; v tells day and hour. */
const hourly = (days: readonly number[], change: (day: number, hour: number) => number | undefined = () => undefined) =>
  recording(
    ["v"],
    days.flatMap((day) =>
      Array.from({ length: 24 }, (_, hour) => [(day * 24 + hour) * 60, change(day, hour) ?? 1000 * day + hour]),
    ),
  );
const prepare = (days: readonly number[], horizon = 1): PreparedSeries =>
  prepareSeries(hourly(days), { target: "v", window: 4, horizon });

describe("metrics", () => {
  it("are the root of the mean square and the mean size of the error", () => {
    expect(forecastError([1, 2, 5], [1, 4, 1])).toEqual({ rmse: Math.sqrt(20 / 3), mae: 2 });
  });

  it("leave nothing out: no values, unequal lengths and values that are not finite are refused", () => {
    expect(() => forecastError([], [])).toThrow(RangeError);
    expect(() => forecastError([1], [1, 2])).toThrow(RangeError);
    expect(() => forecastError([Number.NaN], [1])).toThrow("not finite");
  });

  it("are given for each output too", () => {
    const { test } = prepare([0, 1, 2, 3, 4], 2);
    const predictions = test.rawTargets().map((value, at) => value + (at % 2 === 0 ? 3 : -4));
    const errors = forecastErrors(test, predictions);
    expect(errors.rmse).toBeCloseTo(Math.sqrt(12.5), 9);
    expect(errors.mae).toBeCloseTo(3.5, 9);
    expect(errors.perOutput).toEqual([
      { target: "v", step: 1, rmse: 3, mae: 3 },
      { target: "v", step: 2, rmse: 4, mae: 4 },
    ]);
  });
});

describe("persistence", () => {
  it("repeats the last value for every step", () => {
    const { test } = prepare([0, 1, 2, 3, 4], 3);
    const predicted = persistence(test);
    const { values } = test.series.columns[0] ?? { values: new Float64Array() };
    for (let window = 0; window < test.count; window++) {
      const last = values[test.forecastRow(window) - 1];
      expect([...predicted.subarray(window * 3, window * 3 + 3)]).toEqual([last, last, last]);
    }
  });
});

describe("seasonalNaive", () => {
  it("takes the same clock time on the day before", () => {
    const { test } = prepare([0, 1, 2, 3, 4]);
    const naive = seasonalNaive(test);
    if (!naive.available) throw new Error(naive.reason);
    expect([...naive.predictions]).toEqual([...test.rawTargets()].map((value) => value - 1000));
    expect(naive.olderReferences).toBe(0);
  });

  it("steps over days that were not recorded, to the last recorded one", () => {
    const { test } = prepare([0, 1, 2, 3, 4, 7]); // test lies in day 7 (and the end of 4)
    const naive = seasonalNaive(test);
    if (!naive.available) throw new Error(naive.reason);
    const truth = [...test.rawTargets()];
    expect(truth.filter((value) => value >= 7000)).toHaveLength(20);
    expect([...naive.predictions]).toEqual(truth.map((value) => value - (value >= 7000 ? 3000 : 1000)));
    expect(naive.olderReferences).toBe(20);
  });

  it("steps over a missing hour of the day before, and over an interpolated one", () => {
    const table = hourly([0, 1, 2, 3, 4, 5, 6], (day, hour) => (day === 5 && hour === 10 ? Number.NaN : undefined));
    for (const missing of ["drop", { interpolate: 1 }] as const) {
      const { test } = prepareSeries(table, { target: "v", window: 4, missing });
      const naive = seasonalNaive(test);
      if (!naive.available) throw new Error(naive.reason);
      const at = [...test.rawTargets()].indexOf(6010);
      expect(naive.predictions[at]).toBe(4010);
      expect(naive.olderReferences).toBe(1);
    }
  });

  it("never looks at a value that is still to come: a horizon beyond a day takes the day before the forecast", () => {
    const { test } = prepare([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19], 30);
    const naive = seasonalNaive(test);
    if (!naive.available) throw new Error(naive.reason);
    const truth = test.rawTargets();
    for (let at = 0; at < truth.length; at++) {
      const step = at % 30;
      expect((truth[at] ?? 0) - (naive.predictions[at] ?? 0)).toBe(step < 24 ? 1000 : 2000);
    }
  });

  it("is not available, with the reason, where a window has no earlier day or there are no timestamps", () => {
    const { train } = prepare([0, 1, 2, 3, 4]);
    expect(seasonalNaive(train)).toEqual({
      available: false,
      reason: "nothing was recorded at the clock time of 2016-01-04 04:00 on any earlier day",
    });
    const text = `v\n${Array.from({ length: 60 }, (_, k) => (k * k) % 7).join("\n")}\n`;
    const { test } = prepareSeries(readCsv(text), { target: "v", window: 3 });
    expect(seasonalNaive(test)).toMatchObject({ available: false, reason: expect.stringContaining("no timestamps") });
    const daily = recording(
      ["v"],
      Array.from({ length: 60 }, (_, k) => [k * 2880, k % 7]),
    );
    expect(seasonalNaive(prepareSeries(daily, { target: "v", window: 3 }).test)).toMatchObject({ available: false });
  });
});

describe("solveCholesky", () => {
  it("solves a random positive definite system", () => {
    const random = new Random(1);
    const size = 12;
    const m = Float64Array.from({ length: size * size }, () => random.normal());
    const at = (k: number): number => m[k] ?? 0;
    const a = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        for (let k = 0; k < size; k++) a[i * size + j] = (a[i * size + j] ?? 0) + at(i * size + k) * at(j * size + k);
      }
    }
    const x = Float64Array.from({ length: size * 2 }, () => random.normal());
    const b = new Float64Array(size * 2);
    for (let i = 0; i < size; i++) {
      for (let c = 0; c < 2; c++) {
        for (let k = 0; k < size; k++)
          b[i * 2 + c] = (b[i * 2 + c] ?? 0) + (a[i * size + k] ?? 0) * (x[k * 2 + c] ?? 0);
      }
    }
    const solved = solveCholesky(a, b, size);
    expect(solved).toBeDefined();
    for (const [k, value] of (solved ?? []).entries()) expect(value).toBeCloseTo(x[k] ?? 0, 7);
  });

  it("says when a matrix is not positive definite", () => {
    expect(solveCholesky(Float64Array.of(1, 1, 1, 1), Float64Array.of(1, 1), 2)).toBeUndefined();
    expect(solveCholesky(Float64Array.of(1, 2, 2, 1), Float64Array.of(1, 1), 2)).toBeUndefined();
  });
});

describe("the linear model", () => {
  it("recovers linear recurrences exactly, over two inputs, two targets and two steps", () => {
    // A sampled sine is a linear recurrence of order 2; the offsets need the bias.
    const rows = Array.from({ length: 200 }, (_, row) => [row * 5, 20 + Math.sin(row / 3), 5 * Math.sin(row / 7) - 9]);
    const options = { target: ["u", "v"], inputs: ["v", "u"], window: 3, horizon: 2 };
    const { train, validation, test } = prepareSeries(recording(["v", "u"], rows), options);
    const model = fitLinear(train, validation);
    expect(model.weights).toHaveLength((3 * 2 + 1) * 4);
    for (const { rmse } of forecastErrors(test, predictLinear(model, test)).perOutput) expect(rmse).toBeLessThan(1e-3);
  });

  it("needs no ridge on data without noise", () => {
    const rows = Array.from({ length: 200 }, (_, row) => [row * 5, Math.sin(row / 3) + 2 * Math.sin(row / 7)]);
    const { train, validation, test } = prepareSeries(recording(["v"], rows), { target: "v", window: 4 });
    const model = fitLinear(train, validation);
    expect(model.ridge).toBe(0);
    expect(forecastErrors(test, predictLinear(model, test)).rmse).toBeLessThan(1e-6);
  });

  it("takes a ridge where the inputs are multiples of each other, or noise calls for one", () => {
    const random = new Random(3);
    const rows = Array.from({ length: 90 }, (_, row) => {
      const v = random.normal();
      return [row * 5, v, 2 * v];
    });
    const options = { target: "v", inputs: ["v", "w"], window: 12 };
    const { train, validation } = prepareSeries(recording(["v", "w"], rows), options);
    const model = fitLinear(train, validation);
    expect(model.ridge).toBeGreaterThan(0);
    // The bias carries no ridge, so the model is right on average over the training windows.
    const truth = train.rawTargets();
    const errors = predictLinear(model, train).map((value, at) => value - (truth[at] ?? 0));
    expect(Math.abs(errors.reduce((sum, error) => sum + error, 0) / errors.length)).toBeLessThan(1e-12);
  });
});
