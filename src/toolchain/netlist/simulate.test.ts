import { describe, expect, it } from "vitest";
import type { NetBit, Netlist, NetlistCell } from "./format.js";
import { readNetlist } from "./format.js";
import { simulateNetlist } from "./simulate.js";

type Connections = Record<string, NetBit[]>;
const cell = (
  name: string,
  type: string,
  connections: Connections,
  parameters: Record<string, string> = {},
): NetlistCell => ({
  name,
  type,
  parameters,
  connections,
});

/** A netlist of module "top" with inputs clk (net 2) and a (nets 3 .. 10) and output y. */
function netlist(cells: NetlistCell[], y: NetBit[]): Netlist {
  const a = [3, 4, 5, 6, 7, 8, 9, 10];
  return {
    module: "top",
    ports: [
      { name: "clk", direction: "input", bits: [2] },
      { name: "a", direction: "input", bits: a },
      { name: "y", direction: "output", bits: y },
    ],
    cells,
    netNames: new Map([[20, "middle[0]"]]),
  };
}

const flipFlop = (name: string, d: NetBit, q: NetBit, clock: NetBit = 2) =>
  cell(name, "FDRE", { C: [clock], CE: ["1"], D: [d], R: ["0"], Q: [q] }, { INIT: "0" });
const inverter = (name: string, i: NetBit, o: NetBit) => cell(name, "INV", { I: [i], O: [o] });

describe("simulateNetlist", () => {
  const delay = () =>
    simulateNetlist(
      netlist(
        [3, 4, 5, 6, 7, 8, 9, 10].map((net) => flipFlop(`f${net}`, net, net + 20)),
        [23, 24, 25, 26, 27, 28, 29, 30],
      ),
    );

  it("drives and reads ports, for all lanes or each its own, unsigned or signed", () => {
    const simulation = delay();
    expect(simulation.clock).toBe("clk");
    simulation.set("a", -3);
    expect(simulation.get("y")).toBe(0n);
    simulation.step();
    expect([simulation.get("y", 31), simulation.getSigned("y", 31)]).toEqual([253n, -3n]);
    simulation.set("a", [1, 200n, -128]);
    simulation.step();
    expect([0, 1, 2, 3, 31].map((lane) => simulation.get("y", lane))).toEqual([1n, 200n, 128n, 1n, 1n]);
    expect(simulation.getBits("y")[7]).toBe(0b110);
  });

  it.each([256, -129, 1.5, 2 ** 40, -(2n ** 70n)])("refuses the value %s on a port of 8 bits", (value) => {
    expect(() => delay().set("a", value)).toThrow(expect.objectContaining({ kind: "usage" }));
  });

  it("refuses ports and lanes that are not there, and the clock", () => {
    const simulation = delay();
    expect(() => simulation.set("b", 1)).toThrow(/no input b/);
    expect(() => simulation.set("y", 1)).toThrow(/no input y/);
    expect(() => simulation.set("clk", 1)).toThrow(/step\(\) drives it/);
    expect(() => simulation.get("z")).toThrow(/no port z/);
    expect(() => simulation.get("y", 32)).toThrow(/no lane 32/);
    expect(() => simulation.set("a", [])).toThrow(/0 values/);
  });

  it("takes undefined bits for what the caller says", () => {
    const undefinedStart = cell("f", "FDRE", { C: [2], CE: ["0"], D: [3], R: ["0"], Q: [20] }, { INIT: "x" });
    const design = netlist([undefinedStart], [20, "x", "1"]);
    expect(simulateNetlist(design).get("y")).toBe(4n);
    expect(simulateNetlist(design, { unknown: 1 }).get("y")).toBe(7n);
  });

  it("reads the complement where a block memory gives no guarantee, and the old content in mode READ_FIRST", () => {
    const collide = (mode: string) => {
      const pins: Connections = {
        CLKARDCLK: [2],
        CLKBWRCLK: [2],
        ENARDEN: ["1"],
        ENBWREN: ["1"],
        RSTRAMARSTRAM: ["0"],
        RSTRAMB: ["0"],
      };
      const address: NetBit[] = Array.from({ length: 14 }, () => "0");
      const parameters = {
        RAM_MODE: "TDP",
        READ_WIDTH_A: "1001",
        WRITE_WIDTH_B: "1001",
        WRITE_MODE_B: mode,
        INIT_00: "10100101",
      };
      const data: Connections = {
        ADDRARDADDR: address,
        ADDRBWRADDR: address,
        DIBDI: [3, 4, 5, 6, 7, 8, 9, 10],
        WEBWE: ["1", "1", "1", "1"],
      };
      const ram = cell("ram", "RAMB18E1", { ...pins, ...data, DOADO: [20, 21, 22, 23, 24, 25, 26, 27] }, parameters);
      const simulation = simulateNetlist(netlist([ram], [20, 21, 22, 23, 24, 25, 26, 27]));
      simulation.set("a", 0x77);
      simulation.step();
      return simulation.get("y");
    };
    expect(collide("READ_FIRST")).toBe(0xa5n);
    expect(collide("WRITE_FIRST")).toBe(0x5an);
  });

  it.each<[string, NetlistCell[], RegExp]>([
    ["a cell without model", [cell("u1", "RAM512X1S", {})], /u1, of type RAM512X1S/],
    ["a cell named like a method", [cell("u1", "constructor", {})], /of type constructor/],
    [
      "a parameter that is not modelled",
      [cell("u1", "LUT1", { I0: [3], O: [20] }, { INIT: "10", MODE: "X" })],
      /MODE = "X"/,
    ],
    ["an inverted clock", [cell("u1", "FDRE", { C: [2], D: [3], Q: [20] }, { IS_C_INVERTED: "1" })], /IS_C_INVERTED/],
    ["a port that is not modelled", [cell("u1", "INV", { I: [3], O: [20], T: [4] })], /port T/],
    ["an output register of a block memory", [cell("u1", "RAMB18E1", {}, { DOA_REG: "1" })], /DOA_REG is 1/],
    [
      "a flag of a multiplier slice",
      [cell("u1", "DSP48E1", {}, { USE_PATTERN_DETECT: "PATDET" })],
      /no model of cell u1/,
    ],
    ["a net without driver", [inverter("u1", 21, 20)], /net 21 is used but has no driver/],
    ["a net with two drivers", [inverter("u1", 3, 20), inverter("u2", 4, 20)], /middle\[0\] has more than one driver/],
    ["a loop", [inverter("u1", 20, 21), inverter("u2", 21, 20)], /loop near the cells u1, u2/],
    ["several clocks", [flipFlop("u1", 3, 20), flipFlop("u2", 4, 21, 5)], /several clocks/],
    ["a clock out of logic", [inverter("u1", 3, 21), flipFlop("u2", 4, 20, 21)], /clock of cell u2 comes out of logic/],
  ])("refuses %s", (_, cells, message) => {
    expect(() => simulateNetlist(netlist(cells, [20]))).toThrow(
      expect.objectContaining({ kind: "tool", message: expect.stringMatching(message) }),
    );
  });

  it("finds the clock behind buffers", () => {
    const buffered = [
      cell("pad", "IBUF", { I: [2], O: [21] }),
      cell("buffer", "BUFG", { I: [21], O: [22] }),
      flipFlop("f", 3, 20, 22),
    ];
    expect(simulateNetlist(netlist(buffered, [20])).clock).toBe("clk");
  });
});

describe("readNetlist", () => {
  const file = (top: object) => JSON.stringify({ modules: { top } });
  it.each([
    ["no JSON", "module top", /not valid JSON/],
    ["another module", JSON.stringify({ modules: { other: {} } }), /no module "top"/],
    ["no ports", file({ cells: {}, netnames: {} }), /"ports" is missing/],
    [
      "an inout",
      file({ ports: { p: { direction: "inout", bits: [2] } }, cells: {}, netnames: {} }),
      /port p is neither/,
    ],
    ["a cell without type", file({ ports: {}, cells: { u: {} }, netnames: {} }), /cell u has no type/],
    [
      "a strange bit",
      file({ ports: { p: { direction: "input", bits: ["2"] } }, cells: {}, netnames: {} }),
      /the bit "2"/,
    ],
  ])("refuses %s", (_, json, message) => {
    expect(() => readNetlist(json, "top")).toThrow(
      expect.objectContaining({ kind: "tool", message: expect.stringMatching(message) }),
    );
  });
});
