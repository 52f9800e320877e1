import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { emitVerilog, emitVhdl, type Module, type SourceFile as Text } from "../../src/rtl/index.js";
import { synthesizeGhdl } from "../../src/toolchain/ghdl.js";
import { temporaryFolder } from "../../src/toolchain/testing/temporary-folder.js";
import { toolForTest } from "../../src/toolchain/testing/tool-for-test.js";
import { findToolIfPresent } from "../../src/toolchain/tools.js";
import type { YosysEngine } from "../../src/toolchain/yosys/engine.js";
import { proveEquivalent } from "../../src/toolchain/yosys/equivalence.js";
import { nativeYosys } from "../../src/toolchain/yosys/native.js";
import { wasmYosys } from "../../src/toolchain/yosys/wasm.js";
import { provable } from "./catalogue.js";

const folder = temporaryFolder();
const sources = (files: readonly Text[]) => files.map(({ fileName, text }) => ({ name: fileName, text }));

/** A native Yosys where there is one: a proof is a proof in any version, and several times faster. */
async function engine(): Promise<YosysEngine> {
  const { tool } = await findToolIfPresent("yosys");
  return tool === undefined ? wasmYosys() : nativeYosys(tool.path);
}

/** The VHDL, through GHDL's synthesis, against the Verilog, which `change` may spoil. */
async function compare(module: Module, change: (text: string) => string = (text) => text) {
  const top = module.graph.name;
  const vhdl = await synthesizeGhdl({ sources: sources(emitVhdl(module)), top, folder: join(folder, top) });
  const left = sources(emitVerilog(module)).map(({ name, text }) => ({ name, text: change(text) }));
  return await proveEquivalent({
    left: { sources: left, top },
    right: { sources: [vhdl.verilog], top },
    engine: await engine(),
  });
}

/** Every operator: what GHDL makes of its VHDL equals its Verilog for all inputs in all states, proved by SAT. */
describe("the VHDL of an operator equals its Verilog", () => {
  const entries = provable();

  it.for(entries.map(({ title }) => title))("%s", { timeout: 300_000 }, async (title, context) => {
    await toolForTest(context, "ghdl");
    const entry = entries.find((one) => one.title === title);
    if (!entry) throw new Error("no such entry");
    const result = await compare(entry.module);
    expect(result).toMatchObject({ equal: true, differences: [] });
    expect(result.stateBits).toBeGreaterThan(8);
  });

  // One for each thing that a proof compares: outputs, next states, initial values, registers.
  it.for([
    [
      "an output",
      (text: string) => text.replace("assign y_valid = held;", "assign y_valid = held & y_ready;"),
      /y_valid/,
    ],
    ["a next state", (text: string) => text.replace("if (give)", "if (give | take)"), /next value of part/],
    ["an initial value", (text: string) => text.replace("reg held = 1'b0", "reg held = 1'b1"), /initial value of held/],
    ["a register", (text: string) => text.replaceAll("part", "piece"), /part|piece/],
  ] as const)("and a difference is found: %s", { timeout: 120_000 }, async ([, change, message], context) => {
    await toolForTest(context, "ghdl");
    const gearbox = entries.find(({ title }) => title.startsWith("gearbox 8"));
    if (!gearbox) throw new Error("no gearbox");
    const before = emitVerilog(gearbox.module).map(({ text }) => text);
    expect(before.map(change)).not.toEqual(before);
    const { equal, differences } = await compare(gearbox.module, change);
    expect(equal).toBe(false);
    expect(differences.join("\n")).toMatch(message);
  });
});
