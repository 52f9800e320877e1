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
const iceLibrary = {
  name: "cells_sim.v",
  // Defaults of ports are SystemVerilog, and our netlists connect every pin. Registers that begin undefined there begin as 0, as they do in the model.
  text: `\`define NO_ICE40_DEFAULT_ASSIGNMENTS\n${readFileSync(join(yosys, "share/ice40/cells_sim.v"), "utf8").replace(
    /^(\s*reg\s+\[\d+:0\]\s+)(r[A-Z]|RDATA_I)(?:, (r[A-Z]))?;/gm,
    (_, type, first, second) => `${type}${first} = 0${second === undefined ? "" : `, ${second} = 0`};`,
  )}`,
};

/** Builds a netlist of cells that each have inputs and outputs of their own. */
class Bench {
  private readonly ports: Netlist["ports"] = [{ name: "clk", direction: "input", bits: [2] }];
  private readonly cells: NetlistCell[] = [];
  private next = 3;
  private state = 12345;

  /** `pins`: widths of the inputs and outputs by name (outputs negative), "clk", constants, or nets that cells share. */
  add(type: string, parameters: Record<string, string>, pins: Record<string, number | string | NetBit[]>): void {
    const name = `u${this.cells.length}`;
    const connections: Record<string, NetBit[]> = {};
    for (const [pin, what] of Object.entries(pins)) {
      if (what === "clk") connections[pin] = [2];
      else if (Array.isArray(what)) connections[pin] = what;
      else if (typeof what === "string") connections[pin] = [...what].reverse().map((bit) => (bit === "1" ? "1" : "0"));
      else {
        const bits = Array.from({ length: Math.abs(what) }, () => this.next++);
        connections[pin] = bits;
        this.ports.push({ name: `${name}_${pin}`, direction: what > 0 ? "input" : "output", bits });
      }
    }
    this.cells.push({ name, type, parameters, connections });
  }

  /** A net between cells, or one that an input drives. */
  net(input?: string): NetBit[] {
    const bits = [this.next++];
    if (input !== undefined) this.ports.push({ name: input, direction: "input", bits });
    return bits;
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

function iceLogic(): Netlist {
  const bench = new Bench();
  for (let repeat = 0; repeat < 6; repeat++)
    bench.add("SB_LUT4", { LUT_INIT: bench.bits(16) }, { ...inputs("I", 4), O: -1 });
  bench.add("SB_CARRY", {}, { I0: 1, I1: 1, CI: 1, CO: -1 });
  const clocked = { C: "clk", D: 1, Q: -1 };
  bench.add("SB_DFF", {}, clocked);
  bench.add("SB_DFFE", {}, { ...clocked, E: 1 });
  for (const enable of ["", "E"])
    for (const reset of ["R", "S"])
      bench.add(`SB_DFF${enable}S${reset}`, {}, { ...clocked, ...(enable === "" ? {} : { E: 1 }), [reset]: 1 });
  return bench.netlist;
}

/** Block memories in all modes of both sides; what is written and what is read take turns, since a collision is the model's own affair. */
function iceMemories(): Netlist {
  const bench = new Bench();
  const write = bench.net("write");
  const read = bench.net();
  bench.add("SB_LUT4", { LUT_INIT: "0000000000000001" }, { I0: write, I1: "0", I2: "0", I3: "0", O: read });
  for (let readMode = 0; readMode < 4; readMode++) {
    for (let writeMode = 0; writeMode < 4; writeMode++) {
      const rows = Array.from({ length: 16 }, (_, row) => [`INIT_${row.toString(16).toUpperCase()}`, bench.bits(256)]);
      const mode = (value: number) => value.toString(2).padStart(2, "0");
      // Few rows, so that what was written is read again; the columns above row 255 all.
      const address = (width: number, low: NetBit[]): NetBit[] => [
        ...low,
        ...Array.from({ length: 6 }, (): NetBit => "0"),
        ...Array.from({ length: 3 }, (_, bit) =>
          bit < width ? (bench.net(`a${readMode}${writeMode}${next++}`)[0] ?? 0) : "0",
        ),
      ];
      const low = () => [
        bench.net(`a${readMode}${writeMode}${next++}`)[0] ?? 0,
        bench.net(`a${readMode}${writeMode}${next++}`)[0] ?? 0,
      ];
      let next = 0;
      bench.add(
        "SB_RAM40_4K",
        { READ_MODE: mode(readMode), WRITE_MODE: mode(writeMode), ...Object.fromEntries(rows) },
        {
          RDATA: -16,
          RADDR: address(readMode, low()),
          RCLK: "clk",
          RCLKE: 1,
          RE: read,
          WADDR: address(writeMode, low()),
          WCLK: "clk",
          WCLKE: 1,
          WE: write,
          MASK: writeMode === 0 ? 16 : "0000000000000000",
          WDATA: 16,
        },
      );
    }
  }
  // A table of constants, as Yosys makes it: nothing is ever written.
  const row = { INIT_0: bench.bits(256), READ_MODE: "00", WRITE_MODE: "01" };
  const none = {
    WADDR: "00000000000",
    WCLK: "0",
    WCLKE: "0",
    WE: "1",
    MASK: "0000000000000000",
    WDATA: "0000000000000000",
  };
  bench.add("SB_RAM40_4K", row, {
    RDATA: -16,
    RADDR: [...bench.net("r0"), ...bench.net("r1"), "0", "0", "0", "0", "0", "0", "0", "0", "0"],
    RCLK: "clk",
    RCLKE: 1,
    RE: "1",
    ...none,
  });
  return bench.netlist;
}

/** SB_MAC16 in the states that Yosys makes of products, sums and accumulators, and some more. */
function iceMultipliers(): Netlist {
  const bench = new Bench();
  const bit = (value: number, width = 1) => value.toString(2).padStart(width, "0");
  const names = ["A_REG", "B_REG", "C_REG", "D_REG", "A_SIGNED", "B_SIGNED", "NEG_TRIGGER", "MODE_8x8"] as const;
  const early = ["TOP_8x8_MULT_REG", "BOT_8x8_MULT_REG", "PIPELINE_16x16_MULT_REG1"] as const;
  const mac = (
    set: Partial<
      Record<(typeof names)[number] | "early" | "late" | "output" | "lower" | "direct" | "carry" | "topLower", number>
    >,
    pins: Record<string, number | string> = {},
  ) => {
    const { output = 3, lower = 2, direct = 1, carry = 3, topLower = lower } = set;
    bench.add(
      "SB_MAC16",
      {
        ...Object.fromEntries(names.map((name) => [name, bit(set[name] ?? 0)])),
        ...Object.fromEntries(early.map((name) => [name, bit(set.early ?? 0)])),
        PIPELINE_16x16_MULT_REG2: bit(set.late ?? 0),
        ...Object.fromEntries(
          [
            ["OUTPUT_SELECT", output, output],
            ["ADDSUB_LOWERINPUT", topLower, lower],
            ["ADDSUB_CARRYSELECT", carry, carry & 1 & ~(carry >> 1)],
          ].flatMap(([name, top, bottom]) => [
            [`TOP${name}`, bit(Number(top), 2)],
            [`BOT${name}`, bit(Number(bottom), 2)],
          ]),
        ),
        TOPADDSUB_UPPERINPUT: bit(direct),
        BOTADDSUB_UPPERINPUT: bit(direct),
      },
      {
        ...{ CLK: "clk", CE: 1, A: 16, B: 16, C: 16, D: 16, AHOLD: 1, BHOLD: 1, CHOLD: 1, DHOLD: 1, O: -32 },
        ...{ IRSTTOP: "0", IRSTBOT: "0", ORSTTOP: "0", ORSTBOT: "0", OLOADTOP: 1, OLOADBOT: 1 },
        ...{ ADDSUBTOP: 1, ADDSUBBOT: 1, OHOLDTOP: 1, OHOLDBOT: 1, CI: "0", ACCUMCI: "0", SIGNEXTIN: "0" },
        ...pins,
      },
    );
  };
  for (const [A_SIGNED, B_SIGNED] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ] as const)
    mac({ A_SIGNED, B_SIGNED });
  const equal = { A_SIGNED: 1, B_SIGNED: 1 };
  mac({ ...equal, A_REG: 1, B_REG: 1 });
  mac({ ...equal, early: 1 });
  mac({ ...equal, late: 1 });
  mac({ ...equal, A_REG: 1, early: 1, late: 1, output: 1, C_REG: 1, D_REG: 1 });
  mac({ ...equal, output: 0 }); // A * B +- {C, D}
  mac({ ...equal, output: 0, carry: 2, C_REG: 1 });
  mac({ ...equal, output: 1, direct: 0 }); // an accumulator, loaded with {C, D}
  mac(
    { output: 1, direct: 0 },
    { OLOADTOP: "0", OLOADBOT: "0", ADDSUBTOP: "0", ADDSUBBOT: "0", A: "0000000000010011" },
  );
  mac({ lower: 0, output: 0 }); // {A, B} +- {C, D}
  mac({ lower: 0, output: 0, carry: 0 }); // two sums
  mac({ lower: 0, output: 0, carry: 1 });
  mac({ lower: 0, topLower: 3, output: 0 }); // a sum of which B is sign-extended
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
      reference: [name.startsWith("ice") ? iceLibrary : library, { name: "cells.v", text: structuralVerilog(netlist) }],
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

  it("for logic, flip-flops and multipliers of iCE40", async (context) => {
    await toolForTest(context, "iverilog");
    await compare(iceLogic(), "ice-logic");
    await compare(iceMultipliers(), "ice-multipliers", { cycles: 120 });
  });

  it.for([2, 1])("for block memories of iCE40, %i lanes of their own", async (lanes, context) => {
    await toolForTest(context, "iverilog");
    await compare(iceMemories(), `ice-memories-${lanes}`, { lanes });
  });
});
