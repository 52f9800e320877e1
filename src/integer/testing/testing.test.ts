import { describe, expect, it } from "vitest";
import { defineArchitecture, definePrecision } from "../../model/index.js";
import { createInterpreter, measureCoverage, sleepingTensors, withoutBranch } from "../index.js";
import { mutate, mutations, randomIntegerModel, randomWindows } from "./index.js";

const architecture = defineArchitecture({ window: 6, dModel: 8, heads: 2, layers: 2, inputs: 2, targets: 2 });
const model = randomIntegerModel(architecture, definePrecision({ forecast: 8 }), 11);
const windows = randomWindows(model, 128, 12);

describe("random models", () => {
  it("are alive on windows they were not tuned on, and repeat for a seed", () => {
    expect(sleepingTensors(measureCoverage(model, windows))).toEqual([]);
    expect(randomIntegerModel(architecture, model.precision, 11)).toEqual(model);
    expect(randomIntegerModel(architecture, model.precision, 12)).not.toEqual(model);
  });

  it("are told from models that sleep", () => {
    const constant = new Int32Array(windows.length).fill(3);
    const sleeping = sleepingTensors(measureCoverage(model, constant));
    expect(sleeping).toContain("window");
    expect(sleeping).toContain("forecast");
    const deaf = new Map(model.operators);
    const hidden = deaf.get("layers.1.linear1");
    if (hidden?.kind !== "linear" || !hidden.requantiser) throw new Error("no requantiser");
    deaf.set("layers.1.linear1", { ...hidden, requantiser: { ...hidden.requantiser, multipliers: [0] } });
    expect(sleepingTensors(measureCoverage({ ...model, operators: deaf }, windows))).toContain("layers.1.hidden");
  });

  it.each(mutations)("show the mutation %s in the forecast", (which) => {
    for (const layer of [0, 1]) {
      expect(createInterpreter(mutate(model, which, layer)).run(windows)).not.toEqual(
        createInterpreter(model).run(windows),
      );
    }
  });
});

it("a model without its branch forecasts from skip and last sample alone", () => {
  const bare = withoutBranch(model);
  const expected = createInterpreter(bare).run(windows);
  expect(createInterpreter(mutate(bare, "bias")).run(windows)).toEqual(expected);
  expect(createInterpreter(mutate(bare, "table")).run(windows)).toEqual(expected);
  expect(createInterpreter(model).run(windows)).not.toEqual(expected);
});
