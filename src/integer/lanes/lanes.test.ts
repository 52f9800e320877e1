import { describe, expect, it } from "vitest";
import { type ArchitectureOptions, codeRange, defineArchitecture, definePrecision } from "../../model/index.js";
import { createInterpreter } from "../interpreter.js";
import type { IntegerLinear, IntegerModel, IntegerResidual } from "../model.js";
import { mutate, mutations, randomIntegerModel, randomWindows, referenceRun } from "../testing/index.js";

type Shape = [ArchitectureOptions, Parameters<typeof definePrecision>[0]];

// Odd windows, features that fill no register, heads of odd width, every way through the kernels: shared weights and keys (up to 4
// bits), 32-bit and 64-bit requantisation (8 bits), wide samples, chunks of shared sums (long rows).
const shapes: Shape[] = [
  [{ window: 24, dModel: 16 }, {}],
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
    { window: 9, dModel: 5, targets: 3 },
    { weights: 8, activations: 2, overrides: { "layers.0.hidden": 7 } },
  ],
  [
    { window: 7, dModel: 15, heads: 5, inputs: 5, targets: 5, horizon: 3 },
    { bits: 5, forecast: 9 },
  ],
  [
    { window: 11, dModel: 20, heads: 2, feedForward: 150, persistence: [0] },
    { weights: 4, activations: 6, scores: 6 },
  ],
  [
    { window: 3, dModel: 48, heads: 1, layers: 2, feedForward: 200 },
    { weights: 3, activations: 4, samples: 10 },
  ],
  [
    { window: 10, dModel: 8, inputs: 4, targets: 1 },
    { weights: 2, activations: 8, exponentials: 5 },
  ],
  [
    { window: 6, dModel: 12, heads: 4, layers: 3 },
    { bits: 7, overrides: { "layers.1.query": 3, "layers.1.key": 2 } },
  ],
  [
    { window: 67, dModel: 3, inputs: 7, targets: 2, horizon: 5 },
    { bits: 6, samples: 2 },
  ],
  [{ window: 24, dModel: 16, folds: ["value", "query", "tail"] }, { bits: 4 }],
  [{ window: 9, dModel: 7, layers: 2, folds: ["value"] }, { bits: 8 }],
  [{ window: 5, dModel: 9, layers: 2, feedForward: 11, inputs: 2, folds: ["query"] }, { bits: 3 }],
  [{ window: 6, dModel: 12, heads: 4, layers: 2, horizon: 3, folds: ["tail"] }, { bits: 6 }],
  [{ window: 7, dModel: 10, heads: 2 }, { scales: "power-of-two" }],
  [
    { window: 5, dModel: 24, inputs: 3 },
    { bits: 8, samples: 16, scales: "power-of-two" },
  ],
];

const models = new Map(
  shapes.map(([shape, bits], index) => [
    `${JSON.stringify(shape)} ${JSON.stringify(bits)}`,
    randomIntegerModel(defineArchitecture(shape), definePrecision(bits), index + 1),
  ]),
);

/** Forecasts by the readable operators, window by window. */
function readable(model: IntegerModel, codes: Int32Array): number[] {
  const interpreter = createInterpreter(model);
  const length = model.architecture.window * model.architecture.inputs;
  return Array.from({ length: codes.length / length }, (_, window) =>
    Array.from(interpreter.trace(codes.subarray(window * length, (window + 1) * length)).tensors.get("forecast") ?? []),
  ).flat();
}

/** Windows that stand at the ends of the range, alternate between them, or step from one to the other. */
function extremeWindows({ architecture, precision }: IntegerModel): Int32Array {
  const { lo, hi } = codeRange(precision.samples, false);
  const length = architecture.window * architecture.inputs;
  const patterns = [
    () => lo,
    () => hi,
    () => 0,
    (i: number) => (i % 2 ? lo : hi),
    (i: number) => (2 * i < length ? hi : lo),
  ];
  return Int32Array.from(patterns.flatMap((pattern) => Array.from({ length }, (_, index) => pattern(index))));
}

function changed<D extends IntegerLinear | IntegerResidual>(model: IntegerModel, name: string, change: (data: D) => D) {
  const data = model.operators.get(name);
  if (!data) throw new Error(`no operator "${name}"`);
  return { ...model, operators: new Map(model.operators).set(name, change(data as D)) };
}

describe("the kernels", () => {
  it.each([...models])("equal the readable operators and the reference on %s", (_, model) => {
    const length = model.architecture.window * model.architecture.inputs;
    const codes = Int32Array.from([...extremeWindows(model), ...randomWindows(model, 30, 5)]);
    const interpreter = createInterpreter(model);
    expect(interpreter.readable).toEqual([]);
    const forecasts = Array.from(interpreter.run(codes));
    expect(forecasts).toEqual(readable(model, codes));
    // A last block that is not full, and the same lanes used again.
    expect(Array.from(interpreter.run(codes.subarray(0, 3 * length)))).toEqual(
      [0, 1, 2].flatMap((window) => referenceRun(model, codes.subarray(window * length, (window + 1) * length))),
    );
    expect(Array.from(interpreter.run(codes))).toEqual(forecasts);
  });

  it("make the same mistakes as the readable operators on models with a mistake in them", () => {
    const model = [...models.values()][2];
    if (!model) throw new Error("no model");
    const codes = randomWindows(model, 24, 8);
    for (const which of mutations) {
      const mutant = mutate(model, which, 1);
      expect(Array.from(createInterpreter(mutant).run(codes)), which).toEqual(readable(mutant, codes));
    }
  });

  it.each([...models].slice(0, 5))("leave what is beyond 32 bits to the readable operators, %s", (_, model) => {
    // A bias of 2^36 that the residual behind it takes away again: the same forecast by way of far wider numbers.
    const far = 2 ** 36;
    const wider = changed<IntegerLinear>(model, "layers.0.linear2", (data) => ({
      ...data,
      bias: data.bias.map((bias) => bias + far),
      accumulators: data.accumulators.map(({ lo, hi }) => ({ lo: lo + far, hi: hi + far })),
    }));
    const same = changed<IntegerResidual>(wider, "layers.0.norm2", (data) => ({
      ...data,
      constants: data.constants.map((constant, c) => constant - far * (data.coefficients[1]?.[c] ?? 0)),
    }));
    const codes = randomWindows(model, 9, 2);
    const interpreter = createInterpreter(same);
    expect(interpreter.readable).toEqual(["layers.0.linear2", "layers.0.norm2"]);
    expect(interpreter.run(codes)).toEqual(createInterpreter(model).run(codes));
  });
});
