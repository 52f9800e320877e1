import { describe, expect, it } from "vitest";
import { fitLinear, predictLinear } from "./baselines/linear.js";
import { forecastErrors } from "./baselines/metrics.js";
import { persistence } from "./baselines/persistence.js";
import { seasonalNaive } from "./baselines/seasonal-naive.js";
import { readCsv } from "./csv.js";
import { demoSeries } from "./demo.js";
import { prepareSeries } from "./prepare.js";
import { columnOf, numericValues } from "./table.js";
import { writeCsv } from "./write-csv.js";

const flowOf = (seed: number): Float64Array => numericValues(demoSeries(seed), "flow");
const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** FNV-1a over the whole counts: any other bit anywhere gives another number. */
const fingerprint = (values: Float64Array): number =>
  values.reduce((hash, value) => Math.imul(hash ^ value, 16777619), -2128831035) >>> 0;

describe("demoSeries", () => {
  it("is the same to the bit for a seed, and another for another", () => {
    expect(fingerprint(flowOf(1))).toMatchInlineSnapshot(`1197275800`);
    expect(fingerprint(flowOf(2))).not.toBe(fingerprint(flowOf(1)));
  });

  it("is four weeks of 5-minute counts, the last of them test", () => {
    const table = demoSeries(1);
    expect(table.rows).toBe(28 * 288);
    const split = columnOf(table, "split").values;
    expect([0, 21 * 288 - 1, 21 * 288, 28 * 288 - 1].map((row) => split[row])).toEqual([
      "train",
      "train",
      "test",
      "test",
    ]);
    expect(flowOf(1).every((value) => Number.isInteger(value) && value >= 0 && value < 256)).toBe(true);
    expect(demoSeries(1, { weeks: 2 }).rows).toBe(14 * 288);
    expect(() => demoSeries(1, { weeks: 1 })).toThrow(RangeError);
  });

  it("has the daily and weekly rhythm, and noise that grows with the flow", () => {
    const flow = flowOf(1);
    const at = (day: number, hour: number): Float64Array =>
      flow.subarray(day * 288 + hour * 12, day * 288 + hour * 12 + 12);
    for (let week = 0; week < 4; week++) {
      expect(mean(at(week * 7 + 1, 3))).toBeLessThan(20);
      expect(mean(at(week * 7 + 5, 7))).toBeLessThan(50); // Saturday has no rush hour
    }
    const tuesdays = [1, 8, 15, 22].map((day) => mean(at(day, 7)));
    expect(Math.max(...tuesdays)).toBeGreaterThan(90);
    const roughness = (hour: number): number => {
      const steps = Array.from({ length: 28 }, (_, day) => at(day, hour)).flatMap((part) =>
        Array.from(part.subarray(2), (value, k) => (value - 2 * (part[k + 1] ?? 0) + (part[k] ?? 0)) ** 2),
      );
      return Math.sqrt(steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0);
    };
    expect(roughness(13)).toBeGreaterThan(1.5 * roughness(3));
  });

  it("goes through the whole preparation, and a linear model beats persistence, persistence the day before", () => {
    const prepared = prepareSeries(demoSeries(1), { target: "flow", splitColumn: "split" });
    expect(prepared.counts.windows).toEqual({ train: 5117, validation: 907, test: 2016 });
    const { train, validation, test } = prepared;
    const linear = forecastErrors(test, predictLinear(fitLinear(train, validation), test)).rmse;
    const last = forecastErrors(test, persistence(test)).rmse;
    const naive = seasonalNaive(test);
    if (!naive.available) throw new Error(naive.reason);
    expect(linear).toBeLessThan(0.95 * last);
    expect(last).toBeLessThan(forecastErrors(test, naive.predictions).rmse);
  });

  it("survives being written and read as CSV", () => {
    const table = demoSeries(3, { weeks: 2 });
    const again = readCsv(writeCsv(table));
    expect(fingerprint(numericValues(again, "flow"))).toBe(fingerprint(numericValues(table, "flow")));
    expect([...again.lines]).toEqual([...table.lines]);
  });
});
