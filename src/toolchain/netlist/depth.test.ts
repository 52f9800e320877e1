import { describe, expect, it } from "vitest";
import { synthesizeXilinx } from "../yosys/synthesize.js";
import { wasmYosys } from "../yosys/wasm.js";
import { describeDepth, logicDepth } from "./depth.js";
import type { Netlist, NetlistCell } from "./format.js";

/** A cell from pins of one net each; `[...]` for wider ports. */
function cell(type: string, connections: Record<string, number | readonly number[]>, parameters = {}): NetlistCell {
  const bits = Object.entries(connections).map(([port, nets]) => [port, typeof nets === "number" ? [nets] : nets]);
  return {
    name: `${type}_${JSON.stringify(connections.O ?? connections.Q ?? connections.P ?? "")}`,
    type,
    parameters,
    connections: Object.fromEntries(bits),
  };
}

const netlist = (inputs: readonly number[], cells: NetlistCell[], output: number): Netlist => ({
  module: "hand",
  ports: [
    { name: "x", direction: "input", bits: inputs },
    { name: "y", direction: "output", bits: [output] },
  ],
  cells,
  netNames: new Map(),
});

const lut = (inputs: readonly number[], output: number) =>
  cell("LUT6", { ...Object.fromEntries(inputs.map((net, index) => [`I${index}`, net])), O: output });
const levels = (...args: Parameters<typeof netlist>) => logicDepth(netlist(...args)).levels;

describe("logicDepth", () => {
  it("counts look-up tables on the longest way", () => {
    expect(levels([1], [], 1)).toBe(0);
    expect(levels([1, 2], [lut([1, 2], 3), lut([3, 2], 4), lut([2], 5), lut([4, 5], 6)], 6)).toBe(3);
  });

  it("ends and starts at registers, and counts their enable and reset as ends", () => {
    const register = cell("FDRE", { C: 9, CE: 1, D: 4, R: 2, Q: 5 });
    expect(levels([1, 2], [lut([2], 3), lut([3], 4), register, lut([5], 6)], 6)).toBe(2);
    const gated = cell("FDRE", { C: 9, CE: 4, D: 1, R: 2, Q: 5 });
    expect(levels([1, 2], [lut([2], 3), lut([3], 4), gated], 5)).toBe(2);
  });

  it("takes a wide multiplexer for a part of the level of its LUTs, but not by its select line", () => {
    const tree = [lut([1], 3), lut([1], 4), cell("MUXF7", { I0: 3, I1: 4, S: 2, O: 5 })];
    expect(levels([1, 2], tree, 5)).toBe(1);
    expect(levels([1, 2], [lut([1], 6), ...tree.slice(0, 2), cell("MUXF7", { I0: 3, I1: 4, S: 6, O: 5 })], 5)).toBe(2);
  });

  it("takes a carry chain for one level, and what it adds to twice for two", () => {
    const carry = (ci: number, from: number, to: number) =>
      cell("CARRY4", {
        CI: ci,
        S: [from, from, from, from],
        DI: [0, 0, 0, 0],
        O: [to, to + 1, to + 2, to + 3],
        CO: [to + 4, to + 5, to + 6, to + 7],
      });
    const chain = [lut([1], 2), carry(99, 2, 10), carry(17, 3, 20), carry(27, 3, 30)];
    expect(levels([1, 3], chain, 33)).toBe(2);
    expect(levels([1, 3], [...chain, lut([33], 40), carry(98, 40, 50)], 53)).toBe(4);
    // A bit's own data input does not reach its sum.
    const data = cell("CARRY4", { S: [3], DI: [2], O: [10], CO: [11] });
    expect(levels([1, 3], [lut([1], 2), data], 10)).toBe(1);
    expect(levels([1, 3], [lut([1], 2), data], 11)).toBe(2);
  });

  it("counts the read of a memory in LUTs, and what leads to its write port as a path of its own", () => {
    const memory = cell("RAM64X1D", { A: [1, 1], DPRA: [3, 3], D: 6, WE: 1, WCLK: 9, DPO: 4 });
    expect(levels([1], [lut([1], 3), memory], 4)).toBe(2);
    expect(levels([1], [lut([1], 2), lut([2], 5), lut([5], 6), memory, lut([1], 3)], 4)).toBe(3);
  });

  it("counts a multiplier without an output register as one level", () => {
    const registers = (a: number, m: number, p: number) => ({
      AREG: `${a}`,
      BREG: `${a}`,
      MREG: `${m}`,
      PREG: `${p}`,
      CREG: "0",
    });
    const slice = (parameters: object) => [
      lut([1], 2),
      cell("DSP48E1", { A: 2, B: 2, CLK: 9, P: 3 }, parameters),
      lut([3], 4),
    ];
    expect(levels([1], slice(registers(0, 0, 0)), 4)).toBe(3);
    expect(levels([1], slice(registers(1, 0, 0)), 4)).toBe(2);
    expect(levels([1], slice(registers(0, 0, 1)), 4)).toBe(1);
  });

  it("refuses what it does not know, and loops", () => {
    expect(() => levels([1], [cell("LDCE", { D: 1, Q: 2 })], 2)).toThrow(/LDCE/);
    expect(() => levels([1], [lut([1, 3], 2), lut([2], 3)], 3)).toThrow(/loop/);
  });

  it("tells the path of a synthesised design", { timeout: 120_000 }, async () => {
    const text = `module top(input clk, input [15:0] a, input [15:0] b, output reg [15:0] y = 0);
  reg [15:0] x = 0;
  reg [15:0] z = 0;
  always @(posedge clk) begin x <= a; z <= b; y <= (x + z) ^ {16{&x}}; end
endmodule
`;
    const { netlist } = await synthesizeXilinx({
      sources: [{ name: "top.v", text }],
      top: "top",
      family: "xc7",
      engine: wasmYosys(),
    });
    const depth = logicDepth(netlist);
    // A LUT for propagate, the chain, the XOR with the AND of all bits.
    expect(depth.levels).toBe(3);
    expect(describeDepth(depth)).toMatch(/^3 levels: [xz]\[\d+\] > LUT\d .*CARRY4( x \d)? .*> LUT\d .*\.D\[0\]$/);
    expect(depth.path.at(-1)?.type).toMatch(/^LUT/);
  });
});
