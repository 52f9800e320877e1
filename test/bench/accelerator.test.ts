import { describe, expect, it } from "vitest";
import { datasetOf } from "../../bench/accelerator/model.js";
import { type Findings, rowOf, type Synthesised } from "../../bench/accelerator/row.js";
import { type RowSpec, rowSpecs } from "../../bench/accelerator/rows.js";
import { acceleratorTable, remarks, verdict } from "../../bench/accelerator/table.js";

const spec: RowSpec = {
  name: "some",
  dModel: 16,
  bits: 4,
  heads: 1,
  layers: 1,
  dataset: "pems_lane",
  folds: [],
  published: 120_000,
  wanted: 1_000,
};
const synthesised: Synthesised = { lut: 7_200, lutram: 400, ff: 6_000, dsp: 20, ramb18: 20, logicDepth: 7 };
const found: Findings = {
  inputs: 1,
  targets: 1,
  cycles: { cycles: 800, initiationInterval: 700 },
  synthesised,
  checks: [
    { what: "rtl", windows: 750, mismatches: 0 },
    { what: "rtl with pauses", windows: 250, mismatches: 0 },
    { what: "vhdl", windows: 16, mismatches: 0 },
    { what: "netlist", windows: 32, mismatches: 0 },
  ],
  noPlan: false,
  failures: [],
};
const rowWith = (more: Partial<Findings>) => rowOf(spec, { ...found, ...more });

describe("a row of the accelerator bench", () => {
  it("has the figures under the names that the table of the issue gives them", () => {
    expect(rowOf(spec, found)).toMatchObject({
      ...{ dModel: 16, bits: 4, inputs: 1, heads: 1, layers: 1, targets: 1, folded: false },
      ...{ cycles: 800, initiationInterval: 700, lut: 7_200, lutram: 400, ff: 6_000, dsp: 20, ramb18: 20 },
      ...{ logicDepth: 7, fits: true, windows: 1000, mismatches: 0, factor: 150, failures: [] },
    });
    expect(verdict(rowOf(spec, found))).toBe("met");
  });

  it("misses what is slower than wanted", () => {
    expect(verdict(rowWith({ cycles: { cycles: 1001, initiationInterval: 900 } }))).toBe("MISSED");
  });

  it.each(["lut", "lutram", "ff", "dsp", "ramb18"] as const)("does not fit with too much %s", (resource) => {
    const row = rowWith({ synthesised: { ...synthesised, [resource]: 16_001 } });
    expect(row.fits).toBe(false);
    expect(row.failures).toEqual([expect.stringContaining(`16001 ${resource}`)]);
    expect(verdict(row)).toBe("DOES NOT FIT");
  });

  it("shows what was not measured as such, and fills nothing in", () => {
    const row = rowWith({ cycles: null, synthesised: null, checks: [], failures: ["synthesis: Yosys has crashed"] });
    expect([row.cycles, row.factor, row.lut, row.logicDepth, row.fits, row.windows]).toEqual([
      ...[null, null, null, null, null, 0],
    ]);
    expect(verdict(row)).toBe("FAILED");
    expect(acceleratorTable([row])).toMatch(/1 {2}1 {2}1 {8}1 {6}no +free +120,000 +<= 1,000 +- +- +- +- /);
    expect(remarks([row])).toEqual(["some: windows compared: none\n  synthesis: Yosys has crashed"]);
  });

  it("tells no plan from a plan that was not measured", () => {
    const row = rowWith({ cycles: null, synthesised: null, checks: [], noPlan: true, failures: ["plan: too large"] });
    expect(row.fits).toBe(false);
  });

  it("fails where a window differs, wherever it was compared", () => {
    const row = rowWith({ checks: [...found.checks, { what: "vhdl", windows: 16, mismatches: 2 }] });
    expect(row.mismatches).toBe(2);
    expect(row.failures).toEqual(["2 of 16 windows differ (vhdl)"]);
    expect(verdict(row)).toBe("FAILED");
  });
});

describe("the rows", () => {
  it("have names of their own, and data sets that are known", () => {
    expect(new Set(rowSpecs.map(({ name }) => name)).size).toBe(rowSpecs.length);
    expect(rowSpecs.map((row) => [datasetOf(row).series.target].flat().length)).toEqual([
      ...[1, 1, 1, 1, 1, 1, 1, 1, 3],
      ...[1, 1, 1, 1, 1, 1, 1, 1, 3],
      ...[1, 1, 1],
      1,
    ]);
  });
});
