import { GatecastError } from "../../errors.js";

/**
 * What a design occupies on a 7-series part, counted from the cells of a synthesised netlist.
 *
 * The counting rule (docs/toolchain.md): `lut` is the number of LUT sites. Every LUT1 .. LUT6 takes one, every inverter
 * (INV) one, and every distributed memory or shift register as many as it is built of; that two small LUTs may share one
 * site is not assumed. `lutram` is the part of `lut` that is used as memory or shift register (SLICEM only).
 */
export interface XilinxResources {
  /** LUT sites, `lutram` included. */
  lut: number;
  /** LUT sites used as distributed memory or shift register. */
  lutram: number;
  ff: number;
  carry4: number;
  /** Wide multiplexers F7 and F8; they take no LUT site. */
  muxf: number;
  /** DSP48E1 slices. */
  dsp: number;
  /** 18-Kbit block memories, those within `ramb36` not counted. */
  ramb18: number;
  /** 36-Kbit block memories, each the place of two 18-Kbit ones. */
  ramb36: number;
  /** Number of cells by type, as Yosys counts them. */
  cells: Readonly<Record<string, number>>;
}

type Counted = Exclude<keyof XilinxResources, "cells">;

const lut = { lut: 1 };
const ff = { ff: 1 };
const muxf = { muxf: 1 };
const memory = (sites: number) => ({ lut: sites, lutram: sites });

/** What each cell that `synth_xilinx -family xc7` emits for our designs occupies. Sites of memories: Xilinx UG474, table 2-3 on. */
const OCCUPIES: Readonly<Record<string, Partial<Record<Counted, number>>>> = {
  LUT1: lut,
  LUT2: lut,
  LUT3: lut,
  LUT4: lut,
  LUT5: lut,
  LUT6: lut,
  INV: lut,
  FDRE: ff,
  FDSE: ff,
  FDCE: ff,
  FDPE: ff,
  CARRY4: { carry4: 1 },
  MUXF7: muxf,
  MUXF8: muxf,
  SRL16E: memory(1),
  SRLC32E: memory(1),
  RAM32X1S: memory(1),
  RAM64X1S: memory(1),
  RAM128X1S: memory(2),
  RAM256X1S: memory(4),
  RAM32X1D: memory(2),
  RAM64X1D: memory(2),
  RAM128X1D: memory(4),
  RAM32M: memory(4),
  RAM64M: memory(4),
  DSP48E1: { dsp: 1 },
  RAMB18E1: { ramb18: 1 },
  RAMB36E1: { ramb36: 1 },
  // Pads and clock buffers are no logic.
  IBUF: {},
  OBUF: {},
  BUFG: {},
  GND: {},
  VCC: {},
  // Where newer versions of Yosys note the hierarchy that was flattened: no hardware.
  $scopeinfo: {},
};

/**
 * Counts resources from the number of cells by type.
 *
 * @throws GatecastError of kind "tool" for a type of cell whose size is not known: nothing is ever left out of a sum.
 */
export function countResources(cells: Readonly<Record<string, number>>): XilinxResources {
  const sum: Record<Counted, number> = { lut: 0, lutram: 0, ff: 0, carry4: 0, muxf: 0, dsp: 0, ramb18: 0, ramb36: 0 };
  for (const [type, number] of Object.entries(cells)) {
    const occupied = Object.hasOwn(OCCUPIES, type) ? OCCUPIES[type] : undefined;
    if (occupied === undefined) {
      throw new GatecastError(
        "tool",
        `The synthesised netlist has ${number} cell(s) of type ${type}, whose size is not known.`,
        {
          remedy:
            "Latches and leftover $-cells mean that the design was not synthesised completely; otherwise add the type to the counting rule.",
          where: { cell: type },
        },
      );
    }
    for (const key of Object.keys(occupied) as Counted[]) sum[key] += number * (occupied[key] ?? 0);
  }
  return { ...sum, cells };
}

/** Whether `type` is a library cell of the counting rule (and not a module of the design). */
export function isLibraryCell(type: string): boolean {
  return Object.hasOwn(OCCUPIES, type);
}

/**
 * Reads the JSON of `stat -json`: per module the number of cells by type, submodules among them.
 *
 * @throws GatecastError of kind "tool" where a module or its numbers are missing: a missing statistic is never a zero.
 */
export function readStatistics(json: string): Map<string, Record<string, number>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw unreadable("is not valid JSON", error);
  }
  const modules = member(parsed, "modules");
  if (typeof modules !== "object" || modules === null) throw unreadable(`has no "modules"`);
  const result = new Map<string, Record<string, number>>();
  for (const [name, module] of Object.entries(modules)) {
    const byType = member(module, "num_cells_by_type");
    const total = member(module, "num_cells");
    if (typeof byType !== "object" || byType === null) throw unreadable(`lacks "num_cells_by_type" of ${name}`);
    const cells: Record<string, number> = {};
    let sum = 0;
    for (const [type, number] of Object.entries(byType)) {
      if (typeof number !== "number" || !Number.isSafeInteger(number))
        throw unreadable(`has no number of ${type} in ${name}`);
      cells[type] = number;
      sum += number;
    }
    if (total !== sum) throw unreadable(`gives ${String(total)} cells for ${name}, but ${sum} by type`);
    result.set(name.replace(/^\\/, ""), cells);
  }
  return result;
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function unreadable(what: string, cause?: unknown): GatecastError {
  return new GatecastError("tool", `The statistics that Yosys has written cannot be used: the file ${what}.`, {
    remedy: "This version of Yosys may write them differently; leave the choice of Yosys to Gatecast.",
    cause,
  });
}
