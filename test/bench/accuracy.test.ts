import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { datasets, firstLines, prepareDataset, readRecording } from "../../bench/accuracy/datasets.js";
import type { Part } from "../../bench/accuracy/job.js";
import { floatResult, Store } from "../../bench/accuracy/store.js";
import { accuracyRows, accuracyTable } from "../../bench/accuracy/summarise.js";
import { foldsNamed } from "../../bench/common/folds.js";
import { dataFolder, describeWithData } from "../../src/series/testing/real-data.js";

const seeds = [1, 2, 3];
const parts: Part[] = [
  {
    kind: "baselines",
    dataset: "a",
    kept: false,
    result: { persistence: 12, seasonalNaive: null, linear: 10, windows: { train: 3, validation: 2, test: 1 } },
  },
  ...seeds.map(
    (seed): Part => ({
      kind: "float",
      dataset: "a",
      dModel: 16,
      seed,
      kept: false,
      result: { rmse: 7 + seed, cpuSeconds: 10, epochs: 5 },
    }),
  ),
  ...seeds.map(
    (seed): Part => ({
      kind: "integer",
      dataset: "a",
      dModel: 16,
      seed,
      bits: 4,
      folds: [],
      variant: null,
      kept: false,
      // 1 %, 2 %, 3 % behind float
      result: { rmse: (7 + seed) * (1 + seed / 100), withoutBranch: 11, cpuSeconds: 6, epochs: 4 },
    }),
  ),
  {
    kind: "integer",
    dataset: "a",
    dModel: 16,
    seed: 2,
    bits: 4,
    folds: ["value", "tail"],
    variant: null,
    kept: false,
    result: { rmse: 9.9, withoutBranch: 11, cpuSeconds: 6, epochs: 4 },
  },
];

describe("rows of the bench accuracy", () => {
  const rows = accuracyRows(parts, { dModels: [16], bits: [8, 4], folds: [[]] });

  it("has every model that was measured, and no other", () => {
    expect(rows.map(({ model, bits }) => [model, bits])).toEqual([
      ["persistence", null],
      ["linear", null],
      ["float", null],
      ["integer", 4],
    ]);
  });

  it("takes mean and spread over the seeds, and ratios seed by seed", () => {
    const [, , float, integer] = rows;
    expect(float).toMatchObject({ rmseMean: 9, rmseStd: 1, seeds: 3, ratioToLinear: 0.9, cpuSeconds: 10 });
    expect(integer?.ratioToFloat).toBeCloseTo(1.02, 12);
    expect(integer?.ratioStandardError).toBeCloseTo(0.01 / Math.sqrt(3), 12);
    expect(integer).toMatchObject({ dataset: "a", dModel: 16, seeds: 3, wantedRatio: 1.01, withoutBranch: 11 });
  });

  it("tells folded models from others", () => {
    const both = accuracyRows(parts, { dModels: [16], bits: [4], folds: [[], foldsNamed("tail+value")] });
    expect(both.filter(({ model }) => model === "integer")).toMatchObject([
      { folds: [], seeds: 3 },
      { folds: ["value", "tail"], seeds: 1, rmseMean: 9.9, ratioToFloat: 1.1 },
    ]);
    expect(accuracyTable(both)).toContain("value+tail");
    expect(() => foldsNamed("tail+head")).toThrow('no fold "head"');
  });

  it("prints them", () => {
    expect(accuracyTable(rows)).toContain("<= 1.01");
  });
});

describe("store of the bench accuracy", () => {
  const result = { rmse: 1.5, cpuSeconds: 2, epochs: 3 };

  it("gives back what was kept for the same configuration and code, and only for that", () => {
    const folder = mkdtempSync(join(tmpdir(), "gatecast-bench-"));
    const store = new Store(folder, "one");
    store.write({ seed: 1 }, result);
    expect(store.read({ seed: 1 }, floatResult)).toEqual(result);
    expect(store.read({ seed: 2 }, floatResult)).toBeUndefined();
    expect(new Store(folder, "two").read({ seed: 1 }, floatResult)).toBeUndefined();
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it("refuses a file that is no result", () => {
    const folder = mkdtempSync(join(tmpdir(), "gatecast-bench-"));
    const store = new Store(folder, "one");
    writeFileSync(store.path({ seed: 1 }, "json"), '{"result": {"rmse": "low"}}');
    expect(() => store.read({ seed: 1 }, floatResult)).toThrow();
  });
});

describe("recordings of the bench accuracy", () => {
  const [pems] = datasets;
  if (!pems) throw new Error("no data set");

  it("says what is missing, and what to set", () => {
    expect(() => readRecording(pems, {})).toThrow("GATECAST_DATA is not set");
    expect(() => readRecording(pems, { GATECAST_DATA: "/nowhere" })).toThrow("/nowhere/pems_lane");
  });

  it("cuts a file behind so many lines", () => {
    const bytes = new TextEncoder().encode("a\n1\n2\n3\n");
    expect(new TextDecoder().decode(firstLines(bytes, 3))).toBe("a\n1\n2\n");
    expect(() => firstLines(bytes, 5)).toThrow("4 lines");
  });
});

describeWithData("splits of the bench accuracy", () => {
  it.each([
    ["pems_lane", { train: 6394, validation: 1118, test: 4176 }],
    ["etth1", { train: 8640 - 24, validation: 2880, test: 2880 }],
    ["etth1_all", { train: 8640 - 24, validation: 2880, test: 2880 }],
  ])("%s", (name, windows) => {
    const dataset = datasets.find((candidate) => candidate.name === name);
    if (!dataset) throw new Error(name);
    const environment = { GATECAST_DATA: dataFolder() };
    expect(prepareDataset(dataset, readRecording(dataset, environment)).counts.windows).toEqual(windows);
  });
});
