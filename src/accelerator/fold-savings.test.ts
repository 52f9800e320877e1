import { expect, it } from "vitest";
import { defineArchitecture, definePrecision } from "../model/index.js";
import { device } from "./devices.js";
import { compareFolds } from "./fold-savings.js";

const spartan = device("xc7s15");

it("says what each fold saves: multiplications of a token, and cycles as planned", () => {
  const precision = definePrecision({ bits: 4, overrides: { "layers.0.linear2.weight": 3 } });
  const rows = compareFolds(defineArchitecture({ window: 12, dModel: 8, folds: ["tail"] }), precision, {
    device: spartan,
  });
  expect(rows.map(({ folds }) => folds.join("+"))).toEqual(["", "value", "query", "tail", "value+query+tail"]);
  const saved = rows.map((row) => (rows[0]?.multiplications.perToken ?? 0) - row.multiplications.perToken);
  expect(saved).toEqual([0, 64, 64, 256, 384]);
  const cycles = rows.map(({ plan }) => plan?.cyclesPerInference ?? Number.NaN);
  expect(cycles.every((count) => count > 0)).toBe(true);
  expect(cycles.at(-1)).toBeLessThan(cycles[0] ?? 0);
});

it("leaves out what several heads cannot have, and says what does not fit", () => {
  const architecture = defineArchitecture({ window: 6, dModel: 8, heads: 2 });
  const tiny = { ...spartan, lut: 500 };
  const rows = compareFolds(architecture, definePrecision(), { device: tiny });
  expect(rows.map(({ folds, plan }) => [folds.join(), plan])).toEqual([
    ["", null],
    ["tail", null],
  ]);
});
