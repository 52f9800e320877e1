import { expect, test } from "vitest";
import { buildSummary, parseSummary, summarySchema } from "./summary.js";
import { exampleAfterTraining, exampleReport } from "./testing/example.js";

test("a complete run has every figure that programs rely on", () => {
  const summary = buildSummary(exampleReport(50));
  expect(summarySchema.parse(JSON.parse(JSON.stringify(summary)))).toEqual(summary);
  expect(summary).toMatchObject({
    version: 1,
    data: { rows: 24192, windows: { train: 16104, validation: 3432, test: 3984 } },
    metrics: { float: { rmse: 9.5312, mae: 7.1103 }, linear: { rmse: 10.3702, mae: 7.7431 } },
    simulation: { simulator: "gatecast simulator 0.1.0", windows: 256, mismatches: 0, cyclesPerInference: 3120 },
    synthesis: {
      tool: "Yosys 0.55",
      device: "XC7S15",
      lut: 5312,
      lutram: 336,
      ff: 3874,
      dsp: 9,
      ramb18: 2,
      fits: true,
    },
    mutations: exampleReport(50).verification?.mutations,
    seed: 1,
    durations: { train: 184.2 },
  });
  expect(summary.mutations?.tried).toBeGreaterThan(0);
  expect(Object.keys(summary.metrics ?? {})).toEqual([
    "float",
    "fakeQuantised",
    "integer",
    "integerWithoutBranch",
    "persistence",
    "seasonalNaive",
    "linear",
  ]);
  expect(summary.verification?.map((check) => check.subject)).toEqual(["evaluation", "rtl", "vhdl", "netlist"]);
});

test("what has not been done is absent, not zero", () => {
  const summary = buildSummary(exampleAfterTraining());
  expect(summarySchema.parse(summary)).toEqual(summary);
  for (const key of ["metrics", "simulation", "synthesis", "verification"]) expect(summary).not.toHaveProperty(key);
});

test("an estimate is not a synthesis, and cycles that nobody simulated are not a simulation", () => {
  const data = exampleReport(50);
  if (!data.resources || !data.timing) throw new Error("the example is complete");
  const summary = buildSummary({
    ...data,
    resources: { ...data.resources, totals: data.resources.totals.filter((total) => total.basis === "estimated") },
    timing: { ...data.timing, cycles: [{ basis: "estimated", value: 3096 }] },
  });
  expect(summary).not.toHaveProperty("synthesis");
  expect(summary).not.toHaveProperty("simulation");
});

test("a design that needs more than there is does not fit", () => {
  const data = exampleReport(50);
  if (!data.resources) throw new Error("the example is complete");
  const totals = [{ basis: "synthesised" as const, source: "Yosys 0.55", used: { lut: 4000, dsp: 21 } }];
  expect(buildSummary({ ...data, resources: { ...data.resources, totals } }).synthesis).toMatchObject({ fits: false });
});

test("a damaged summary is refused, with the key that is wrong", () => {
  const summary = buildSummary(exampleReport(50));
  expect(() => parseSummary({ ...summary, data: { rows: -1, windows: summary.data.windows } })).toThrow(/data\.rows/);
  expect(() => parseSummary({ ...summary, version: 2 })).toThrow(/version/);
  expect(() => parseSummary("nothing")).toThrow(/not valid/);
  expect(parseSummary(JSON.parse(JSON.stringify(summary)))).toEqual(summary);
});
