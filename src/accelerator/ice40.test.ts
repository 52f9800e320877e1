import { describe, expect, it } from "vitest";
import { randomIntegerModel, randomWindows } from "../integer/testing/index.js";
import { defineArchitecture, definePrecision } from "../model/index.js";
import { emitVerilog } from "../rtl/index.js";
import { buildAccelerator } from "./assemble.js";
import { device } from "./devices.js";
import { planAccelerator } from "./planner.js";
import { simulateAccelerator } from "./simulate.js";

const up5k = device("ice40up5k");

describe("a device without memory in look-up tables", () => {
  it("holds d_model 8 at 4 bits, by estimate, at lanes of its own", () => {
    const model = randomIntegerModel(defineArchitecture({ window: 24, dModel: 8 }), definePrecision({ bits: 4 }), 1);
    const plan = planAccelerator(model, { device: up5k });
    const { lut, lutram, ff, dsp, blockRam } = plan.estimate;
    expect(lut).toBeLessThanOrEqual(0.9 * 5280);
    expect(ff).toBeLessThanOrEqual(0.9 * 5280);
    expect({ lutram, dsp: dsp <= 8, blockRam: blockRam <= 30 }).toEqual({ lutram: 0, dsp: true, blockRam: true });
    expect(plan.cyclesPerInference).toBeLessThan(54_366 / 10);
  });

  it.each(["window", "sample"] as const)(
    "gets no memory of look-up tables, and gives the interpreter's codes (%s)",
    (mode) => {
      const model = randomIntegerModel(defineArchitecture({ window: 6, dModel: 4 }), definePrecision({ bits: 4 }), 2);
      const plan = planAccelerator(model, { device: up5k, mode });
      const accelerator = buildAccelerator(model, plan, "small");
      for (const { text } of emitVerilog(accelerator)) expect(text).not.toContain('"distributed"');
      const result = simulateAccelerator(model, plan, accelerator, randomWindows(model, 6, 1));
      expect(result).toMatchObject({ mismatches: 0, cyclesPerInference: plan.cyclesPerInference });
    },
  );
});
