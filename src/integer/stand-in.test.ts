import { expect, it } from "vitest";
import { defineArchitecture, definePrecision, foldNames } from "../model/index.js";
import { checkIntegerModel } from "./check.js";
import { standInModel } from "./stand-in.js";

it.each([2, 4, 8])(
  "stands in for a trained model at %i bits: all that a model must be, and always the same",
  (bits) => {
    for (const shape of [{ heads: 2, layers: 2, inputs: 3, targets: 2, horizon: 2 }, { folds: foldNames }]) {
      const architecture = defineArchitecture({ window: 9, dModel: 8, ...shape });
      const model = standInModel(architecture, definePrecision({ bits }));
      expect(() => checkIntegerModel(model)).not.toThrow();
      expect(standInModel(architecture, definePrecision({ bits }))).toEqual(model);
    }
  },
);
