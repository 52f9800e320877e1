import { describe, expect, it } from "vitest";
import { buildGraph, defineArchitecture, definePrecision } from "../../model/index.js";
import { Engine } from "../engine/engine.js";
import { allTargets } from "../forward.js";
import { initialise } from "../initialise.js";
import { quantisedDefaults } from "../options.js";
import { oscillation } from "../testing/source.js";
import { calibrate } from "./calibrate.js";
import { quantisedParameters } from "./parameters.js";
import { thin } from "./seen-values.js";

const graph = buildGraph(defineArchitecture({ window: 8, dModel: 8, heads: 2 }), definePrecision({ bits: 4 }));
const source = oscillation(100, 8, 1);
const engine = new Engine(graph, 32);
engine.load(initialise(graph, 5));
calibrate(engine, source, quantisedDefaults);
const { activations, scores, weights, parameters } = quantisedParameters(engine);

describe("calibrate", () => {
  it("gives every code tensor a range that holds 0, with zero points as the contract has them", () => {
    const codes = [...graph.tensors.values()].filter(({ kind }) => kind === "code");
    expect([...activations.keys()].sort()).toEqual(codes.map(({ name }) => name).sort());
    for (const { name, bits, symmetric, relu } of codes) {
      const quantiser = activations.get(name);
      const half = 2 ** ((bits ?? 0) - 1);
      expect(quantiser?.scale, name).toBeGreaterThan(0);
      expect(Number.isInteger(quantiser?.zeroPoint), name).toBe(true);
      if (symmetric) expect(quantiser?.zeroPoint, name).toBe(0);
      else if (relu) expect(quantiser?.zeroPoint, name).toBe(-half);
      else expect(Math.abs((quantiser?.zeroPoint ?? Number.NaN) + 0.5), name).toBeLessThanOrEqual(half);
    }
    expect([...scores.keys()]).toEqual(["layers.0.self_attn"]);
  });

  it("looks at all features alike, whatever the shape", () => {
    for (const features of [4, 16, 48, 64, 128]) {
      const shape = { windows: 64, tokens: 24 };
      const values = Float32Array.from({ length: shape.windows * shape.tokens * features }, (_, at) => at % features);
      const seen = new Map<number, number>();
      for (const feature of thin(values, 512)) seen.set(feature, (seen.get(feature) ?? 0) + 1);
      const counts = [...seen.values()];
      expect(seen.size, `${features} features`).toBe(features);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(Math.max(2, 512 / features / 4));
    }
  });

  it("lets the forecast reach every target", () => {
    const { scale = 0, zeroPoint = 0 } = activations.get("forecast") ?? {};
    for (const target of allTargets(graph, source)) {
      expect(Math.abs(target / scale + zeroPoint)).toBeLessThan(2 ** 15);
    }
  });

  it("chooses the scale of a row that errs less than the one that clips nothing", () => {
    const name = "layers.0.linear1.weight";
    const data = parameters.get(name)?.data ?? new Float32Array(0);
    const scales = weights.get(name) ?? new Float32Array(0);
    const columns = data.length / scales.length;
    const error = (row: Float32Array, scale: number) =>
      row.reduce((sum, w) => sum + (scale * Math.min(7, Math.max(-7, Math.round(w / scale))) - w) ** 2, 0);
    for (const [index, scale] of scales.entries()) {
      const row = data.subarray(index * columns, (index + 1) * columns);
      const widest = Math.max(...row.map(Math.abs)) / 7;
      expect(error(row, scale)).toBeLessThanOrEqual(error(row, widest) + 1e-6);
    }
  });
});
