import { describe, expect, it } from "vitest";
import { createInterpreter, type IntegerModel } from "../../integer/index.js";
import { randomIntegerModel, randomWindows } from "../../integer/testing/index.js";
import { defineArchitecture, definePrecision } from "../../model/index.js";
import { evaluateCodes } from "./evaluate.js";

const cases = [
  [defineArchitecture({ window: 6, dModel: 8 }), definePrecision({ bits: 4 })],
  [
    defineArchitecture({ window: 5, dModel: 6, heads: 2, inputs: 3, targets: 2, horizon: 2 }),
    definePrecision({ bits: 8 }),
  ],
  [defineArchitecture({ window: 7, dModel: 8, heads: 2, layers: 2, skip: false }), definePrecision({ bits: 3 })],
  [
    defineArchitecture({ window: 6, dModel: 6, layers: 2, horizon: 2, folds: ["value", "query", "tail"] }),
    definePrecision({ bits: 5 }),
  ],
  [defineArchitecture({ window: 6, dModel: 8, heads: 2 }), definePrecision({ bits: 6, scales: "power-of-two" })],
] as const;

describe("evaluateCodes", () => {
  for (const [index, [architecture, precision]] of cases.entries()) {
    const { dModel, heads, layers, folds } = architecture;
    it(`equals the interpreter: d ${dModel}, ${heads} heads, ${layers} layers, ${precision.weights} bits, ${precision.scales} scales, ${folds.length} folds`, () => {
      const model = randomIntegerModel(architecture, precision, index + 1);
      const windows = randomWindows(model, 200, 5);
      expect(evaluateCodes(model, windows)).toEqual(createInterpreter(model).run(windows));
    });
  }

  it("notices other exp codes", () => {
    const [architecture, precision] = cases[0];
    const model = randomIntegerModel(architecture, precision, 1);
    const windows = randomWindows(model, 200, 5);
    const name = "layers.0.self_attn";
    const attention = model.operators.get(name);
    if (attention?.kind !== "attention") throw new Error("no attention");
    const table = attention.table.map((entry, i) => (i === 0 ? entry : entry >> 1));
    const changed: IntegerModel = { ...model, operators: new Map(model.operators).set(name, { ...attention, table }) };
    expect(evaluateCodes(changed, windows)).not.toEqual(createInterpreter(model).run(windows));
  });

  it("refuses a part of a window", () => {
    const [architecture, precision] = cases[0];
    expect(() => evaluateCodes(randomIntegerModel(architecture, precision, 1), [1, 2, 3])).toThrow(RangeError);
  });
});
