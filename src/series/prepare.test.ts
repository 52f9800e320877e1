import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCsv } from "./csv.js";
import type { SeriesOptions } from "./options.js";
import { type PreparedSeries, prepareNewData, prepareSeries } from "./prepare.js";
import { scaleOf } from "./scaler.js";
import type { Table } from "./table.js";
import { userError } from "./testing/messages.js";
import { MINUTE, recording, START } from "./testing/recordings.js";
import type { WindowSet } from "./windows.js";

const ramp = (rows: number, from = 0): number[][] =>
  Array.from({ length: rows }, (_, k) => [(from + k) * 5, from + k, (from + k) % 7]);
const prepare = (table: Table, options: Partial<SeriesOptions> = {}): PreparedSeries =>
  prepareSeries(table, { target: "v", window: 3, ...options });
const forecastRows = (set: WindowSet): number[] => Array.from({ length: set.count }, (_, k) => set.forecastRow(k));

const NONE = Number.NaN;

/** A CSV text with a split column. */
const withSplit = (parts: readonly string[]): Table =>
  readCsv(`v,split\n${parts.map((part, row) => `${(row * row) % 11},${part}`).join("\n")}\n`);
const repeat = (part: string, count: number): string[] => Array.from({ length: count }, () => part);

describe("the split", () => {
  it("by time: every target row is in one part, look-back reaches into earlier parts only", () => {
    const prepared = prepare(recording(["v"], ramp(20)), {
      splitFractions: { train: 0.5, validation: 0.25, test: 0.25 },
    });
    expect(forecastRows(prepared.train)).toEqual([3, 4, 5, 6, 7, 8, 9]);
    expect(forecastRows(prepared.validation)).toEqual([10, 11, 12, 13, 14]);
    expect(forecastRows(prepared.test)).toEqual([15, 16, 17, 18, 19]);
    expect(prepared.counts).toEqual({
      rows: 20,
      usableRows: 20,
      segments: 1,
      windows: { train: 7, validation: 5, test: 5 },
    });
  });

  it("a horizon that would straddle two parts is in neither", () => {
    const prepared = prepare(recording(["v"], ramp(20)), {
      horizon: 2,
      splitFractions: { train: 0.5, validation: 0.25, test: 0.25 },
    });
    expect(forecastRows(prepared.train)).toEqual([3, 4, 5, 6, 7, 8]);
    expect(forecastRows(prepared.validation)).toEqual([10, 11, 12, 13]);
    expect(forecastRows(prepared.test)).toEqual([15, 16, 17, 18]);
  });

  it("by a column with train and test: the last part of train becomes validation", () => {
    const prepared = prepare(withSplit([...repeat("train", 20), ...repeat("test", 6)]), {
      splitColumn: "split",
      validationFraction: 0.25,
    });
    expect(forecastRows(prepared.validation)).toEqual([15, 16, 17, 18, 19]);
    expect(forecastRows(prepared.test)).toEqual([20, 21, 22, 23, 24, 25]);
    expect(prepared.findings.at(-2)?.message).toBe(
      'Split by the column "split", the last 25 % of train being validation: 15 rows train, 5 validation, 6 test.',
    );
  });

  it("by a column with all three, whatever their order in time: training windows hold training rows only", () => {
    const parts = [...repeat("Test", 6), ...repeat("TRAIN", 8), ...repeat("val", 6)];
    const prepared = prepare(withSplit(parts), { splitColumn: "split" });
    expect(forecastRows(prepared.train)).toEqual([9, 10, 11, 12, 13]);
    expect(forecastRows(prepared.validation)).toEqual([14, 15, 16, 17, 18, 19]);
    expect(forecastRows(prepared.test)).toEqual([3, 4, 5]);
  });

  it("keeps its rule for any series and split", () => {
    const part = fc.constantFrom("train", "validation", "test");
    const runs = fc.array(fc.tuple(part, fc.integer({ min: 1, max: 9 })), { minLength: 3, maxLength: 8 });
    fc.assert(
      fc.property(runs, fc.integer({ min: 2, max: 3 }), fc.integer({ min: 1, max: 2 }), (blocks, window, horizon) => {
        const parts = ["train", "validation", "test", "train"].flatMap((name) => repeat(name, 6));
        const rows = [...parts, ...blocks.flatMap(([name, count]) => repeat(name, count))];
        const prepared = prepare(withSplit(rows), { splitColumn: "split", window, horizon });
        const rank = (row: number): number => ["train", "validation", "test"].indexOf(rows[row] ?? "");
        const seen = new Set<number>();
        for (const [own, set] of [prepared.train, prepared.validation, prepared.test].entries()) {
          for (const row of forecastRows(set)) {
            expect(seen.has(row)).toBe(false);
            seen.add(row);
            for (let back = row - window; back < row; back++) expect(rank(back)).toBeLessThanOrEqual(own);
            for (let ahead = row; ahead < row + horizon; ahead++) expect(rank(ahead)).toBe(own);
          }
        }
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it("no window spans a gap, and no target is interpolated", () => {
    const rows = [...ramp(10), ...ramp(10, 20), ...ramp(20, 31)]; // gaps of 10 rows and of 1 row
    const prepared = prepare(recording(["v"], rows), { gaps: { interpolate: 1 } });
    const all = [prepared.train, prepared.validation, prepared.test].flatMap(forecastRows);
    const { timestamps, columns } = prepared.series;
    for (const row of all) {
      expect((timestamps?.[row] ?? 0) - (timestamps?.[row - 3] ?? 0)).toBe(15 * MINUTE);
      expect(columns[0]?.filled[row]).toBe(0);
    }
    expect(all).toHaveLength(7 + 31 - 3 - 1); // the row that was filled is no target, but is looked back on
  });

  it("a value interpolated over the border of two parts belongs to the later one", () => {
    // w of rows 7 and 8 is made from rows 6 and 9. By time rows 0 .. 8 are train, but row 9 is validation, so a
    // training window that looks back on row 7 to forecast v of row 8 would know something of row 9.
    const rows = ramp(20).map(([minute = 0, v = 0, w = 0]) => [minute, v, v === 7 || v === 8 ? Number.NaN : w]);
    const prepared = prepare(recording(["v", "w"], rows), {
      inputs: ["v", "w"],
      missing: { interpolate: 2 },
      splitFractions: { train: 0.45, validation: 0.25, test: 0.3 },
    });
    expect(forecastRows(prepared.train)).toEqual([3, 4, 5, 6]);
    expect(forecastRows(prepared.validation)).toEqual([7, 8, 9, 10, 11, 12, 13]);
  });
});

describe("the scaler", () => {
  it("is fitted on the training rows only", () => {
    const rows = ramp(20).map(([minute = 0, v = 0]) => [minute, v < 10 ? v : 1000 + v]);
    const scale = scaleOf(
      prepare(recording(["v"], rows), { splitFractions: { train: 0.5, validation: 0.25, test: 0.25 } }).scaler,
      "v",
    );
    expect(scale).toEqual({ name: "v", offset: 4.5, scale: Math.sqrt(8.25), minimum: 0, maximum: 9 });
  });

  it("leaves interpolated values out", () => {
    const rows = ramp(20).map(([minute = 0, v = 0]) => [minute, v === 4 ? Number.NaN : v === 3 ? 100 : v]);
    const prepared = prepare(recording(["v"], rows), {
      missing: { interpolate: 1 },
      splitFractions: { train: 0.5, validation: 0.25, test: 0.25 },
    });
    expect(scaleOf(prepared.scaler, "v").offset).toBeCloseTo((45 - 4 - 3 + 100) / 9, 12);
  });

  it("refuses a constant column, naming it", () => {
    const table = readCsv(`v,w\n${Array.from({ length: 30 }, (_, k) => `5,${k}`).join("\n")}\n`);
    expect(userError(() => prepare(table)).message).toContain('"v" of the data is constant (5)');
    expect(userError(() => prepare(table, { target: "w", inputs: ["w", "v"] })).where).toMatchObject({ column: "v" });
    expect(prepare(table, { target: "w" }).train.count).toBeGreaterThan(0);
  });
});

describe("bad input", () => {
  const table = recording(["v", "w"], ramp(30));

  it.each<[string, Partial<SeriesOptions>, string]>([
    ["an unknown target", { target: "V2" }, 'no column "V2"'],
    ["an unknown input", { inputs: ["v", "x"] }, 'no column "x"'],
    ["an unknown split column", { splitColumn: "part" }, 'no column "part"'],
    ["an unknown timestamp column", { timestampColumn: "when" }, 'no column "when"'],
    ["a text column as target", { target: "time" }, "needed as numbers"],
    ["a split column without parts' names", { splitColumn: "w" }, "train, validation or test"],
    ["a window longer than the series", { window: 40 }, "longer than test.csv, which has 30 usable rows"],
    ["a horizon longer than the series", { horizon: 40 }, "longer than test.csv"],
    ["a part without windows", { window: 3, horizon: 10 }, "has no window"],
  ])("refuses %s", (_, options, message) => {
    expect(userError(() => prepare(table, options)).message).toContain(message);
  });

  it("refuses a window longer than every segment, and says what parts them", () => {
    const gaps = recording(["v"], [...ramp(10), ...ramp(10, 20), ...ramp(10, 40)]);
    const error = userError(() => prepare(gaps, { window: 12 }));
    expect(error.message).toContain("the longest of 3 has 10 rows");
    expect(error.message).toContain("2 gaps");
  });

  it("refuses a split column without test rows, and one with a wrong value, by line", () => {
    expect(userError(() => prepare(withSplit(repeat("train", 30)), { splitColumn: "split" })).message).toContain(
      "test part",
    );
    const wrong = withSplit([...repeat("train", 20), "tset", ...repeat("test", 9)]);
    expect(userError(() => prepare(wrong, { splitColumn: "split" })).where).toMatchObject({ line: 22 });
  });

  it.each<[string, unknown, string]>([
    ["window", { target: "v", window: 1 }, "window"],
    ["window as text", { target: "v", window: "24" }, '"24"'],
    ["horizon", { target: "v", horizon: 0 }, "horizon"],
    [
      "fractions that do not add up",
      { target: "v", splitFractions: { train: 0.5, validation: 0.2, test: 0.2 } },
      "add up to 1",
    ],
    ["a target twice", { target: ["v", "v"] }, "twice"],
    ["an unknown key", { target: "v", windows: 3 }, "windows"],
    ["a policy", { target: "v", gaps: "ignore" }, "gaps"],
    ["no target", {}, "target"],
  ])("names the option that is wrong: %s", (_, options, message) => {
    const error = userError(() => prepareSeries(table, options as SeriesOptions), "usage");
    expect(error.message).toContain(message);
  });
});

describe("prepareNewData", () => {
  const trained = prepare(recording(["v", "w"], ramp(30)), { inputs: ["v", "w"] });

  it("makes a window for every place, the end of the recording included", () => {
    const fresh = prepareNewData(
      recording(["v", "w"], ramp(5, 100)),
      { target: "v", inputs: ["v", "w"], window: 3 },
      trained.scaler,
    );
    expect(fresh.count).toBe(3);
    expect([...fresh.rawTargets()]).toEqual([103, 104, Number.NaN]);
    expect([0, 1, 2].map((k) => ((fresh.forecastTime(k) ?? 0) - START) / MINUTE)).toEqual([515, 520, 525]);
    const x = new Float64Array(6);
    fresh.gatherInputs([2], x);
    const { offset, scale } = scaleOf(trained.scaler, "v");
    expect([x[0], x[2], x[4]]).toEqual([102, 103, 104].map((v) => (v - offset) / scale));
  });

  it("knows no target beyond a gap", () => {
    const rows = [...ramp(4, 100), ...ramp(4, 200)];
    const fresh = prepareNewData(recording(["v"], rows), { target: "v", window: 3, horizon: 2 }, trained.scaler);
    expect([...fresh.rawTargets()]).toEqual([103, NONE, NONE, NONE, 203, NONE, NONE, NONE]);
    expect(((fresh.forecastTime(1) ?? 0) - START) / MINUTE).toBe(520);
  });

  it("needs the inputs only, and a scaler that knows all columns", () => {
    const options = { target: "v", inputs: "w", window: 3 };
    const fresh = prepareNewData(recording(["w"], ramp(5)), options, trained.scaler);
    expect([...fresh.rawTargets()].every(Number.isNaN)).toBe(true);
    expect(
      userError(() => prepareNewData(recording(["x"], ramp(5)), { target: "x" }, trained.scaler), "usage").message,
    ).toContain('"x"');
    expect(userError(() => prepareNewData(recording(["w"], ramp(2)), options, trained.scaler)).message).toContain(
      "longer than",
    );
  });
});
