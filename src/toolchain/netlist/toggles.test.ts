import { expect, it } from "vitest";
import type { NetBit, Netlist, NetlistCell } from "./format.js";
import { simulateNetlist } from "./simulate.js";

const cell = (name: string, type: string, connections: Record<string, NetBit[]>, parameters = {}): NetlistCell => ({
  name,
  type,
  connections,
  parameters,
});

/** An inverter that only its flip-flop reads, and one that leaves the design: 2 clock, 3 input, 4 and 6 inverted, 5 registered. */
const netlist: Netlist = {
  module: "top",
  ports: [
    { name: "clk", direction: "input", bits: [2] },
    { name: "a", direction: "input", bits: [3] },
    { name: "y", direction: "output", bits: [5, 6] },
  ],
  cells: [
    cell("local", "INV", { I: [3], O: [4] }),
    cell("register", "FDRE", { C: [2], CE: ["1"], D: [4], R: ["0"], Q: [5] }, { INIT: "0" }),
    cell("routed", "INV", { I: [5], O: [6] }),
  ],
  netNames: new Map(),
};

it("counts nets that change, by what drives them and whether they leave the slice", () => {
  const simulation = simulateNetlist(netlist, { countToggles: true });
  for (const value of [0, 1, 1, 0]) {
    simulation.set("a", value);
    simulation.step();
  }
  // In each of 32 lanes: the input changes twice, the register 0 1 0 0 before the edges.
  const { localLut, flipFlop, lut, dsp } = simulation.toggles();
  expect(localLut).toEqual({ toggles: 2 * 32, nets: 1 });
  expect(flipFlop).toEqual({ toggles: 2 * 32, nets: 1 });
  expect(lut).toEqual({ toggles: 2 * 32, nets: 1 });
  expect(dsp).toEqual({ toggles: 0, nets: 0 });
  expect(() => simulateNetlist(netlist).toggles()).toThrow(/not counted/);
});
