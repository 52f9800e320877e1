import { describe, expect, it } from "vitest";
import { createInterpreter, measureCoverage, sleepingTensors } from "../integer/index.js";
import { mutate, mutations, randomIntegerModel, randomWindows } from "../integer/testing/index.js";
import { type Architecture, buildGraph, defineArchitecture, definePrecision } from "../model/index.js";
import { Random } from "../numeric/random.js";
import { simulate } from "../rtl/index.js";
import { buildAccelerator } from "./assemble.js";
import { countCycles } from "./cycles.js";
import { device } from "./devices.js";
import { usableLuts } from "./limits.js";
import { deriveParameters } from "./parameters.js";
import { planAccelerator } from "./planner.js";
import { simulateAccelerator } from "./simulate.js";
import { randomCase } from "./testing/operator-check.js";
import { randomChoices } from "./testing/random-choices.js";

const spartan = device("xc7s15");

/** A network of the main job's shape, smaller. */
const small = randomIntegerModel(
  defineArchitecture({ window: 12, dModel: 8 }),
  definePrecision({ bits: 4, overrides: { "layers.0.hidden": 3, "layers.0.linear2.weight": 5, "layers.0.norm1": 6 } }),
  11,
);
const smallPlan = planAccelerator(small, { device: spartan });

describe("the whole accelerator", () => {
  it("equals the interpreter on an alive network, in exactly the planned cycles", () => {
    const windows = randomWindows(small, 64, 3);
    expect(sleepingTensors(measureCoverage(small, windows))).toEqual([]);
    const result = simulateAccelerator(small, smallPlan, buildAccelerator(small, smallPlan), windows);
    expect(result).toMatchObject({ inferences: 64, mismatches: 0, firstMismatch: null });
    expect(result.cyclesPerInference).toBe(smallPlan.cyclesPerInference);
    expect(result.initiationInterval).toBe(smallPlan.initiationInterval);
  });

  it("stays equal with pauses on both sides, every claim checked", () => {
    const result = simulateAccelerator(
      small,
      smallPlan,
      buildAccelerator(small, smallPlan),
      randomWindows(small, 12, 4),
      {
        stalls: 0.6,
        checks: true,
      },
    );
    expect(result).toMatchObject({ inferences: 12, mismatches: 0 });
    expect(result.cyclesPerInference).toBe(smallPlan.cyclesPerInference);
  });

  it("keeps the last samples on chip in mode sample", () => {
    const plan = planAccelerator(small, { device: spartan, mode: "sample" });
    const series = randomWindows(small, 2, 5);
    const accelerator = buildAccelerator(small, plan, "node");
    for (const options of [{}, { stalls: 0.5, checks: true }]) {
      const result = simulateAccelerator(small, plan, accelerator, series, options);
      expect(result).toMatchObject({ inferences: 13, mismatches: 0 });
      expect(result.cyclesPerInference).toBe(plan.cyclesPerInference);
      if (result.initiationInterval !== null) expect(result.initiationInterval).toBe(plan.initiationInterval);
    }
  });

  it.each([1, 2, 3, 4, 5, 6])(
    "equals for random architectures, lanes and memories, in exactly the counted cycles (seed %i)",
    (seed) => {
      const layers = seed % 3 === 0 ? 2 : 1;
      const { model, graph, random } = randomCase(100 + seed, { layers });
      const mode = seed % 2 === 0 ? "sample" : "window";
      const choices = randomChoices(graph, random, mode);
      const parameters = deriveParameters(graph, model, choices, "any");
      const cycles = countCycles(graph, parameters, choices);
      const accelerator = buildAccelerator(model, choices, "any");
      const windows = randomWindows(model, 13, seed);
      const result = simulateAccelerator(model, { mode, ...cycles }, accelerator, windows);
      expect(result.mismatches).toBe(0);
      expect(result.cyclesPerInference).toBe(cycles.cyclesPerInference);
      expect(result.initiationInterval).toBe(cycles.initiationInterval);
      const stalled = simulateAccelerator(model, { mode, ...cycles }, accelerator, windows, {
        stalls: 0.5,
        seed,
        checks: true,
      });
      expect(stalled.mismatches).toBe(0);
    },
  );

  it("begins anew after a reset at any time", () => {
    const windows = randomWindows(small, 1, 6);
    const [expected] = createInterpreter(small).run(windows);
    const random = new Random(9);
    const sim = simulate(buildAccelerator(small, smallPlan));
    sim.poke({ enable: true });
    for (let attempt = 0; attempt < 12; attempt++) {
      let row = 0;
      const cut = random.integer(smallPlan.cyclesPerInference);
      for (let cycle = 0; cycle < cut; cycle++) {
        sim.poke({
          sample_valid: true,
          sample_data: windows[row] ?? 0,
          forecast_ready: random.integer(2) === 1,
          reset: 0,
        });
        if (sim.peek().sample_ready === 1n) row = (row + 1) % windows.length;
        sim.step();
      }
      sim.poke({ sample_valid: false, reset: 1 });
      sim.step();
      sim.poke({ reset: 0, forecast_ready: true });
      row = 0;
      let forecast: number | undefined;
      for (let cycle = 0; forecast === undefined && cycle < 2 * smallPlan.cyclesPerInference; cycle++) {
        sim.poke({ sample_valid: row < windows.length, sample_data: windows[row] ?? 0 });
        const seen = sim.peek();
        if (seen.sample_ready === 1n) row++;
        if (seen.forecast_valid === 1n) forecast = Number(seen.forecast_data);
        sim.step();
      }
      expect(forecast).toBe(expected);
    }
  });

  it.each(mutations)("notices a seeded mistake: %s", (mutation) => {
    // The hardware is built from the model with the mistake, and compared with the right model.
    const wrong = buildAccelerator(mutate(small, mutation), smallPlan);
    const result = simulateAccelerator(small, smallPlan, wrong, randomWindows(small, 64, 7));
    expect(result.mismatches).toBeGreaterThan(0);
  });
});

describe("the planner", () => {
  it("shares lanes for the main job: 132 times fewer cycles than the published accelerator's 121,032, by estimate within the device", () => {
    const architecture = defineArchitecture({ window: 24, dModel: 16 });
    const model = randomIntegerModel(architecture, definePrecision({ bits: 4 }), 1);
    const plan = planAccelerator(model, { device: spartan });
    expect(plan.cyclesPerInference).toBeLessThanOrEqual(917);
    expect(plan.estimate.lut).toBeLessThan(0.9 * spartan.lut);
    expect(plan.estimate.dsp).toBeLessThanOrEqual(spartan.dsp);
    expect(plan.estimate.blockRam).toBeLessThanOrEqual(spartan.blockRam.count);
    expect(plan.report.map((row) => row.name)).toEqual([
      ...buildGraph(architecture, model.precision).operators.map((o) => o.name),
      ...plan.units.map((unit) => unit.name),
    ]);
    const result = simulateAccelerator(model, plan, buildAccelerator(model, plan), randomWindows(model, 13, 2));
    expect(result).toMatchObject({ mismatches: 0, cyclesPerInference: plan.cyclesPerInference });
    expect(result.initiationInterval).toBe(plan.initiationInterval);
  });

  it.each<[string, number, Partial<Architecture>, number]>([
    ["132 times fewer than 54,366", 412, { dModel: 8 }, 4],
    ["132 times fewer than 353,496", 2678, { dModel: 32 }, 4],
    ["132 times fewer than 1,188,030", 9000, { dModel: 64 }, 4],
    ["63 times fewer than 125,768", 2000, { dModel: 16 }, 8],
    ["70 times fewer than 353,600", 5000, { dModel: 32 }, 6],
    ["44 times fewer than 353,784", 8000, { dModel: 32 }, 8],
    ["seven inputs", 2900, { dModel: 32, inputs: 7 }, 4],
  ])("plans, by estimate within the XC7S15, in %s: at most %i cycles for %j at %i bits", (_, cycles, shape, bits) => {
    const model = randomIntegerModel(defineArchitecture({ window: 24, ...shape }), definePrecision({ bits }), 1);
    const plan = planAccelerator(model, { device: spartan });
    expect(plan.cyclesPerInference).toBeLessThanOrEqual(cycles);
    expect(plan.estimate.lut).toBeLessThanOrEqual(0.9 * spartan.lut);
    expect(plan.estimate.dsp).toBeLessThanOrEqual(spartan.dsp);
    expect(plan.estimate.blockRam).toBeLessThanOrEqual(spartan.blockRam.count);
  });

  it("trades cycles for area", () => {
    const area = planAccelerator(small, { device: spartan, goal: "area" });
    expect(area.estimate.lut).toBeLessThan(smallPlan.estimate.lut);
    expect(area.cyclesPerInference).toBeGreaterThan(smallPlan.cyclesPerInference);
  });

  it("says by how much a model does not fit", () => {
    const tiny = { ...spartan, lut: 1000 };
    expect(() => planAccelerator(small, { device: tiny })).toThrow(
      new RegExp(`needs about \\d+ LUTs, and ${Math.floor(usableLuts(tiny, 0.9))} of ${tiny.lut} may be used`),
    );
  });

  it("moves multipliers into LUTs where the device has too few, and takes samples of any width", () => {
    const architecture = defineArchitecture({ window: 6, dModel: 8, inputs: 7, heads: 2, targets: 2 });
    const model = randomIntegerModel(architecture, definePrecision({ bits: 4 }), 3);
    const plan = planAccelerator(model, { device: { ...spartan, dsp: 6 }, utilisation: 0.9 });
    expect(plan.estimate.dsp).toBeLessThanOrEqual(6);
    const result = simulateAccelerator(model, plan, buildAccelerator(model, plan), randomWindows(model, 3, 8));
    expect(result).toMatchObject({ mismatches: 0, cyclesPerInference: plan.cyclesPerInference });
  });

  it("refuses samples that are no whole windows", () => {
    expect(() => simulateAccelerator(small, smallPlan, buildAccelerator(small, smallPlan), new Int32Array(13))).toThrow(
      /not enough for an inference/,
    );
  });
});
