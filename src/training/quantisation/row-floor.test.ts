import { describe, expect, it } from "vitest";
import { buildGraph, defineArchitecture, definePrecision } from "../../model/index.js";
import { flooredWeights, raiseSmallScales } from "./row-floor.js";

describe("least scales of rows", () => {
  it("are a sixteenth of the largest; what is above stays", () => {
    const scales = Float32Array.of(0.001, 0.5, 0.8, 0.05, 0.049);
    raiseSmallScales(scales);
    expect([...scales]).toEqual([...Float32Array.of(0.05, 0.5, 0.8, 0.05, 0.05)]);
  });

  it("are for what is requantised with free scales", () => {
    const architecture = defineArchitecture({ window: 6, dModel: 4 });
    const floored = flooredWeights(buildGraph(architecture, definePrecision()));
    expect(floored.has("embed.weight")).toBe(true);
    expect(floored.has("layers.0.linear1.weight")).toBe(true);
    // Sums that no requantiser makes codes of.
    expect([floored.has("head.weight"), floored.has("skip.weight")]).toEqual([false, false]);
    expect(flooredWeights(buildGraph(architecture, definePrecision({ scales: "power-of-two" }))).size).toBe(0);
  });
});
