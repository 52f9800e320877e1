import { describe, expect, it } from "vitest";
import { buildGraph, defineArchitecture, definePrecision, type QuantisedParameters } from "../../model/index.js";
import { conversions, createInterpreter, decodeForecast, encodeSamples, toIntegerModel } from "../index.js";
import { randomIntegerModel, randomQuantisedParameters, randomWindows } from "../testing/index.js";
import { contextShift, exponentialTable } from "./attention.js";

const architecture = defineArchitecture({ window: 4, dModel: 4, heads: 2 });
const precision = definePrecision();
const graph = buildGraph(architecture, precision);
const quantised = randomQuantisedParameters(graph, 3);
const ends = {
  samples: [{ column: "flow", gain: 2, offset: 0 }],
  forecast: [{ column: "flow", gain: 3, offset: 0 }],
};

function convert(change: Partial<QuantisedParameters>) {
  return () => toIntegerModel(graph, { ...quantised, ...change }, ends);
}

describe("conversion", () => {
  it("follows the contract's formulas, checked on a residual worked out here", () => {
    const model = toIntegerModel(graph, quantised, ends);
    const norm = model.operators.get("layers.0.norm1");
    if (norm?.kind !== "residual") throw new Error("no residual");
    const value = (name: string) => quantised.parameters.get(`layers.0.norm1.${name}`)?.data[2] ?? Number.NaN;
    const gain = value("weight") / Math.sqrt(value("running_var") + 1e-5);
    const scale = (name: string) => quantised.activations.get(name)?.scale ?? Number.NaN;
    const factor = (gain * scale("embedded")) / scale("layers.0.norm1");
    expect(norm.coefficients[0]?.[2]).toBe(Math.sign(factor) * Math.round(Math.abs(factor) * 2 ** norm.shift));
    const largest = Math.max(...norm.coefficients.flat().map(Math.abs));
    expect(largest).toBeLessThan(2 ** 12);
    expect(largest).toBeGreaterThanOrEqual(2 ** 11 - 1); // one more bit of shift would not fit
  });

  it("makes the table and the context's shift as documented", () => {
    const table = exponentialTable(4, 8, 0.25);
    expect(table).toHaveLength(16);
    expect(table.slice(0, 4)).toEqual([255, 199, 155, 120]); // 255 e^(-i/4)
    expect(contextShift(24, 8, 4)).toBe(16 + 4); // bits(24 * 255 * 7 = 42840) + 4
  });

  it("stays near the real-valued network: the context within a code of softmax attention", () => {
    const model = toIntegerModel(graph, quantised, ends);
    const { tensors, attention } = createInterpreter(model).trace(randomWindows(model, 1, 4));
    const internals = attention.get("layers.0.self_attn");
    const data = model.operators.get("layers.0.self_attn");
    if (!internals || data?.kind !== "attention") throw new Error("no attention");
    const [value, context] = ["layers.0.value", "layers.0.context"].map(
      (name) => quantised.activations.get(name)?.scale ?? 0,
    );
    internals.weighted.forEach((sum, index) => {
      const row = Math.floor(index / 2); // [head][query][2 features]
      const feature = Math.floor(row / 4) * 2 + (index % 2);
      const exact = data.zero + ((value ?? 0) / (context ?? 1)) * (sum / (internals.sums[row] ?? 1));
      const code = tensors.get("layers.0.context")?.[(row % 4) * 4 + feature] ?? Number.NaN;
      expect(Math.abs(Math.min(Math.max(exact, data.lo), data.hi) - code)).toBeLessThan(0.5 + 2 ** -4);
    });
  });

  it("refuses quantisers that mean nothing", () => {
    const activation = (name: string, quantiser: { scale: number; zeroPoint: number }) =>
      convert({ activations: new Map(quantised.activations).set(name, quantiser) });
    expect(activation("embedded", { scale: 0, zeroPoint: 0 })).toThrow('The scale of "embedded" is 0');
    expect(activation("embedded", { scale: Number.NaN, zeroPoint: 0 })).toThrow("NaN");
    expect(activation("embedded", { scale: 1, zeroPoint: 8 })).toThrow("whole number from -8 to 7");
    expect(activation("embedded", { scale: 1, zeroPoint: 0.5 })).toThrow("0.5");
    expect(activation("layers.0.query", { scale: 1, zeroPoint: 1 })).toThrow("it must be 0");
    expect(activation("layers.0.hidden", { scale: 1, zeroPoint: 0 })).toThrow("it must be -8");
    expect(activation("embedded", { scale: 1e-9, zeroPoint: 0 })).toThrow("12-bit multiplier");
    expect(convert({ activations: new Map([...quantised.activations].slice(0, 3)) })).toThrow("has no quantiser");
    expect(convert({ scores: new Map() })).toThrow("self_attn.scores");
    expect(convert({ weights: new Map() })).toThrow('"embed.weight" has 0 scales');
    const scales = quantised.weights.get("embed.weight")?.slice() ?? new Float32Array();
    scales[1] = -1;
    expect(convert({ weights: new Map(quantised.weights).set("embed.weight", scales) })).toThrow("embed.weight[1]");
    scales[1] = 1e-30;
    expect(convert({ weights: new Map(quantised.weights).set("embed.weight", scales) })).toThrow("2^53");
  });

  it("refuses parameters that are missing, misshapen or not finite", () => {
    const parameter = (name: string, data: Float32Array) =>
      convert({ parameters: new Map(quantised.parameters).set(name, { shape: [data.length], data }) });
    expect(parameter("head.bias", Float32Array.of(Number.POSITIVE_INFINITY))).toThrow("holds Infinity at position 0");
    expect(parameter("head.bias", Float32Array.of(1, 2))).toThrow("has 2 values");
    expect(convert({ parameters: new Map() })).toThrow('The parameter "embed.weight" is missing');
  });
});

describe("samples and forecast", () => {
  const scaling = { column: "flow", mean: 50, deviation: 20 };
  const window = { scale: 0.01, zeroPoint: -7 };
  const both = conversions(graph, { inputs: [scaling], targets: [scaling] }, window, window);
  const model = { ...randomIntegerModel(architecture, precision, 1), ...both };

  it("gives the code of the standardised value, rounded half away from zero and clamped", () => {
    expect(Array.from(encodeSamples(model, [50, 70, 30, 1e9, -1e9, 50.1, 49.9]))).toEqual([
      -7, 93, -107, 2047, -2048, -7, -8,
    ]);
    expect(decodeForecast(model, [-7, 93])).toEqual(Float64Array.of(50, 70));
  });

  it("refuses values that are not finite, incomplete rows and columns that cannot be scaled", () => {
    expect(() => encodeSamples(model, [1, Number.NaN])).toThrow('Column "flow" holds NaN at row 1');
    const two = { ...model, samples: [...model.samples, ...model.samples] };
    expect(() => encodeSamples(two, [1, 2, 3])).toThrow("whole rows");
    const flat = { ...scaling, deviation: 0 };
    expect(() => conversions(graph, { inputs: [flat], targets: [scaling] }, window, window)).toThrow("gain Infinity");
    expect(() => conversions(graph, { inputs: [], targets: [scaling] }, window, window)).toThrow("0 inputs");
  });
});
