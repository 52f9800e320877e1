import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ArchitectureOptions, defineArchitecture, definePrecision, outputs } from "../model/index.js";
import { createInterpreter } from "./interpreter.js";
import { tensorIntervals } from "./intervals.js";
import type { IntegerModel } from "./model.js";
import { randomIntegerModel, randomWindows, referenceTensors } from "./testing/index.js";

const shapes: [ArchitectureOptions, Parameters<typeof definePrecision>[0]][] = [
  [{ window: 7, dModel: 8 }, {}],
  [
    { window: 2, dModel: 2, feedForward: 3 },
    { bits: 2, samples: 4, forecast: 5 },
  ],
  [
    { window: 5, dModel: 6, heads: 3, layers: 2, inputs: 3, targets: 2, horizon: 2 },
    { bits: 8, samples: 16 },
  ],
  [
    { window: 4, dModel: 4, heads: 4, inputs: 2, skip: false, persistence: null },
    { bits: 3, scores: 4, exponentials: 4 },
  ],
  [
    { window: 9, dModel: 5, inputs: 1, targets: 3 },
    { weights: 8, activations: 2, overrides: { "layers.0.hidden": 7 } },
  ],
  [{ window: 6, dModel: 6, layers: 2, folds: ["value", "query", "tail"] }, { bits: 4 }],
  [{ window: 5, dModel: 6, heads: 2, inputs: 2, targets: 2, folds: ["tail"] }, { bits: 5 }],
  [
    { window: 6, dModel: 8, heads: 2 },
    { bits: 5, scales: "power-of-two" },
  ],
];

// A few of each shape: drawing a model that is alive takes longer than comparing it.
const models = fc.constantFrom(
  ...shapes.flatMap(([shape, bits]) =>
    [1, 2].map((seed) => randomIntegerModel(defineArchitecture(shape), definePrecision(bits), seed)),
  ),
);

function windowLength({ architecture }: IntegerModel): number {
  return architecture.window * architecture.inputs;
}

describe("the interpreter", () => {
  it("equals the reference in unlimited integers, tensor by tensor, on every shape", () => {
    fc.assert(
      fc.property(models, fc.nat(1_000_000), (model, seed) => {
        const codes = randomWindows(model, 2, seed);
        const interpreter = createInterpreter(model);
        const window = codes.subarray(0, windowLength(model));
        const { tensors } = interpreter.trace(window);
        for (const [name, expected] of referenceTensors(model, window)) {
          expect(Array.from(tensors.get(name) ?? []), name).toEqual(expected.map(Number));
        }
        const second = [...referenceTensors(model, codes.subarray(windowLength(model))).values()].at(-1);
        const width = outputs(model.architecture);
        expect(Array.from(interpreter.run(codes).subarray(width))).toEqual(second?.map(Number));
      }),
      { numRuns: 25 },
    );
  });

  it("keeps every tensor within its proven interval", () => {
    fc.assert(
      fc.property(models, fc.nat(1_000_000), (model, seed) => {
        const interpreter = createInterpreter(model);
        const intervals = tensorIntervals(interpreter.graph, model);
        const { tensors } = interpreter.trace(randomWindows(model, 1, seed));
        for (const [name, data] of tensors) {
          const features = intervals.get(name) ?? [];
          data.forEach((value, index) => {
            const { lo, hi } = features[index % features.length] ?? { lo: 0, hi: -1 };
            expect(value >= lo && value <= hi, `${name}[${index}] = ${value}`).toBe(true);
          });
        }
      }),
      { numRuns: 15 },
    );
  });

  it("runs windows of a long series where they lie, and keeps nothing from one window to the next", () => {
    const model = randomIntegerModel(defineArchitecture({ window: 5, dModel: 4, inputs: 2 }), definePrecision(), 3);
    const interpreter = createInterpreter(model);
    const series = randomWindows(model, 4, 9);
    const starts = [0, 7, 3, 15, 3];
    const windows = starts.flatMap((start) => Array.from(series.subarray(start * 2, (start + 5) * 2)));
    const together = interpreter.run(Int16Array.from(windows));
    expect(interpreter.runAt(series, starts)).toEqual(together);
    starts.forEach((_, index) => {
      const alone = createInterpreter(model).run(Int32Array.from(windows.slice(index * 10, (index + 1) * 10)));
      expect(together.subarray(index, index + 1)).toEqual(alone);
    });
    expect(interpreter.run(new Int32Array(0))).toHaveLength(0);
  });

  it("refuses incomplete windows and codes that no sample has", () => {
    const model = randomIntegerModel(defineArchitecture({ window: 5, dModel: 4, inputs: 2 }), definePrecision(), 3);
    const interpreter = createInterpreter(model);
    expect(() => interpreter.run(new Int32Array(11))).toThrow("not whole windows of 10");
    expect(() => interpreter.run(new Int32Array(10).fill(2048))).toThrow("outside of -2048 .. 2047");
    expect(() => interpreter.runAt(new Int32Array(20), [6])).toThrow("not within 20");
    expect(() => interpreter.runAt(new Int32Array(20), [-1])).toThrow("not within 20");
    expect(() => interpreter.trace(new Int32Array(20))).toThrow("one window");
  });
});
