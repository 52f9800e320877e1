import { describe, expect, it } from "vitest";
import { randomWindows } from "../../../integer/testing/index.js";
import { buildAccelerator } from "../../assemble.js";
import { countCycles } from "../../cycles.js";
import { deriveParameters } from "../../parameters.js";
import { simulateAccelerator } from "../../simulate.js";
import { randomCase } from "../../testing/operator-check.js";
import { randomChoices } from "../../testing/random-choices.js";

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
      const windows = randomWindows(model, 8, seed);
      const result = simulateAccelerator(model, { mode: "window", ...cycles }, accelerator, windows, { checks: true });
      expect(result.mismatches).toBe(0);
      expect(result.cyclesPerInference).toBe(cycles.cyclesPerInference);
      expect(result.initiationInterval).toBe(cycles.initiationInterval);
      const options = { stalls: 0.5, seed, checks: true };
      const stalled = simulateAccelerator(model, { mode: "window", ...cycles }, accelerator, windows, options);
      expect(stalled.mismatches).toBe(0);
    },
  );
});
