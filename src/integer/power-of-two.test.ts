import { describe, expect, it } from "vitest";
import { buildGraph, defineArchitecture, definePrecision } from "../model/index.js";
import {
  checkIntegerModel,
  createInterpreter,
  type IntegerModel,
  parseIntegerModel,
  pureShifts,
  type Requantiser,
  requantise,
  serialiseIntegerModel,
  standInModel,
  toIntegerModel,
} from "./index.js";
import { nearestShifts, shiftsAlone } from "./power-of-two.js";
import { randomIntegerModel, randomQuantisedParameters, randomWindows, referenceRun } from "./testing/index.js";

const shapes = [
  [defineArchitecture({ window: 7, dModel: 8 }), { bits: 4 }],
  [defineArchitecture({ window: 5, dModel: 6, heads: 2, layers: 2, inputs: 2, targets: 2 }), { bits: 8, samples: 16 }],
  [defineArchitecture({ window: 6, dModel: 6, folds: ["value", "query", "tail"] }), { bits: 3, scores: 5 }],
] as const;

function requantisers(model: IntegerModel): Requantiser[] {
  return [...model.operators.values()].flatMap((data) => {
    if (data.kind === "attention") return [data.score];
    return data.kind === "linear" && data.requantiser ? [data.requantiser] : [];
  });
}

describe("power-of-two scales", () => {
  it.each(shapes)("leave shifts alone to every requantiser (%#)", (architecture, bits) => {
    const model = randomIntegerModel(architecture, definePrecision({ ...bits, scales: "power-of-two" }), 7);
    expect(requantisers(model).length).toBeGreaterThan(3);
    for (const by of requantisers(model)) {
      const shifts = pureShifts(by) ?? [];
      expect(shifts).toHaveLength(by.multipliers.length);
      expect(by.shift === 1 || Math.min(...by.multipliers) === 1).toBe(true);
      for (let row = 0; row < by.multipliers.length; row++) {
        const k = shifts[row] ?? Number.NaN;
        const half = k > 0 ? 2 ** (k - 1) : 0;
        for (const acc of [0, 1, -1, 5, -7, 100, -1001, half, -half, 3 * half]) {
          const shifted = by.zero + Math.floor((acc + half) / 2 ** k);
          expect(requantise(acc, row, by)).toBe(Math.min(by.hi, Math.max(by.lo, shifted)));
        }
      }
    }
    const windows = randomWindows(model, 40, 3);
    const length = architecture.window * architecture.inputs;
    const expected = Array.from({ length: 40 }, (_, window) =>
      referenceRun(model, windows.subarray(window * length, (window + 1) * length)),
    );
    expect(Array.from(createInterpreter(model).run(windows))).toEqual(expected.flat());
  });

  it("are kept in the file, and asked of its numbers", () => {
    const model = randomIntegerModel(shapes[0][0], definePrecision({ scales: "power-of-two" }), 1);
    const text = serialiseIntegerModel(model);
    expect(parseIntegerModel(text, "model.json")).toEqual(model);
    const name = "layers.0.linear1";
    const data = model.operators.get(name);
    if (data?.kind !== "linear" || !data.requantiser) throw new Error("no requantiser");
    const requantiser = { ...data.requantiser, multipliers: [3] };
    const operators = new Map(model.operators).set(name, { ...data, requantiser });
    expect(() => checkIntegerModel({ ...model, operators })).toThrow("no power of two");
    expect(() => checkIntegerModel({ ...model, operators, precision: definePrecision() })).not.toThrow();
  });

  it("are refused of parameters that were trained without", () => {
    const precision = definePrecision({ scales: "power-of-two" });
    const free = randomQuantisedParameters(buildGraph(shapes[0][0], definePrecision()), 3);
    const ends = { samples: [{ column: "x", gain: 1, offset: 0 }], forecast: [{ column: "x", gain: 1, offset: 0 }] };
    expect(() => toIntegerModel(buildGraph(shapes[0][0], precision), free, ends)).toThrow("no power of two");
  });

  it("stand in for trained ones where hardware is planned ahead", () => {
    const model = standInModel(shapes[0][0], definePrecision({ scales: "power-of-two" }));
    expect(() => checkIntegerModel(model)).not.toThrow();
    for (const by of requantisers(model)) expect(pureShifts(by)).not.toBeNull();
    expect(requantisers(standInModel(shapes[0][0], definePrecision())).some((by) => pureShifts(by) === null)).toBe(
      true,
    );
  });
});

describe("shifts", () => {
  it("are the nearest in the logarithm, within what one shift and the multipliers reach", () => {
    expect(nearestShifts([0.25, 0.2, 0.17, 0.36], 12)).toEqual([2, 2, 3, 1]);
    expect(nearestShifts([0.25, 1e-9], 12)).toEqual([2, 13]);
    expect(nearestShifts([1e-20], 12)).toEqual([40]);
    expect(nearestShifts([5, 1e9], 12)).toEqual([-2, -10]);
    for (const factors of [[0.25, 1e-9], [5, 1e9], [1e-20], [1, 0.5]]) {
      const shifts = nearestShifts(factors, 12);
      const exact = shifts.map((shift) => 2 ** -shift);
      expect(pureShifts({ ...shiftsAlone(exact, 12, "any") })).toEqual(exact.length > 1 ? shifts : [shifts[0]]);
    }
  });

  it("take the rounding of scales to single precision for what it is, and nothing else", () => {
    expect(shiftsAlone([0.25 * (1 + 2e-7), 0.125], 12, "any")).toEqual({ multipliers: [2, 1], shift: 3 });
    expect(shiftsAlone([0.5, 0.5], 12, "any")).toEqual({ multipliers: [1], shift: 1 });
    expect(shiftsAlone([2], 12, "any")).toEqual({ multipliers: [4], shift: 1 });
    expect(() => shiftsAlone([0.3], 12, "any")).toThrow("which is no power of two");
    expect(() => shiftsAlone([0.5, 2 ** -14], 12, "any")).toThrow("too far apart");
    expect(() => shiftsAlone([2 ** -41], 12, "any")).toThrow("by 41 to 41 bits");
  });

  it("are told from multipliers", () => {
    expect(pureShifts({ multipliers: [1, 4, 2], shift: 6 })).toEqual([6, 4, 5]);
    expect(pureShifts({ multipliers: [1, 3], shift: 6 })).toBeNull();
    expect(pureShifts({ multipliers: [0], shift: 6 })).toBeNull();
  });
});
