import { GatecastError } from "../../errors.js";
import type { NetBit, Netlist, NetlistCell } from "../netlist/format.js";

/**
 * What a design occupies on an iCE40, counted from the cells of a synthesised netlist.
 *
 * The part's unit is the logic cell: a look-up table of four inputs, a flip-flop behind it and a carry beside it. `logicCells` is the number that a
 * placer needs at least, by the rule that nextpnr packs by (docs/toolchain.md); it adds some to lead carries into and out of their chains.
 */
export interface Ice40Resources {
  logicCells: number;
  /** SB_LUT4. */
  lut: number;
  ff: number;
  carry: number;
  /** SB_MAC16. */
  dsp: number;
  /** SB_RAM40_4K. */
  ebr: number;
  /** SB_SPRAM256KA. */
  spram: number;
  /** Number of cells by type, as Yosys counts them. */
  cells: Readonly<Record<string, number>>;
}

type Counted = Exclude<keyof Ice40Resources, "cells" | "logicCells">;

const OCCUPIES: Readonly<Record<string, Counted | null>> = {
  SB_LUT4: "lut",
  SB_CARRY: "carry",
  SB_MAC16: "dsp",
  SB_RAM40_4K: "ebr",
  SB_SPRAM256KA: "spram",
  ...Object.fromEntries(
    ["", "E", "SR", "R", "SS", "S", "ESR", "ER", "ESS", "ES"].map((kind) => [`SB_DFF${kind}`, "ff" as const]),
  ),
  // Pads and clock buffers are no logic; $scopeinfo is where newer versions of Yosys note the hierarchy that was flattened.
  SB_IO: null,
  SB_GB: null,
  SB_GB_IO: null,
  $scopeinfo: null,
};

/**
 * Counts the resources of a netlist.
 *
 * @param modules names of the modules that are kept apart within it, which are counted for themselves; default: it is flat
 * @throws GatecastError of kind "tool" for a type of cell whose size is not known: nothing is ever left out of a sum
 */
export function countIce40(netlist: Netlist, modules: ReadonlySet<string> = new Set()): Ice40Resources {
  const sum: Record<Counted, number> = { lut: 0, ff: 0, carry: 0, dsp: 0, ebr: 0, spram: 0 };
  const cells: Record<string, number> = {};
  for (const { type } of netlist.cells) {
    if (modules.has(type)) continue;
    cells[type] = (cells[type] ?? 0) + 1;
    const kind = Object.hasOwn(OCCUPIES, type) ? OCCUPIES[type] : undefined;
    if (kind === undefined) {
      throw new GatecastError("tool", `The synthesised netlist has a cell of type ${type}, whose size is not known.`, {
        remedy:
          "Leftover $-cells mean that the design was not synthesised completely; otherwise add the type to the counting rule.",
        where: { cell: type },
      });
    }
    if (kind !== null) sum[kind] += 1;
  }
  return { logicCells: packedCells(netlist), ...sum, cells };
}

/**
 * Logic cells after packing: a flip-flop shares the cell of the table that feeds nothing but it; a carry that of a table with the same two operands at I1 and
 * I2, and its own carry at I3.
 */
function packedCells(netlist: Netlist): number {
  const users = new Map<number, number>();
  const tables = new Map<NetBit, NetlistCell>();
  for (const cell of netlist.cells) {
    for (const [port, bits] of Object.entries(cell.connections)) {
      if (cell.type === "SB_LUT4" && port === "O" && bits[0] !== undefined) tables.set(bits[0], cell);
      else if (!isOutput(cell, port)) {
        for (const bit of bits) if (typeof bit === "number") users.set(bit, (users.get(bit) ?? 0) + 1);
      }
    }
  }
  for (const { direction, bits } of netlist.ports) {
    if (direction !== "output") continue;
    for (const bit of bits) if (typeof bit === "number") users.set(bit, (users.get(bit) ?? 0) + 1);
  }
  const key = (...bits: (NetBit | undefined)[]) => bits.join();
  const withOperands = new Map<string, number>();
  for (const { type, connections } of netlist.cells) {
    if (type !== "SB_LUT4") continue;
    const own = key(connections.I1?.[0], connections.I2?.[0], connections.I3?.[0]);
    withOperands.set(own, (withOperands.get(own) ?? 0) + 1);
  }
  let count = 0;
  for (const { type, connections } of netlist.cells) {
    if (type === "SB_LUT4") count += 1;
    else if (type.startsWith("SB_DFF")) {
      const [d] = connections.D ?? [];
      if (d === undefined || !tables.has(d) || users.get(Number(d)) !== 1) count += 1;
    } else if (type === "SB_CARRY") {
      const own = key(connections.I0?.[0], connections.I1?.[0], connections.CI?.[0]);
      const left = withOperands.get(own) ?? 0;
      if (left > 0) withOperands.set(own, left - 1);
      else count += 1;
    }
  }
  return count;
}

function isOutput({ type }: NetlistCell, port: string): boolean {
  if (type.startsWith("SB_DFF")) return port === "Q";
  return ["O", "CO", "RDATA", "ACCUMCO", "SIGNEXTOUT", "DATAOUT"].includes(port);
}
