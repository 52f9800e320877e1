import { describe, expect, it } from "vitest";
import { type PreparedSeries, prepareSeries } from "./prepare.js";
import { scaleOf } from "./scaler.js";
import { MINUTE, recording, START } from "./testing/recordings.js";

// v = row, w = 100 + row^2: every value tells its row and column
const rows = Array.from({ length: 40 }, (_, row) => [row * 5, row, 100 + row * row]);
const prepared: PreparedSeries = prepareSeries(recording(["v", "w"], rows), {
  target: ["w", "v"],
  inputs: ["v", "w"],
  window: 4,
  horizon: 2,
});
const { train } = prepared;
const w = (row: number): number => 100 + row * row;

describe("WindowSet", () => {
  it("knows its sizes", () => {
    expect([train.inputSize, train.outputSize, train.count]).toEqual([8, 4, 28 - 5]);
    expect(train.forecastRow(2)).toBe(6);
    expect(train.forecastTime(2, 1)).toBe(START + 35 * MINUTE);
  });

  it("gathers raw windows row by row: x [B][n][m], y [B][horizon][targets]", () => {
    const x = new Float64Array(16);
    const y = new Float64Array(8);
    train.gatherRaw([5, 0], x, y);
    expect([...x]).toEqual([5, w(5), 6, w(6), 7, w(7), 8, w(8), 0, w(0), 1, w(1), 2, w(2), 3, w(3)]);
    expect([...y]).toEqual([w(9), 9, w(10), 10, w(4), 4, w(5), 5]);
  });

  it("gathers scaled windows, each value rounded once to Float32", () => {
    const x = new Float32Array(8);
    const y = new Float32Array(4);
    train.gather([7], x, y);
    const v = scaleOf(prepared.scaler, "v");
    const ww = scaleOf(prepared.scaler, "w");
    expect(x[1]).toBe(Math.fround((w(7) - ww.offset) / ww.scale));
    expect(x[6]).toBe(Math.fround((10 - v.offset) / v.scale));
    expect([...y]).toEqual(
      [
        (w(11) - ww.offset) / ww.scale,
        (11 - v.offset) / v.scale,
        (w(12) - ww.offset) / ww.scale,
        (12 - v.offset) / v.scale,
      ].map(Math.fround),
    );
  });

  it("unscales what it scaled", () => {
    const y = new Float64Array(train.count * 4);
    train.gather(train.allIndices(), new Float64Array(train.count * 8), y);
    const truth = train.rawTargets();
    for (const [at, value] of train.unscale(y).entries()) expect(value).toBeCloseTo(truth[at] ?? 0, 9);
  });

  it("selects and spreads", () => {
    expect([...train.select([4, 1]).starts]).toEqual([4, 1]);
    expect([...train.spread(5).starts]).toEqual([0, 4, 9, 13, 18]);
    expect(train.spread(1000).count).toBe(train.count);
  });

  it("refuses windows there are not and arrays too short", () => {
    expect(() => train.forecastRow(23)).toThrow(RangeError);
    expect(() => train.select([23])).toThrow(RangeError);
    expect(() => train.gather([0], new Float32Array(7), new Float32Array(4))).toThrow("x holds 7");
    expect(() => train.gather([0], new Float32Array(8), new Float32Array(3))).toThrow("y holds 3");
  });

  it("shares the series instead of copying it", () => {
    expect(prepared.test.series).toBe(train.series);
  });
});
