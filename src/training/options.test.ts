import { expect, it } from "vitest";
import { checkOptions, floatDefaults, plannedEpochs, quantisedDefaults } from "./options.js";

it("plans fewer epochs for long recordings, unless they were asked for", () => {
  const epochs = (windows: number, options = {}) =>
    plannedEpochs({ ...floatDefaults, ...options }, floatDefaults, windows, 64);
  expect(epochs(6400)).toBe(100);
  expect(epochs(500)).toBe(100);
  expect(epochs(25_600)).toBe(25);
  expect(epochs(10_000_000)).toBe(10);
  expect(epochs(25_600, { epochs: 300 })).toBe(300);
  expect(epochs(25_600, { epochs: 3 })).toBe(3);
});

it("refuses options that cannot be, and names them", () => {
  expect(() => checkOptions(floatDefaults)).not.toThrow();
  expect(() => checkOptions(quantisedDefaults)).not.toThrow();
  for (const wrong of [
    { learningRate: Number.NaN },
    { learningRate: -1 },
    { batch: 1.5 },
    { epochs: "40" },
    { distillation: 1.1 },
    { schedule: "linear" },
    { norm: 0 },
    { weightScales: undefined },
  ]) {
    const [key] = Object.keys(wrong);
    expect(() => checkOptions({ ...quantisedDefaults, ...wrong })).toThrow(
      expect.objectContaining({ kind: "usage", where: { key }, message: expect.stringContaining(key ?? "") }),
    );
  }
});
