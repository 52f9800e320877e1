import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { device } from "../../src/accelerator/devices.js";
import { type GeneratedFile, generateAccelerator } from "../../src/accelerator/generate.js";
import { planAccelerator } from "../../src/accelerator/planner.js";
import { emitVerilog, emitVhdl } from "../../src/rtl/index.js";
import { analyseGhdl } from "../../src/toolchain/ghdl.js";
import { temporaryFolder } from "../../src/toolchain/testing/temporary-folder.js";
import { toolForTest } from "../../src/toolchain/testing/tool-for-test.js";
import { type LintWarning, lintVerilog } from "../../src/toolchain/verilator.js";
import { catalogue, small, wide } from "./catalogue.js";

const folder = temporaryFolder();

/** Whole accelerators, with wrapper and test bench. */
const deliveries = Object.entries({ forecaster: small, node_wide: wide }).map(([name, { model }]) => {
  const plan = planAccelerator(model, { device: device("xc7s15"), mode: name === "node_wide" ? "sample" : "window" });
  return { name, delivery: generateAccelerator(model, plan, { name }) };
});
const named = (files: readonly GeneratedFile[]) =>
  files.map(({ path, text }) => ({ name: path.replace(/^.*\//, ""), text }));

/**
 * The warnings that the generated Verilog is right to raise:
 * - UNUSEDSIGNAL: an exact sum has one bit more than the claim lets it keep, and nobody reads that bit;
 * - VARHIDDEN: a memory within an instance bears the name of another instance outside;
 * - WIDTH, where an operand is narrower than its surroundings: Verilog widens it with its own sign, and signs never mix in our
 *   expressions. A value that is cut off is none of these.
 */
function allowed({ rule, text }: LintWarning): boolean {
  if (rule === "UNUSEDSIGNAL" || rule === "VARHIDDEN") return true;
  const [, wanted, given] = /expects (\d+) bits .* generates (\d+) bits\.$/.exec(text) ?? [];
  return rule === "WIDTH" && wanted !== undefined && given !== undefined && Number(given) < Number(wanted);
}

describe("the generated text raises no warning", () => {
  it.for(deliveries)("of Verilator's lint: accelerator $name", async ({ name, delivery }, context) => {
    await toolForTest(context, "verilator");
    const job = { sources: named(delivery.verilog), top: delivery.face.name, folder: join(folder, `${name}-verilog`) };
    const warnings = await lintVerilog(job);
    expect(warnings.filter((warning) => !allowed(warning))).toEqual([]);
  });

  it("of Verilator's lint: each operator", async (context) => {
    await toolForTest(context, "verilator");
    for (const { title, module } of catalogue()) {
      const sources = emitVerilog(module).map(({ fileName, text }) => ({ name: fileName, text }));
      const warnings = await lintVerilog({ sources, top: module.graph.name, folder: join(folder, module.graph.name) });
      expect(
        warnings.filter((warning) => !allowed(warning)),
        title,
      ).toEqual([]);
    }
  });

  it("and the lint would notice bits that are cut off", async (context) => {
    await toolForTest(context, "verilator");
    const text = "module cut(input wire [7:0] a, output wire [3:0] y);\n  assign y = a;\nendmodule\n";
    const warnings = await lintVerilog({ sources: [{ name: "cut.v", text }], top: "cut", folder: join(folder, "cut") });
    expect(warnings.filter((warning) => !allowed(warning)).map(({ rule, line }) => [rule, line])).toEqual([
      ["WIDTH", 2],
    ]);
  });

  it.for(deliveries)("of GHDL: accelerator $name", async ({ name, delivery }, context) => {
    await toolForTest(context, "ghdl");
    const bench = delivery.files.filter(({ path }) => path.startsWith("testbench/"));
    expect(bench.length).toBeGreaterThan(0);
    const sources = named([...delivery.vhdl, ...bench]);
    expect(await analyseGhdl({ sources, folder: join(folder, `${name}-vhdl`) })).toEqual([]);
  });

  it("of GHDL: each operator", async (context) => {
    await toolForTest(context, "ghdl");
    const files = new Map(
      catalogue().flatMap(({ module }) => emitVhdl(module).map(({ fileName, text }) => [fileName, text] as const)),
    );
    const sources = [...files].map(([name, text]) => ({ name, text }));
    expect(await analyseGhdl({ sources, folder: join(folder, "operators") })).toEqual([]);
  });

  it("and GHDL would notice a name that hides another", async (context) => {
    await toolForTest(context, "ghdl");
    const text = [
      "library ieee;",
      "use ieee.std_logic_1164.all;",
      "entity hides is port (a : in std_logic; y : out std_logic); end entity;",
      "architecture rtl of hides is",
      "begin",
      "  process (a)",
      "    variable a : std_logic;",
      "  begin",
      "    y <= a;",
      "  end process;",
      "end architecture;",
    ].join("\n");
    const warnings = await analyseGhdl({ sources: [{ name: "hides.vhd", text }], folder: join(folder, "hides") });
    expect(warnings.length).toBeGreaterThan(0);
  });
});
