import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { compareWithIcarus } from "../testing/compare-with-icarus.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { toolForTest } from "../testing/tool-for-test.js";
import { type SynthesisResult, synthesizeXilinx } from "../yosys/synthesize.js";
import { wasmYosys } from "../yosys/wasm.js";
import type { Netlist } from "./format.js";
import { simulateNetlist } from "./simulate.js";

const folder = temporaryFolder();
const source = { name: "zoo.v", text: readFileSync(join(import.meta.dirname, "../testing/designs/zoo.v"), "utf8") };
const chances = { rst: 0.05, clear: 0.1 };

describe("a synthesised design equals its source", () => {
  let synthesis: SynthesisResult;
  beforeAll(async () => {
    synthesis = await synthesizeXilinx({ sources: [source], top: "zoo", family: "xc7", engine: wasmYosys() });
  }, 400_000);

  const compare = (
    netlist: Netlist,
    name: string,
    more: { equalLanes?: boolean; unknown?: 0 | 1; cycles?: number } = {},
  ) =>
    compareWithIcarus({
      reference: [source],
      top: "zoo",
      netlist,
      folder: join(folder, name),
      cycles: 300,
      lanes: more.equalLanes === true ? 1 : 3,
      chances,
      ...more,
    });

  it("made of every kind of cell that this test means to try", () => {
    const kinds = Object.keys(synthesis.resources.cells);
    for (const kind of ["LUT2", "LUT3", "LUT4", "LUT5", "LUT6", "CARRY4", "FDRE", "FDSE", "INV"]) {
      expect(kinds).toContain(kind);
    }
    for (const kind of ["DSP48E1", "RAMB18E1", "RAM32M", "RAM64M", "RAM128X1D", "RAM128X1S", "RAM256X1S"]) {
      expect(kinds).toContain(kind);
    }
  });

  it("in every bit of every cycle, lanes with stimulus of their own", async (context) => {
    await toolForTest(context, "iverilog");
    const { differences, alive } = await compare(synthesis.netlist, "own");
    expect(differences).toEqual([]);
    for (const [name, values] of alive) expect(values, name).toBeGreaterThan(1);
  });

  it("in every bit of every cycle, lanes with equal addresses, whatever undefined bits are", async (context) => {
    await toolForTest(context, "iverilog");
    const { differences } = await compare(synthesis.netlist, "equal", { equalLanes: true, unknown: 1 });
    expect(differences).toEqual([]);
  });

  it.for(["LUT3", "LUT6", "FDRE", "RAM64M", "RAMB18E1", "CARRY4", "DSP48E1"])(
    "and a change in one %s is noticed",
    async (type, context) => {
      await toolForTest(context, "iverilog");
      const { differences } = await compare(mutant(synthesis.netlist, type), `mutant-${type}`, { cycles: 120 });
      expect(differences.length).toBeGreaterThan(0);
    },
  );

  it("starts again as at power-up after a reset", () => {
    const run = (simulation: ReturnType<typeof simulateNetlist>) => {
      const seen: bigint[] = [];
      for (let cycle = 0; cycle < 40; cycle++) {
        for (const port of ["write", "go", "enable", "shift"]) simulation.set(port, 1);
        for (const port of ["wa", "ra", "d", "a", "b", "x", "y"]) simulation.set(port, (cycle * 37) & 127);
        for (const { name, direction } of synthesis.netlist.ports)
          if (direction === "output") seen.push(simulation.get(name));
        simulation.step();
      }
      return seen;
    };
    const simulation = simulateNetlist(synthesis.netlist);
    const first = run(simulation);
    expect(run(simulation)).not.toEqual(first);
    simulation.reset();
    expect(run(simulation)).toEqual(first);
  });
});

/** The netlist with a small fault in one cell: a table inverted, a start value, an input exchanged, a register taken away. */
function mutant(netlist: Netlist, type: string): Netlist {
  const victim = netlist.cells.find((cell) => cell.type === type && (type !== "FDRE" || cell.parameters.INIT === "0"));
  if (victim === undefined) throw new Error(`no ${type} in the netlist`);
  const { parameters, connections } = victim;
  const flip = (bits: string) => [...bits].map((bit) => (bit === "0" ? "1" : "0")).join("");
  const init = type === "RAM64M" ? "INIT_A" : type === "RAMB18E1" ? "INIT_00" : "INIT";
  const changed =
    type === "CARRY4"
      ? { ...victim, connections: { ...connections, S: [...(connections.S ?? [])].reverse() } }
      : type === "DSP48E1"
        ? {
            ...victim,
            connections: {
              ...connections,
              B: (connections.B ?? []).map((bit, index, all) => (index === 0 ? (all[1] ?? bit) : bit)),
            },
          }
        : { ...victim, parameters: { ...parameters, [init]: flip(parameters[init] ?? "") } };
  return { ...netlist, cells: netlist.cells.map((cell) => (cell === victim ? changed : cell)) };
}
