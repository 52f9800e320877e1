import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { buildGraph, defineArchitecture, definePrecision, readParameters } from "../src/model/index.js";
import { forward } from "../src/training/index.js";

const file = (name: string) => new URL(`pytorch/${name}`, import.meta.url);

it("what is compared was made by the example as it is", () => {
  const example = readFileSync(new URL("../examples/pytorch/forecaster.py", import.meta.url));
  const made = JSON.parse(readFileSync(file("forecaster.json"), "utf8"));
  // Where this fails: run test/pytorch/forecaster.py, which says how.
  expect(made["sha256 of forecaster.py"]).toBe(createHash("sha256").update(example).digest("hex"));
});

it("a model that the PyTorch example exported computes here what it computes there", () => {
  const made = JSON.parse(readFileSync(file("forecaster.json"), "utf8"));
  const { window, inputs, targets, horizon, heads, layers, persistence } = made;
  const graph = buildGraph(
    defineArchitecture({
      window,
      inputs,
      targets,
      horizon,
      heads,
      layers,
      persistence,
      dModel: made.d_model,
      feedForward: made.feed_forward,
    }),
    definePrecision({ bits: 4 }),
  );
  const parameters = readParameters(readFileSync(file("forecaster.safetensors")), graph, "forecaster.safetensors");
  const windows = Float32Array.from(made.windows);
  const size = window * inputs;
  const forecasts = forward(graph, parameters, {
    count: windows.length / size,
    gather(indices, x) {
      for (let row = 0; row < indices.length; row++) {
        const start = (indices[row] ?? 0) * size;
        x.set(windows.subarray(start, start + size), row * size);
      }
    },
  });
  expect(forecasts.length).toBe(made.forecasts.length);
  const differences = made.forecasts.map((wanted: number, index: number) =>
    Math.abs((forecasts[index] ?? Number.NaN) - wanted),
  );
  expect(Math.max(...differences)).toBeLessThan(1e-5);
});
