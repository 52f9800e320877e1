import { describe, expect, it } from "vitest";
import { randomIntegerModel, randomWindows } from "../integer/testing/index.js";
import { defineArchitecture, definePrecision, type Fold, foldNames } from "../model/index.js";
import { buildAccelerator } from "./assemble.js";
import { countCycles } from "./cycles.js";
import { device } from "./devices.js";
import { deriveParameters } from "./parameters.js";
import { planAccelerator } from "./planner.js";
import { simulateAccelerator } from "./simulate.js";
import { randomCase } from "./testing/operator-check.js";
import { randomChoices } from "./testing/random-choices.js";
import { headLanes } from "./wider-head.js";

const spartan = device("xc7s15");
const combinations: { folds: readonly Fold[] }[] = [...foldNames.map((fold) => [fold]), foldNames].map((folds) => ({
  folds,
}));

describe("accelerators of folded networks", () => {
  it.each(combinations)(
    "equal the interpreter with random lanes, own and shared, in the counted cycles: $folds",
    ({ folds }) => {
      for (const [index, shared] of [false, true, true].entries()) {
        const seed = 40 + 3 * folds.length + index;
        const { model, graph, random } = randomCase(seed, { heads: 1, layers: 1 + (index % 2), dModel: 6, folds });
        const mode = index === 2 ? "sample" : "window";
        const choices = randomChoices(graph, random, mode, shared);
        const cycles = countCycles(graph, deriveParameters(graph, model, choices, "any"), choices);
        const accelerator = buildAccelerator(model, choices, "any");
        const windows = randomWindows(model, 13, seed);
        const result = simulateAccelerator(model, { mode, ...cycles }, accelerator, windows);
        expect(result.mismatches).toBe(0);
        expect(result.cyclesPerInference).toBe(cycles.cyclesPerInference);
        expect(result.initiationInterval).toBe(cycles.initiationInterval);
        const paused = simulateAccelerator(model, { mode, ...cycles }, accelerator, windows, {
          stalls: 0.5,
          seed,
          checks: true,
        });
        expect(paused.mismatches).toBe(0);
      }
    },
  );

  it("take fewer cycles than those of the network as it is, and as many as planned", () => {
    const planOf = (folds: readonly Fold[]) => {
      const architecture = defineArchitecture({ window: 24, dModel: 16, folds });
      const model = randomIntegerModel(architecture, definePrecision({ bits: 4 }), 1);
      return { model, plan: planAccelerator(model, { device: spartan }) };
    };
    const whole = planOf([]).plan.cyclesPerInference;
    const { model, plan } = planOf(foldNames);
    expect(plan.cyclesPerInference).toBeLessThan(0.8 * whole);
    // What the device has left goes to the head's second half, for which the forecast waits.
    expect(headLanes(plan)).toBe(8);
    const result = simulateAccelerator(model, plan, buildAccelerator(model, plan), randomWindows(model, 13, 2));
    expect(result).toMatchObject({ mismatches: 0, cyclesPerInference: plan.cyclesPerInference });
    expect(result.initiationInterval).toBe(plan.initiationInterval);
  });
});
