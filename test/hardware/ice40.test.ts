import { beforeAll, describe, expect, it } from "vitest";
import { serialBytes, serialTop } from "../../src/accelerator/delivery/serial.js";
import { boardOf, device } from "../../src/accelerator/devices.js";
import { generateAccelerator } from "../../src/accelerator/generate.js";
import { planAccelerator } from "../../src/accelerator/planner.js";
import { checkNetlist } from "../../src/cli/steps/netlist-check.js";
import { createInterpreter } from "../../src/integer/index.js";
import { randomIntegerModel, randomWindows } from "../../src/integer/testing/index.js";
import { defineArchitecture, definePrecision } from "../../src/model/index.js";
import { simulateNetlist } from "../../src/toolchain/netlist/simulate.js";
import { nativeIce } from "../../src/toolchain/nextpnr/engine.js";
import { placeAndRoute } from "../../src/toolchain/nextpnr/place-and-route.js";
import { toolForTest } from "../../src/toolchain/testing/tool-for-test.js";
import { type Ice40SynthesisResult, mountIce40, synthesizeIce40 } from "../../src/toolchain/yosys/ice40.js";
import { wasmYosys } from "../../src/toolchain/yosys/wasm.js";

/**
 * A small accelerator through `synth_ice40` of the Yosys of package.json: no memory that iCE40 cannot have, resources as they were estimated, a netlist that equals the
 * model; and behind its serial line down to a bitstream. (d_model 8, n 24, placed and routed: docs/hardware.md.)
 */
describe("an accelerator for the UP5K, synthesised", () => {
  const up5k = device("ice40up5k");
  const model = randomIntegerModel(
    defineArchitecture({ window: 4, dModel: 4, feedForward: 4 }),
    definePrecision({ bits: 4 }),
    2,
  );
  const plan = planAccelerator(model, { device: up5k, goal: "area" });
  const delivery = generateAccelerator(model, plan);
  const engine = wasmYosys();
  let core: Ice40SynthesisResult;

  beforeAll(async () => {
    const sources = delivery.verilog.map(({ path, text }) => ({ name: path.split("/").at(-1) ?? "", text }));
    core = await synthesizeIce40({ sources, top: delivery.face.name, dsp: true, engine });
  }, 900_000);

  it("has block memories and multipliers as estimated", () => {
    // Yosys makes logic of a table of a few words all the same.
    expect(core.resources.ebr).toBeLessThanOrEqual(plan.estimate.blockRam);
    expect(core.resources.ebr).toBeGreaterThan(0.9 * plan.estimate.blockRam);
    expect(core.resources.dsp).toBeLessThanOrEqual(plan.estimate.dsp);
    expect(core.resources.dsp).toBeGreaterThan(0);
  });

  it("has logic cells and flip-flops within 15 % of the estimate", () => {
    expect(Math.abs(core.resources.logicCells / plan.estimate.lut - 1)).toBeLessThan(0.15);
    expect(Math.abs(core.resources.ff / plan.estimate.ff - 1)).toBeLessThan(0.15);
  });

  it("equals the integer model in every bit, with pauses of enable", { timeout: 300_000 }, async () => {
    const options = {
      limit: 4 * plan.cyclesPerInference,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    };
    const codes = Int16Array.from(randomWindows(model, 32, 4));
    const checked = await checkNetlist(core.netlist, model, codes, options);
    expect(checked).toMatchObject({ windows: 32, mismatches: 0 });
    // One table inverted is noticed.
    const victim = core.netlist.cells.findIndex(({ type }) => type === "SB_RAM40_4K");
    const cells = core.netlist.cells.map((cell, index) =>
      index === victim
        ? { ...cell, parameters: { ...cell.parameters, INIT_0: flip(cell.parameters.INIT_0 ?? "") } }
        : cell,
    );
    const wrong = await checkNetlist({ ...core.netlist, cells }, model, codes, options);
    expect(wrong.mismatches).toBeGreaterThan(0);
  });

  it("answers over its serial line, and is placed and routed into a bitstream", {
    timeout: 900_000,
  }, async (context) => {
    await toolForTest(context, "nextpnr-ice40");
    await toolForTest(context, "icepack");
    const board = boardOf(up5k, "icebreaker");
    if (board === undefined) throw new Error("the board is not known");
    const top = serialTop(delivery.face, { clockHz: 8e6, baud: 1e6 });
    const { netlist, netlistText, resources } = await mountIce40({
      shell: { name: top.fileName, text: top.text },
      core: delivery.face.name,
      coreNetlist: core.netlistText,
      top: top.name,
      engine,
    });
    const windows = randomWindows(model, 2, 9);
    const sim = simulateNetlist(netlist);
    const answers = overSerialLine(sim, serialBytes(delivery.face, windows), top.divider, 2 * top.forecastBytes);
    const forecasts = [0, 2].map((at) => (((answers[at] ?? 0) | ((answers[at + 1] ?? 0) << 8)) << 16) >> 16);
    expect(forecasts).toEqual([...createInterpreter(model).run(Int16Array.from(windows))]);

    const placed = await placeAndRoute({
      netlist: netlistText,
      top: top.name,
      part: { ...up5k, package: board.package },
      pins: board.pins,
      targetMHz: 12,
      engine: await nativeIce(),
    });
    expect(placed.clock.fmaxMHz).toBeGreaterThan(12);
    expect(placed.logicCells.used).toBeGreaterThanOrEqual(resources.logicCells);
    expect(placed.logicCells.used).toBeLessThan(1.05 * resources.logicCells);
    expect([placed.ebr.used, placed.dsp.used]).toEqual([resources.ebr, resources.dsp]);
    expect(placed.bitstream.length).toBeGreaterThan(100_000);
  });
});

function flip(bits: string): string {
  return [...bits].map((bit) => (bit === "0" ? "1" : "0")).join("");
}

/** Sends bytes to the design bit by bit, and gives those that come back. */
function overSerialLine(
  sim: ReturnType<typeof simulateNetlist>,
  bytes: Uint8Array,
  divider: number,
  count: number,
): number[] {
  const sent = [...bytes].flatMap((byte) => [0, ...Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1), 1]);
  const answers: number[] = [];
  let [at, value] = [-1, 0];
  for (let cycle = 0; answers.length < count; cycle++) {
    if (cycle > 100_000) throw new Error("no answer");
    // Reset takes 256 cycles after power-up.
    sim.set("rx", sent[Math.floor((cycle - 400) / divider)] ?? 1);
    const level = Number(sim.get("tx"));
    if (at < 0 && level === 0) [at, value] = [0, 0];
    else if (at >= 0) {
      at += 1;
      const bit = (at - divider / 2) / divider;
      if (Number.isInteger(bit) && bit >= 1 && bit <= 8) value |= level << (bit - 1);
      if (bit === 9) {
        answers.push(value);
        at = -1;
      }
    }
    sim.step();
  }
  return answers;
}
