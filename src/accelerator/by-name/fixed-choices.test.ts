import { describe, expect, it } from "vitest";
import { randomIntegerModel, randomWindows } from "../../integer/testing/index.js";
import { buildGraph, defineArchitecture, definePrecision } from "../../model/index.js";
import { buildAccelerator } from "../assemble.js";
import { device } from "../devices.js";
import { planAccelerator } from "../planner.js";
import { simulateAccelerator } from "../simulate.js";
import { type ChoicesByName, FixedChoices } from "./fixed-choices.js";

const architecture = defineArchitecture({ window: 8, dModel: 8, heads: 2 });
const model = randomIntegerModel(architecture, definePrecision({ bits: 4 }), 3);
const graph = buildGraph(model.architecture, model.precision);
const spartan = device("xc7s15");
const planWith = (plan: ChoicesByName) => planAccelerator(model, { device: spartan, plan });

describe("choices by name", () => {
  it.each<[string, ChoicesByName]>([
    [
      "memories and multipliers of operators",
      {
        "layers.*.self_attn": { keys: "block", values: "registers", rows: "block", scoreMultiplier: "dsp", windows: 2 },
        "layers.0.linear1": { lanesIn: 4, lanesOut: 8, weights: "block", tokens: "registers", multiplier: "dsp" },
        "layers.*.queues.*": { style: "registers" },
        "layers.0.queues.attention": { tokens: 9 },
        forecast: { multipliers: ["lut", "lut", "dsp"] },
        head: { lanesOut: 1, lanesIn: 8 },
        pool: { sums: "registers" },
        history: { style: "block" },
      },
    ],
    [
      "a unit, and operators beside it",
      {
        "unit matrix": { lanesIn: 4, lanesOut: 4, weights: "distributed", bias: "block", packedColumns: 1, ahead: 3 },
        "unit matrix.results": { style: "registers" },
        "layers.0.self_attn.out_proj": { unit: "none", lanesIn: 2 },
        "layers.0.linear2": { unit: "matrix" },
        "*": { requantiser: "lut" },
      },
    ],
  ])("are in the plan, whose cycles and codes are right: %s", (_, choices) => {
    const plan = planWith(choices);
    for (const [name, wanted] of Object.entries(choices)) {
      if (name.includes("*")) continue;
      const { unit, weights, ...rest } = wanted;
      const found = name.startsWith("unit ")
        ? plan.units[0]
        : name === "history"
          ? { style: plan.history }
          : name.includes("queues")
            ? plan.queues[0]?.attention
            : plan.operators.get(name);
      if (unit === "none") expect(found).toMatchObject({ kind: "linear" });
      else if (unit !== undefined) expect(found).toMatchObject({ kind: "shared", unit });
      if (name === "unit matrix.results") expect(plan.units[0]?.results).toMatchObject(rest);
      else expect(found).toMatchObject(rest);
      if (weights !== undefined) expect(found).toMatchObject({ weights: weights === "distributed" ? "rom" : weights });
    }
    const accelerator = buildAccelerator(model, plan, "chosen");
    const result = simulateAccelerator(model, plan, accelerator, randomWindows(model, 13, 2));
    expect(result).toMatchObject({ mismatches: 0, cyclesPerInference: plan.cyclesPerInference });
    expect(result.initiationInterval).toBe(plan.initiationInterval);
  });

  it("lets * mean whatever has such a field, and the last key count", () => {
    const plan = planWith({
      "*": { requantiser: "lut", keys: "block" },
      "layers.0.self_attn": { keys: "registers" },
      "layers.*": { values: "block" },
    });
    expect(plan.operators.get("layers.0.self_attn")).toMatchObject({
      requantiser: "lut",
      keys: "registers",
      values: "block",
    });
    for (const chosen of plan.operators.values()) {
      if (chosen.kind === "linear") expect(chosen.requantiser).toBe("lut");
    }
    for (const unit of plan.units) expect(unit.requantiser).toBe("lut");
  });

  it.each<[unknown, string, string]>([
    [
      { "layers.0.self_atn": { keys: "block" } },
      'plan["layers.0.self_atn"]: the accelerator has nothing',
      'Did you mean "layers.0.self_attn"?',
    ],
    [{ "layers.1.*": { keys: "block" } }, 'plan["layers.1.*"]: the accelerator has nothing', "Names are embed, "],
    [{ head: { keys: "block" } }, 'plan["head"].keys: there is no such field (linear)', "There are unit, lanesIn,"],
    [{ "layers.*.self_attn": { key: "block" } }, "there is no such field (attention)", 'Did you mean "keys"?'],
    [{ last: { lanes: 1 } }, "there is no such field (last)", "windows"],
    [
      { "layers.0.self_attn": { keys: "rom" } },
      'is "rom"; expected "block" or "distributed" or "registers"',
      "leave it out",
    ],
    [
      { "layers.0.linear1": { weights: "registers" } },
      'expected "rom" or "block" or "mixed" or "distributed"',
      "leave it out",
    ],
    [
      { "layers.0.linear1": { lanesIn: 3 } },
      "expected a number that divides the 8 columns: 1, 2, 4, 8",
      "leave it out",
    ],
    [
      { "layers.0.linear1": { lanesOut: 4, lanes: 8 } },
      "expected a number that divides the 4 lanesOut: 1, 2, 4",
      "leave it out",
    ],
    [{ "layers.0.self_attn": { lanesScore: 8 } }, "divides the 4 features of a head: 1, 2, 4", "leave it out"],
    [{ "unit matrix": { lanesOut: 16 } }, "have in common: 1, 2, 4, 8", "leave it out"],
    [{ "unit matrix": { lanesIn: 4, packedColumns: 5 } }, "a whole number from 0 to 4 (lanesIn)", "leave it out"],
    [{ forecast: { multipliers: ["dsp", "lut"] } }, 'expected "lut" or "dsp", or a list of 3 of them', "leave it out"],
    [{ "layers.0.self_attn": { windows: 3 } }, "is 3; expected 1 or 2", "leave it out"],
    [{ "layers.0.self_attn": { queries: 0 } }, "expected a whole number from 1 on", "leave it out"],
  ])("refuses %j", (plan, message, remedy) => {
    const refused = () => new FixedChoices(graph, plan as ChoicesByName);
    expect(refused).toThrow(expect.objectContaining({ kind: "usage", message: expect.stringContaining(message) }));
    expect(refused).toThrow(expect.objectContaining({ remedy: expect.stringContaining(remedy) }));
  });

  it.each<[ChoicesByName, string]>([
    [{ "unit matrx": { lanesIn: 8 } }, 'it has no unit "matrx"'],
    [{ "layers.0.linear1": { unit: "matrix_7" } }, '"layers.0.linear1" is not on a unit "matrix_7"'],
    [{ "layers.0.queues.tokens": { tokens: 7 } }, "needs room for 8 tokens"],
  ])("says why no plan has %j", (plan, message) => {
    expect(() => planWith(plan)).toThrow(expect.objectContaining({ message: expect.stringContaining(message) }));
  });

  it("says which beats do not meet", () => {
    const odd = randomIntegerModel(
      defineArchitecture({ window: 4, dModel: 6, feedForward: 12 }),
      definePrecision({}),
      1,
    );
    const plan = { embed: { lanesOut: 2, lanes: 2 }, "layers.0.self_attn.k_proj": { lanesIn: 3 } };
    expect(() => planAccelerator(odd, { device: spartan, plan })).toThrow(
      '"layers.0.self_attn.k_proj" takes 3 elements at once, and "embedded" comes in beats of 2: one must divide the other',
    );
  });
});
