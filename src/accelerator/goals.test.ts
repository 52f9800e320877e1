import { describe, expect, it } from "vitest";
import { randomIntegerModel, randomWindows } from "../integer/testing/index.js";
import { defineArchitecture, definePrecision } from "../model/index.js";
import type { InstanceToggles } from "../rtl/index.js";
import { buildAccelerator } from "./assemble.js";
import { device } from "./devices.js";
import { energyProxy, goals } from "./goals.js";
import type { Plan } from "./plan.js";
import { type PlanOptions, planAccelerator } from "./planner.js";
import { simulateAccelerator } from "./simulate.js";

const model = randomIntegerModel(defineArchitecture({ window: 12, dModel: 8 }), definePrecision({ bits: 4 }), 5);
const spartan = device("xc7s15");
const planFor = (options: Omit<PlanOptions, "device">) => planAccelerator(model, { device: spartan, ...options });

/** Bits that change in an inference, and the clock pins of all registers, twice in each cycle; simulated, back to back. */
function simulatedSwitching(plan: Plan): number {
  const windows = randomWindows(model, 5, 2);
  const options = { countToggles: true };
  const { toggles, inferences } = simulateAccelerator(model, plan, buildAccelerator(model, plan), windows, options);
  if (!toggles) throw new Error("toggles were not counted");
  const sum = (of: (one: InstanceToggles) => number) => toggles.reduce((all, one) => all + of(one), 0);
  const changed =
    sum(({ register, memory, block, dsp, other }) => register + memory + block + dsp + other) / inferences;
  return changed + 2 * plan.initiationInterval * sum(({ bits }) => bits.register);
}

function ranks(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return values.map((value) => sorted.indexOf(value));
}

/** Spearman's rank correlation. */
function orderCorrelation(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)];
  const squares = x.reduce((sum, rank, index) => sum + (rank - (y[index] ?? 0)) ** 2, 0);
  return 1 - (6 * squares) / (a.length * (a.length ** 2 - 1));
}

describe("goals", () => {
  it("are each reached by no other goal's plan better", () => {
    const plans = new Map(goals.map((goal) => [goal, planFor({ goal })]));
    const least = (of: (plan: Plan) => number, goal: (typeof goals)[number]) => {
      const own = plans.get(goal);
      if (!own) throw new Error(`no plan for ${goal}`);
      for (const plan of plans.values()) expect(of(own)).toBeLessThanOrEqual(of(plan));
    };
    least((plan) => plan.cyclesPerInference, "latency");
    least((plan) => plan.estimate.lut, "area");
    least((plan) => energyProxy(plan.cyclesPerInference, plan.estimate), "energy");
  });

  it("has an energy proxy that puts plans into the order of what switches in simulation", () => {
    const shapes = [
      [2, 4],
      [4, 4],
      [8, 4],
    ] as const;
    const plans = [
      ...[4, 8, 32, 128, 256].map((cycles) => planFor({ pace: { first: cycles, second: cycles } })),
      ...shapes.map(([lanesIn, lanesOut]) => planFor({ plan: { "unit matrix": { lanesIn, lanesOut } } })),
    ];
    const proxies = plans.map((plan) => energyProxy(plan.initiationInterval, plan.estimate));
    expect(orderCorrelation(proxies, plans.map(simulatedSwitching))).toBeGreaterThan(0.9);
  });
});
