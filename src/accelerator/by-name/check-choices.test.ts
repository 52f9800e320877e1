import { describe, expect, it } from "vitest";
import { standInModel } from "../../integer/index.js";
import { defineArchitecture, definePrecision } from "../../model/index.js";
import { buildAccelerator } from "../assemble.js";
import { device } from "../devices.js";
import type { Choices, OperatorPlan } from "../plan.js";
import { planAccelerator } from "../planner.js";

const model = standInModel(defineArchitecture({ window: 4, dModel: 6, feedForward: 12 }), definePrecision({ bits: 4 }));
const plan = planAccelerator(model, { device: device("xc7s15"), pace: { first: 36, second: 36 } });
const unitPlan = planAccelerator(model, {
  device: device("xc7s15"),
  plan: { "unit matrix": { lanesIn: 3, lanesOut: 3 } },
});

function changed(name: string, patch: object): Choices {
  const operators = new Map(plan.operators);
  operators.set(name, { ...plan.operators.get(name), ...patch } as OperatorPlan);
  return { ...plan, operators };
}

describe("a plan that was changed by hand", () => {
  it.each<[string, object, string]>([
    ["layers.0.linear1", { lanesIn: 4 }, "has lanesIn 4; expected a number that divides the 6 columns: 1, 2, 3, 6"],
    ["layers.0.linear1", { lanesOut: 3, lanes: 2 }, "has lanes 2; expected a number that divides the 3 lanesOut: 1, 3"],
    ["layers.0.self_attn", { lanesScore: 0 }, "has lanesScore 0; expected"],
    ["layers.0.self_attn", { keys: "rom" }, 'has keys "rom"; expected "block" or "distributed" or "registers"'],
    ["layers.0.norm1", { lanes: 5 }, "has lanes 5; expected a number that divides the 6 features"],
    ["head", { kind: "pool" }, "is of kind linear, its plan of pool"],
    ["head", { kind: "shared", unit: "matrix_9" }, 'unit "matrix_9", which does not have it'],
  ])("is refused where it cannot be built: %s %j", (name, patch, message) => {
    expect(() => buildAccelerator(model, changed(name, patch))).toThrow(
      expect.objectContaining({ kind: "hardware", message: expect.stringContaining(message) }),
    );
  });

  it("is refused where beats do not meet, or a unit's lanes do not divide", () => {
    const embed = changed("embed", { lanesOut: 2, lanes: 2 });
    const linear = { ...embed.operators.get("layers.0.self_attn.k_proj"), lanesIn: 3 } as OperatorPlan;
    const operators = new Map([...embed.operators, ["layers.0.self_attn.k_proj", linear] as const]);
    expect(() => buildAccelerator(model, { ...embed, operators })).toThrow("one must divide the other");
    const units = unitPlan.units.map((unit) => ({ ...unit, lanesOut: 4 }));
    expect(() => buildAccelerator(model, { ...unitPlan, units })).toThrow('"unit matrix" has lanesOut 4; expected');
  });

  it("is built where it can be", () => {
    expect(() => buildAccelerator(model, plan)).not.toThrow();
    expect(() => buildAccelerator(model, unitPlan)).not.toThrow();
  });
});
