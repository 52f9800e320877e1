import { expect, it } from "vitest";
import { fitLinear, predictLinear } from "./baselines/linear.js";
import { forecastErrors } from "./baselines/metrics.js";
import { persistence } from "./baselines/persistence.js";
import { seasonalNaive } from "./baselines/seasonal-naive.js";
import { type CsvOptions, readCsv } from "./csv.js";
import type { SeriesOptions } from "./options.js";
import { type PreparedSeries, prepareSeries } from "./prepare.js";
import type { FindingKind } from "./report.js";
import { describeWithData } from "./testing/real-data.js";

/** Test RMSE of the three reference forecasts; null = not available. */
function references(prepared: PreparedSeries): { persistence: number; linear: number; seasonalNaive: number | null } {
  const { train, validation, test } = prepared;
  const naive = seasonalNaive(test);
  return {
    persistence: forecastErrors(test, persistence(test)).rmse,
    linear: forecastErrors(test, predictLinear(fitLinear(train, validation), test)).rmse,
    seasonalNaive: naive.available ? forecastErrors(test, naive.predictions).rmse : null,
  };
}

describeWithData("the public recordings", (data) => {
  const prepare = (path: string, options: SeriesOptions, csv: CsvOptions = {}): PreparedSeries =>
    prepareSeries(readCsv(data.read(path), { source: path, ...csv }), options);
  const found = (prepared: PreparedSeries, kind: FindingKind): number =>
    prepared.findings.find((finding) => finding.kind === kind)?.count ?? 0;

  it("pems_lane: gaps of days between weekdays; the measured reference errors", () => {
    const prepared = prepare("pems_lane/pems_lane_flow_5min.csv", { target: "flow_veh_5min", splitColumn: "split" });
    expect(prepared.counts).toEqual({
      rows: 12096,
      usableRows: 12096,
      segments: 17,
      windows: { train: 6394, validation: 1118, test: 4176 },
    });
    expect(found(prepared, "gaps")).toBe(16);
    const errors = references(prepared);
    expect(errors.persistence).toBeCloseTo(11.46, 2);
    expect(errors.linear).toBeCloseTo(10.367, 3);
    expect(errors.seasonalNaive).toBeCloseTo(14.522, 3);
  });

  it("ETTh1: seven inputs, several steps ahead", () => {
    const prepared = prepare("ett/ETTh1.csv", {
      target: "OT",
      inputs: ["HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"],
      horizon: 3,
      splitFractions: { train: 0.6, validation: 0.2, test: 0.2 },
    });
    expect(prepared.counts.segments).toBe(1);
    // The last months differ from the first: only a linear model that is shrunken to persistence beats it.
    const errors = references(prepared);
    expect(errors.persistence).toBeCloseTo(0.936, 3);
    expect(errors.linear).toBeLessThan(errors.persistence);
    expect(errors.seasonalNaive).toBeGreaterThan(1.5 * errors.persistence);
  });

  it("Beijing PM2.5: the date in four columns, NA dropped or filled", () => {
    const options = { target: "pm2.5", inputs: ["pm2.5", "DEWP", "TEMP", "PRES"] };
    const path = "beijing_pm25/PRSA_data_2010.1.1-2014.12.31.csv";
    const dropped = prepare(path, options);
    expect(dropped.series.stepMilliseconds).toBe(3_600_000);
    expect(found(dropped, "missing")).toBe(2067);
    expect(dropped.counts.usableRows).toBe(43824 - 2067);
    const filled = prepare(path, { ...options, missing: { interpolate: 3 } });
    expect(filled.counts.segments).toBeLessThan(dropped.counts.segments);
    expect(filled.counts.usableRows).toBe(dropped.counts.usableRows + found(filled, "interpolated"));
    expect(() => prepare(path, { target: "cbwd" })).toThrow("needed as numbers");
  });

  it("metro traffic: duplicates, gaps, text columns", () => {
    const prepared = prepare("metro_traffic/Metro_Interstate_Traffic_Volume.csv", { target: "traffic_volume" });
    expect(found(prepared, "duplicates")).toBe(7629);
    expect(found(prepared, "gaps")).toBeGreaterThan(1000);
    const errors = references(prepared);
    expect(errors.linear).toBeLessThan(errors.persistence);
  });

  it("wisdm: no timestamps, subjects one behind the other", () => {
    const prepared = prepare("wisdm_watch/wisdm_watch_accel_8subjects_20hz.csv", {
      target: "x",
      inputs: ["x", "y", "z"],
    });
    expect(prepared.counts.usableRows).toBe(115200);
    const naive = seasonalNaive(prepared.test);
    expect(naive.available).toBe(false);
  });

  it("hapt: every recording", () => {
    for (const path of data.csvFiles("hapt").filter((name) => name.includes("/exp"))) {
      expect(prepare(path, { target: "acc_x", inputs: ["acc_x", "acc_y", "acc_z"], window: 32 }).counts.segments).toBe(
        1,
      );
    }
  });

  it("skab: semicolons, steps of 1 or 2 s", () => {
    for (const path of data.csvFiles("skab")) {
      const options: SeriesOptions = { target: "Pressure", inputs: ["Pressure", "Current"], gaps: { interpolate: 3 } };
      const prepared = prepare(path, options);
      expect(prepared.series.stepMilliseconds).toBe(1000);
      expect(prepared.counts.windows.test).toBeGreaterThan(10);
    }
    expect(() => prepare("skab/valve1/0.csv", { target: "Pressure", window: 200 })).toThrow("gap");
  });

  it("nab: irregular steps in realTraffic", () => {
    for (const path of data.csvFiles("nab")) {
      const prepared = prepare(path, { target: "value", window: 12, irregular: { accept: 12 } });
      expect(prepared.counts.windows.train, path).toBeGreaterThan(100);
    }
    const path = "nab/data/realTraffic/speed_6005.csv";
    expect(found(prepare(path, { target: "value", window: 2 }), "irregular")).toBeGreaterThan(50);
  });

  it("alfa: leading blanks in many columns, 20 Hz", () => {
    for (const path of data.csvFiles("alfa_uav")) {
      const prepared = prepare(path, { target: "field.alt_error", inputs: ["field.alt_error", "delta_roll"] });
      expect(prepared.series.stepMilliseconds, path).toBe(50);
    }
  });
});
