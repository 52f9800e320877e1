import { describe, expect, it } from "vitest";
import { randomIntegerModel, randomWindows } from "../../../integer/testing/index.js";
import { buildGraph, defineArchitecture, definePrecision } from "../../../model/index.js";
import { buildAccelerator } from "../../assemble.js";
import { countCycles } from "../../cycles.js";
import { device } from "../../devices.js";
import { deriveParameters } from "../../parameters.js";
import { planAccelerator } from "../../planner.js";
import { simulateAccelerator } from "../../simulate.js";
import { randomCase } from "../../testing/operator-check.js";
import { randomChoices } from "../../testing/random-choices.js";
import { unitScaling } from "./parameters.js";

describe("a matrix unit", () => {
  it.each([0, 1, 2, 3, 7, 8, 14, 15])(
    "shares lanes among random operators of random networks: equal bits, exactly the counted cycles, pauses (seed %i)",
    (seed) => {
      const { model, graph, random } = randomCase(500 + seed, {
        layers: 1 + (seed % 2),
        dModel: 8,
        feedForward: 16,
        heads: 1 + (seed % 3 === 0 ? 1 : 0),
      });
      const choices = randomChoices(graph, random, "window", true);
      expect(choices.units.length).toBeGreaterThan(0);
      const parameters = deriveParameters(graph, model, choices, "any");
      const cycles = countCycles(graph, parameters, choices);
      const accelerator = buildAccelerator(model, choices, "any");
      const windows = randomWindows(model, 13, seed);
      const result = simulateAccelerator(model, { mode: "window", ...cycles }, accelerator, windows, { checks: true });
      expect(result.mismatches).toBe(0);
      expect(result.cyclesPerInference).toBe(cycles.cyclesPerInference);
      expect(result.initiationInterval).toBe(cycles.initiationInterval);
      const options = { stalls: 0.5, seed, checks: true };
      const stalled = simulateAccelerator(model, { mode: "window", ...cycles }, accelerator, windows, options);
      expect(stalled.mismatches).toBe(0);
    },
  );

  it("shifts each operator's products by themselves where aligned multipliers would need a second DSP", () => {
    const architecture = defineArchitecture({ window: 6, dModel: 16 });
    const model = randomIntegerModel(architecture, definePrecision({ bits: 8 }), 1);
    const plan = planAccelerator(model, { device: device("xc7s15") });
    const graph = buildGraph(architecture, model.precision);
    const [unit] = deriveParameters(graph, model, plan, "any").units;
    if (!unit) throw new Error("a plan without matrix units");
    expect(unitScaling(unit).shifts).toBeGreaterThan(1);
    const result = simulateAccelerator(model, plan, buildAccelerator(model, plan), randomWindows(model, 16, 3), {
      stalls: 0.3,
      seed: 3,
      checks: true,
    });
    expect(result.mismatches).toBe(0);
  });
});
