import { describe, expect, it } from "vitest";
import { standInModel } from "../../integer/index.js";
import { randomWindows } from "../../integer/testing/index.js";
import { defineArchitecture, definePrecision } from "../../model/index.js";
import { toggleClasses } from "../../rtl/index.js";
import { buildAccelerator } from "../assemble.js";
import { device } from "../devices.js";
import { planAccelerator } from "../planner.js";
import { simulateAccelerator } from "../simulate.js";
import { simulatedActivity, type Toggles } from "./activity.js";
import { givenStaticPower, powerTechnology, staticPowerOf } from "./coefficients.js";
import { estimatePower, type PowerOptions } from "./power.js";

const still: Toggles = { register: 0, logic: 0, memory: 0, block: 0, dsp: 0 };
const options: PowerOptions = {
  activity: { basis: "simulated", toggles: still, parts: null },
  technology: powerTechnology({ family: "xc7" }),
  static: givenStaticPower(20),
  clockHz: 100e6,
  cycles: 1000,
  resources: { ff: 5000, blockRam: 10, dsp: 20 },
};

describe("the power of a design", () => {
  it("is static power alone with the clock gated, and the clock tree more with it running", () => {
    const power = estimatePower(options);
    expect(power.gated).toEqual({ value: 20, low: 20, high: 20 });
    // 10 + 5000 * 0.02 + 10 * 2.3 + 20 * 1.5 pJ in each cycle of 10 ns.
    expect(power.idle.value).toBeCloseTo(20 + 16.3, 6);
    expect(power.dynamic.value).toBeCloseTo(16.3, 6);
    expect(power.label).toBe("uncalibrated");
  });

  it("is in all the energy of its parts over the time of an inference", () => {
    const toggles = { register: 2e5, logic: 3e5, memory: 1e4, block: 2e4, dsp: 3e4 };
    const power = estimatePower({ ...options, activity: { ...options.activity, toggles } });
    const sum = power.energyParts.reduce((all, { microjoules }) => all + microjoules, 0);
    expect(sum).toBeCloseTo(power.energyPerInference.value, 9);
    expect(power.energyPerInference.value).toBeCloseTo((power.total.value * 10e-6) / 1e-3, 9);
    expect(power.dynamicParts.reduce((all, { milliwatts }) => all + milliwatts, 0)).toBeCloseTo(power.dynamic.value, 9);
    expect(power.total.low).toBeLessThan(power.total.value);
    expect(power.total.high).toBeGreaterThan(power.total.value);
  });

  it("takes a device's static power from the catalogue, or says that it is assumed", () => {
    expect(staticPowerOf(device("ice40up5k")).milliwatts).toBeCloseTo(0.09);
    expect(staticPowerOf(device("xc7s15"))).toMatchObject({
      low: 20,
      high: 60,
      basis: expect.stringMatching(/^assumed/),
    });
  });

  it("has what is known of a UP5K: a small counter, and products of 8 x 8", () => {
    const technology = powerTechnology({ family: "ice40" });
    const counter = estimatePower({
      ...options,
      technology,
      static: staticPowerOf(device("ice40up5k")),
      clockHz: 12e6,
      // A counter of 28 bits in 32 logic cells: two of them toggle in a cycle.
      activity: { ...options.activity, toggles: { ...still, register: 2 * 1000 } },
      resources: { ff: 28, blockRam: 0, dsp: 0 },
    });
    // 613.5 uA at 1.219 V, measured.
    expect(counter.total.value / (0.6135 * 1.219)).toBeGreaterThan(0.9);
    expect(counter.total.value / (0.6135 * 1.219)).toBeLessThan(1.1);
  });
});

describe("activity", () => {
  const architecture = defineArchitecture({ window: 4, dModel: 4, feedForward: 4 });
  const model = standInModel(architecture, definePrecision({ bits: 4 }));
  const plan = planAccelerator(model, { device: device("xc7s15") });
  const windows = randomWindows(model, 2, 3);
  const simulate = () =>
    simulateAccelerator(model, plan, buildAccelerator(model, plan), windows, { countToggles: true });

  it("of a simulation is what toggled in an inference, in all and by part of the network", () => {
    const { toggles, inferences } = simulate();
    if (!toggles) throw new Error("toggles were not counted");
    const activity = simulatedActivity(toggles, inferences);
    const counted = toggles.reduce((sum, one) => sum + toggleClasses.reduce((all, kind) => all + one[kind], 0), 0);
    const total = (of: Toggles) => of.register + of.logic + of.memory + of.block + of.dsp;
    expect(total(activity.toggles)).toBeCloseTo(counted / inferences, 6);
    const parts = [...(activity.parts ?? [])];
    expect(parts.reduce((sum, [, one]) => sum + total(one), 0)).toBeCloseTo(counted / inferences, 6);
    expect(parts.map(([name]) => name)).toEqual(expect.arrayContaining(["layers_0_self_attn", "forecast", "wake"]));
    expect(() => simulatedActivity(toggles, 0)).toThrow(RangeError);
  });
});
