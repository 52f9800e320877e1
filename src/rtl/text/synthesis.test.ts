import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bit, emitVerilog, type Module, module, pick, sint, uint } from "../index.js";
import { inTemporaryFolder, runTool, skipWithout, titleWith } from "../testing/tools.js";

const product = (name: string, kind: "lut" | "dsp") =>
  module(name, { in: { a: sint(8), b: sint(6) }, out: { y: sint(14) } }, (p) => ({ y: p.a.mul(p.b, kind) }));

const memory = (style: "block" | "distributed" | "registers", depth: number) => {
  const address = uint(Math.log2(depth));
  const ports = { in: { we: bit(), wa: address, d: uint(8), ra: address }, out: { q: uint(8) } };
  return module(`memory_${style}`, ports, (p, m) => {
    const words = m.mem("words", { type: uint(8), depth, style, latency: style === "block" ? 1 : 0 });
    words.write({ enable: p.we, address: p.wa, data: p.d });
    return { q: words.read(p.ra) };
  });
};

const parts: Module[] = [
  product("product_lut", "lut"),
  product("product_dsp", "dsp"),
  module("product_constant", { in: { a: sint(12) }, out: { y: sint(23) } }, (p) => ({ y: p.a.mul(1000) })),
  memory("block", 256),
  memory("distributed", 32),
  memory("registers", 4),
  module("rom_block", { in: { a: uint(9) }, out: { q: uint(8) } }, (p, m) => {
    const init = Array.from({ length: 512 }, (_, i) => (i * i) % 251);
    return { q: m.mem("words", { type: uint(8), depth: 512, style: "block", latency: 1, init }).read(p.a) };
  }),
  module("select_of_8", { in: { x: uint(64), at: uint(3) }, out: { q: uint(8) } }, (p) => ({
    q: pick(
      p.at,
      Array.from({ length: 8 }, (_, i) => p.x.slice(8 * i + 7, 8 * i)),
    ),
  })),
] as unknown as Module[];

/** One top with an instance of each part, so that one run of Yosys does for all. */
function topOf(modules: readonly Module[]): string {
  const ports: string[] = [];
  const instances = modules.map(({ name, graph }) => {
    const map = graph.ports.map((port) => {
      ports.push(`${port.direction === "in" ? "input" : "output"} [${port.type.width - 1}:0] ${name}_${port.name}`);
      return `.${port.name}(${name}_${port.name})`;
    });
    return `  ${name} u_${name} (${[...(graph.clocked ? [".clock(clock)"] : []), ...map].join(", ")});`;
  });
  return [`module all(input clock, ${ports.join(", ")});`, ...instances, "endmodule", ""].join("\n");
}

interface Statistics {
  readonly modules: Readonly<Record<string, { readonly num_cells_by_type: Readonly<Record<string, number>> }>>;
}

describe("Yosys for 7-series", () => {
  it.skipIf(skipWithout("yosys"))(
    titleWith("finds the expected memories and DSP slices, and no latch", "yosys"),
    { timeout: 180_000 },
    () => {
      const cells = inTemporaryFolder((folder) => {
        const files = parts.flatMap((part) => emitVerilog(part));
        for (const { fileName, text } of files) writeFileSync(join(folder, fileName), text);
        const names = files.map((file) => file.fileName).join(" ");
        writeFileSync(join(folder, "all.v"), topOf(parts));
        const script = `read_verilog ${names} all.v; synth_xilinx -family xc7 -top all -noiopad -noclkbuf; tee -q -o cells.json stat -json`;
        runTool(folder, "yosys", ["-q", "-p", script]);
        const statistics = JSON.parse(readFileSync(join(folder, "cells.json"), "utf8")) as Statistics;
        return (name: string): Readonly<Record<string, number>> =>
          statistics.modules[`\\${name}`]?.num_cells_by_type ?? {};
      });
      const count = (name: string, pattern: RegExp): number =>
        Object.entries(cells(name)).reduce((sum, [type, n]) => sum + (pattern.test(type) ? n : 0), 0);
      for (const { name } of parts) expect(count(name, /^(LD[CP]E|\$_?DLATCH)/), name).toBe(0);
      expect(count("product_lut", /DSP/)).toBe(0);
      expect(count("product_lut", /^LUT/)).toBeGreaterThan(20);
      expect(count("product_dsp", /DSP48E1/)).toBe(1);
      expect(count("product_constant", /DSP/)).toBe(0);
      expect(count("memory_block", /^RAMB18/)).toBe(1);
      expect(count("memory_distributed", /^RAM32|^RAM64/)).toBeGreaterThan(0);
      expect(count("memory_distributed", /^FD/)).toBe(0);
      expect(count("memory_registers", /^FD/)).toBe(32);
      expect(count("memory_registers", /^RAM/)).toBe(0);
      expect(count("rom_block", /^RAMB18/)).toBe(1);
      // A tree, three LUT6 for each bit; a chain of comparisons takes five or more.
      expect(count("select_of_8", /^LUT/)).toBeLessThanOrEqual(24);
    },
  );
});

describe("Yosys for iCE40", () => {
  it.skipIf(skipWithout("yosys"))(
    titleWith("makes no block memory of a table of constants whose word is registered", "yosys"),
    { timeout: 180_000 },
    () => {
      const init = Array.from({ length: 128 }, (_, i) => (i * i * 37) % 4093);
      const table = module("squares", { in: { a: uint(7) }, out: { q: uint(12) } }, (p, m) => {
        const words = m.mem("words", { type: uint(12), depth: 128, style: "rom", latency: 0, init });
        const word = m.reg("word", uint(12));
        word.next(words.read(p.a));
        return { q: word.q };
      });
      const text = inTemporaryFolder((folder) => {
        for (const { fileName, text } of emitVerilog(table)) writeFileSync(join(folder, fileName), text);
        runTool(folder, "yosys", [
          "-q",
          "-p",
          "read_verilog squares.v; synth_ice40 -dsp -top squares; tee -q -o cells.txt stat",
        ]);
        return readFileSync(join(folder, "cells.txt"), "utf8");
      });
      expect(text).toContain("SB_LUT4");
      expect(text).not.toContain("SB_RAM40");
    },
  );
});
