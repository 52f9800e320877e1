import { expect, it } from "vitest";
import { floatDefaults, plannedEpochs } from "./options.js";

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
