import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { compareWithIcarus } from "../testing/compare-with-icarus.js";
import { structuralVerilog } from "../testing/structural-verilog.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { toolForTest } from "../testing/tool-for-test.js";
import type { NetBit, Netlist, NetlistCell } from "./format.js";

const folder = temporaryFolder();
const yosys = dirname(createRequire(import.meta.url).resolve("@yowasp/yosys"));
const library = { name: "cells_sim.v", text: readFileSync(join(yosys, "share/xilinx/cells_sim.v"), "utf8") };

/** Builds a netlist of cells that each have inputs and outputs of their own. */
class Bench {
  private readonly ports: Netlist["ports"] = [{ name: "clk", direction: "input", bits: [2] }];
  private readonly cells: NetlistCell[] = [];
  private next = 3;
  private state = 12345;

  /** `pins`: widths of the inputs and outputs by name (outputs negative), "clk", or constants. */
  add(type: string, parameters: Record<string, string>, pins: Record<string, number | string>): void {
    const name = `u${this.cells.length}`;
    const connections: Record<string, NetBit[]> = {};
    for (const [pin, what] of Object.entries(pins)) {
      if (what === "clk") connections[pin] = [2];
      else if (typeof what === "string") connections[pin] = [...what].reverse().map((bit) => (bit === "1" ? "1" : "0"));
      else {
        const bits = Array.from({ length: Math.abs(what) }, () => this.next++);
        connections[pin] = bits;
        this.ports.push({ name: `${name}_${pin}`, direction: what > 0 ? "input" : "output", bits });
      }
    }
    this.cells.push({ name, type, parameters, connections });
  }

  /** Random bits for tables and start values. */
  bits(count: number): string {
    let result = "";
    for (let index = 0; index < count; index++) {
      this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
      result += this.state >>> 31;
    }
    return result;
  }

  get netlist(): Netlist {
    return { module: "cells", ports: this.ports, cells: this.cells, netNames: new Map() };
  }
}

const inputs = (prefix: string, count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, 1]));
const small = (value: number) => value.toString(2).padStart(32, "0");

function logicAndMemories(): Netlist {
  const bench = new Bench();
  for (let size = 1; size <= 6; size++) {
    // Of random tables of one input, half are constant: both that are not are given.
    for (let repeat = 0; repeat < (size === 1 ? 0 : 4); repeat++)
      bench.add(`LUT${size}`, { INIT: bench.bits(1 << size) }, { ...inputs("I", size), O: -1 });
  }
  for (const INIT of ["01", "10"]) bench.add("LUT1", { INIT }, { I0: 1, O: -1 });
  // Tables with structure take the short ways of the compiler: AND, OR, XOR, majority, a multiplexer.
  for (const [size, table] of [
    [2, (i: number) => i === 3],
    [3, (i: number) => i > 0],
    [6, (i: number) => [...i.toString(2)].filter((bit) => bit === "1").length % 2 === 1],
    [5, (i: number) => [...i.toString(2)].filter((bit) => bit === "1").length > 2],
    [6, (i: number) => ((i >> (2 + ((i & 1) << 1) + ((i >> 1) & 1))) & 1) === 1],
    [4, (i: number) => (i & 1) === 0 && i > 8],
  ] as const) {
    const init = Array.from({ length: 1 << size }, (_, index) => (table(index) ? "1" : "0")).reverse();
    bench.add(`LUT${size}`, { INIT: init.join("") }, { ...inputs("I", size), O: -1 });
  }
  bench.add("INV", {}, { I: 1, O: -1 });
  for (const type of ["MUXF7", "MUXF8"]) bench.add(type, {}, { I0: 1, I1: 1, S: 1, O: -1 });
  bench.add("CARRY4", {}, { CI: 1, CYINIT: "0", DI: 4, S: 4, O: -4, CO: -4 });
  bench.add("CARRY4", {}, { CI: "0", CYINIT: 1, DI: 4, S: 4, O: -4, CO: -4 });
  for (const INIT of ["0", "1"]) {
    bench.add("FDRE", { INIT }, { C: "clk", CE: 1, D: 1, R: 1, Q: -1 });
    bench.add("FDSE", { INIT }, { C: "clk", CE: 1, D: 1, S: 1, Q: -1 });
    bench.add("FDCE", { INIT }, { C: "clk", CE: 1, D: 1, CLR: 1, Q: -1 });
    bench.add("FDPE", { INIT }, { C: "clk", CE: 1, D: 1, PRE: 1, Q: -1 });
  }
  bench.add("FDRE", { INIT: "0", IS_D_INVERTED: "1", IS_R_INVERTED: "1" }, { C: "clk", CE: 1, D: 1, R: 1, Q: -1 });
  for (const [type, depth, width] of [
    ["RAM32M", 5, 2],
    ["RAM64M", 6, 1],
  ] as const) {
    const init = Object.fromEntries([..."ABCD"].map((letter) => [`INIT_${letter}`, bench.bits(64)]));
    const pins = [..."ABCD"].flatMap((letter) => [
      [`ADDR${letter}`, depth],
      [`DI${letter}`, width],
      [`DO${letter}`, -width],
    ]);
    bench.add(type, init, { ...Object.fromEntries(pins), WCLK: "clk", WE: 1 });
  }
  const write = { D: 1, WCLK: "clk", WE: 1 };
  for (const [size, depth] of [
    [32, 5],
    [64, 6],
  ] as const) {
    bench.add(
      `RAM${size}X1D`,
      { INIT: bench.bits(size) },
      { ...inputs("A", depth), ...inputs("DPRA", depth), ...write, SPO: -1, DPO: -1 },
    );
    bench.add(`RAM${size}X1S`, { INIT: bench.bits(size) }, { ...inputs("A", depth), ...write, O: -1 });
  }
  bench.add("RAM128X1D", { INIT: bench.bits(128) }, { A: 7, DPRA: 7, ...write, SPO: -1, DPO: -1 });
  bench.add("RAM128X1S", { INIT: bench.bits(128) }, { ...inputs("A", 7), ...write, O: -1 });
  bench.add("RAM256X1S", { INIT: bench.bits(256) }, { A: 8, ...write, O: -1 });
  bench.add("SRL16E", { INIT: bench.bits(16) }, { ...inputs("A", 4), CE: 1, CLK: "clk", D: 1, Q: -1 });
  bench.add("SRLC32E", { INIT: bench.bits(32) }, { A: 5, CE: 1, CLK: "clk", D: 1, Q: -1, Q31: -1 });
  return bench.netlist;
}

/** Multiplier slices in the states that Yosys makes of products, sums and accumulators, and some more. */
function multiplierSlices(): Netlist {
  const bench = new Bench();
  const none = {
    ACASCREG: 0,
    ADREG: 0,
    ALUMODEREG: 0,
    AREG: 0,
    BCASCREG: 0,
    BREG: 0,
    CARRYINREG: 0,
    CARRYINSELREG: 0,
    CREG: 0,
    DREG: 0,
    INMODEREG: 0,
    MREG: 0,
    OPMODEREG: 0,
    PREG: 0,
  };
  const all = { ...none, AREG: 1, BREG: 1, CREG: 1, DREG: 1, ADREG: 1, MREG: 1, PREG: 1, ACASCREG: 1, BCASCREG: 1 };
  const enables = { CEA1: 1, CEA2: 1, CEB1: 1, CEB2: 1, CEC: 1, CED: 1, CEAD: 1, CEM: 1, CEP: 1 };
  const resets = { RSTA: 1, RSTB: 1, RSTC: 1, RSTD: 1, RSTM: 1, RSTP: 1 };
  const slice = (
    registers: Record<string, number>,
    operation: string | number,
    more: { adder?: string; inmode?: string; preAdder?: boolean } = {},
  ) => {
    const numbers = Object.fromEntries(Object.entries(registers).map(([name, value]) => [name, small(value)]));
    const text = {
      USE_DPORT: more.preAdder === true ? "TRUE" : "FALSE",
      USE_MULT: "MULTIPLY",
      USE_SIMD: "ONE48",
      A_INPUT: "DIRECT",
      B_INPUT: "DIRECT",
    };
    bench.add(
      "DSP48E1",
      { ...numbers, ...text },
      {
        A: 30,
        B: 18,
        C: 48,
        D: 25,
        PCIN: 48,
        ACIN: 30,
        BCIN: 18,
        CARRYIN: 1,
        OPMODE: operation,
        ALUMODE: more.adder ?? "0000",
        INMODE: more.inmode ?? "00000",
        CARRYINSEL: "000",
        CLK: "clk",
        ...enables,
        ...resets,
        P: -48,
        PCOUT: -48,
        ACOUT: -30,
        BCOUT: -18,
      },
    );
  };
  slice(none, "0000101"); // A * B
  slice(none, "0110101"); // C + A * B
  slice(none, "0110101", { adder: "0011" }); // C - A * B
  slice(none, "0110011", { adder: "0001" }); // A:B - C - 1
  slice({ ...none, MREG: 1 }, "0010101", { adder: "0010" }); // -(PCIN + A * B) - 1
  slice(all, "0110101");
  slice({ ...all, AREG: 2, BREG: 2 }, "1010101"); // PCIN >> 17 + A * B
  slice({ ...all, AREG: 2, BREG: 2, ACASCREG: 2, BCASCREG: 2 }, "0100101"); // P + A * B
  slice({ ...none, PREG: 1 }, "1100101"); // P >> 17 + A * B
  slice({ ...none, PREG: 1 }, "0111110", { adder: "0011" }); // C - (P + C)
  slice({ ...none, PREG: 1, MREG: 1 }, "1001000"); // P - 1
  slice(all, "0000101", { preAdder: true, inmode: "00100" }); // (D + A) * B
  slice({ ...all, ADREG: 0 }, "0110101", { preAdder: true, inmode: "01100" }); // C + (D - A) * B
  slice(none, "0000101", { preAdder: true, inmode: "00110" }); // D * B
  return bench.netlist;
}

describe("each cell's model equals that of Yosys's own library", () => {
  const compare = async (netlist: Netlist, name: string, more: { cycles?: number; lanes?: number } = {}) => {
    const chances: Record<string, number> = {};
    for (const { name: port } of netlist.ports) {
      if (/_(RST\w+|R|S|CLR|PRE)$/.test(port)) chances[port] = 0.15;
      else if (/_CE\w*$/.test(port)) chances[port] = 0.8;
    }
    const { differences, alive } = await compareWithIcarus({
      reference: [library, { name: "cells.v", text: structuralVerilog(netlist) }],
      top: "cells",
      netlist,
      folder: join(folder, name),
      cycles: 300,
      lanes: 2,
      chances,
      ...more,
    });
    expect(differences.slice(0, 20)).toEqual([]);
    for (const [port, values] of alive) expect(values, port).toBeGreaterThan(1);
  };

  it("for logic, flip-flops, memories and shift registers, with lanes of their own", async (context) => {
    await toolForTest(context, "iverilog");
    await compare(logicAndMemories(), "logic");
  });

  it("for the same with equal lanes", async (context) => {
    await toolForTest(context, "iverilog");
    await compare(logicAndMemories(), "logic-equal", { lanes: 1 });
  });

  it("for multiplier slices", { timeout: 180_000 }, async (context) => {
    await toolForTest(context, "iverilog");
    await compare(multiplierSlices(), "slices", { cycles: 100, lanes: 1 });
  });
});
