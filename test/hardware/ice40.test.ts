import { beforeAll, describe, expect, it } from "vitest";
import { buildAccelerator } from "../../src/accelerator/assemble.js";
import { device } from "../../src/accelerator/devices.js";
import { planAccelerator } from "../../src/accelerator/planner.js";
import { randomIntegerModel } from "../../src/integer/testing/index.js";
import { defineArchitecture, definePrecision } from "../../src/model/index.js";
import { emitVerilog } from "../../src/rtl/index.js";
import { readStatistics } from "../../src/toolchain/yosys/statistics.js";
import { wasmYosys } from "../../src/toolchain/yosys/wasm.js";

/**
 * A small accelerator through `synth_ice40` of the Yosys of package.json: no memory that iCE40 cannot have, and resources as they
 * were estimated. (d_model 8, n 24, placed and routed: docs/hardware.md.)
 */
describe("an accelerator for the UP5K, synthesised", () => {
  const model = randomIntegerModel(
    defineArchitecture({ window: 4, dModel: 4, feedForward: 4 }),
    definePrecision({ bits: 4 }),
    2,
  );
  const plan = planAccelerator(model, { device: device("ice40up5k"), goal: "area" });
  let cells: Readonly<Record<string, number>> = {};

  beforeAll(async () => {
    const sources = emitVerilog(buildAccelerator(model, plan, "small")).map(({ fileName: name, text }) => ({
      name,
      text,
    }));
    const script = [
      ...sources.map(({ name }) => `read_verilog ${name}`),
      "synth_ice40 -dsp -top small_core",
      "tee -o statistics.json stat -json",
    ].join("\n");
    const { files } = await wasmYosys().run({ script, sources, outputs: ["statistics.json"] });
    cells = readStatistics(files.get("statistics.json") ?? "").get("small_core") ?? {};
  }, 600_000);

  const count = (pattern: RegExp) =>
    Object.entries(cells).reduce((sum, [type, number]) => (pattern.test(type) ? sum + number : sum), 0);

  it("has block memories and multipliers as estimated", () => {
    // Yosys makes logic of a table of a few words all the same.
    expect(count(/^SB_RAM40_4K/)).toBeLessThanOrEqual(plan.estimate.blockRam);
    expect(count(/^SB_RAM40_4K/)).toBeGreaterThan(0.9 * plan.estimate.blockRam);
    expect(count(/^SB_MAC16$/)).toBeLessThanOrEqual(plan.estimate.dsp);
    expect(count(/^SB_MAC16$/)).toBeGreaterThan(0);
  });

  it("has look-up tables and flip-flops within 15 % of the estimate", () => {
    const registers = count(/^SB_DFF/);
    // The estimate counts logic cells: tables, and flip-flops that share none.
    const logicCells = count(/^SB_LUT4$/) + 0.55 * registers;
    expect(Math.abs(logicCells / plan.estimate.lut - 1)).toBeLessThan(0.15);
    expect(Math.abs(registers / plan.estimate.ff - 1)).toBeLessThan(0.15);
  });
});
