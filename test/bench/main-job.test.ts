import { describe, expect, it } from "vitest";
import { mainJobFigures } from "../../bench/main-job/figures.js";
import type { Summary } from "../../src/report/index.js";

const error = (rmse: number) => ({ rmse, mae: rmse });
const summary: Summary = {
  version: 1,
  run: "r",
  data: { rows: 1, windows: { train: 1, validation: 1, test: 1 } },
  metrics: {
    float: error(10),
    integer: error(10.2),
    persistence: error(12),
    seasonalNaive: error(15),
    linear: error(10.5),
  },
  simulation: { simulator: "s", windows: 256, mismatches: 0, cyclesPerInference: 3000 },
  verification: [
    { subject: "rtl", tool: "t", version: "1", windows: 256, mismatches: 0 },
    { subject: "netlist", tool: "t", version: "1", windows: 32, mismatches: 2 },
  ],
  synthesis: { tool: "y", device: "d", fits: true, lut: 5000, dsp: 21, ramb18: 5 },
  versions: {},
  seed: 1,
  durations: {},
};

describe("figures of the main job", () => {
  const figures = new Map(mainJobFigures(summary, 700).map((entry) => [entry.figure, entry]));
  const missed = [...figures.values()].filter(({ met }) => !met).map(({ figure }) => figure);

  it("sets what was reached against what is wanted", () => {
    expect(figures.get("integer-only RMSE / float")).toEqual({
      figure: "integer-only RMSE / float",
      reached: 1.02,
      wanted: "<= 1.03",
      met: true,
    });
  });

  it("misses what is not reached, and what was not measured", () => {
    expect(missed).toEqual([
      "integer-only RMSE / linear",
      "windows compared, VHDL in GHDL",
      "windows that differ, VHDL in GHDL",
      "windows that differ, netlist",
      "DSP48E1",
      "seconds",
    ]);
    expect(figures.get("windows compared, VHDL in GHDL")?.reached).toBeNull();
  });
});
