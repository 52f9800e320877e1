import { GatecastError } from "../../errors.js";
import type { NetBit, Netlist, NetlistCell } from "./format.js";
import { type CellPaths, cellPaths } from "./paths.js";

/** A cell on a path, and the net by which the path leaves it. */
export interface PathCell {
  readonly cell: string;
  readonly type: string;
  readonly net: string;
}

export interface LogicDepth {
  /** Levels of the longest path; 0 where registers feed registers. */
  readonly levels: number;
  /** Its cells in order; more than `levels` where carry chains or wide multiplexers are among them. */
  readonly path: readonly PathCell[];
  /** Net where it starts: an output of a register, memory or multiplier, or an input of the design. */
  readonly from: string;
  /** Cell and pin where it ends, or an output of the design. */
  readonly to: string;
}

/**
 * The longest path of logic in a netlist that `synth_xilinx -family xc7` has made, in levels:
 *
 * - each look-up table (LUT1 .. LUT6, INV) is a level, and so is the read of a memory or shift register in LUTs;
 * - the wide multiplexers F7 and F8 belong to the level of the LUTs before them; by its select line a path enters as by a LUT;
 * - a carry chain is one level, of however many CARRY4; a LUT before it is a level of its own;
 * - a multiplier slice (DSP48E1) without an output register is one level;
 * - paths start at registers, memories, multipliers and inputs, and end at such cells and at outputs.
 *
 * @throws GatecastError of kind "tool" for a cell that is not known, and for a combinational loop
 */
export function logicDepth(netlist: Netlist): LogicDepth {
  const drivers = new Map<number, Driver>();
  const ends: { bit: NetBit; to: string }[] = [];
  for (const cell of netlist.cells) {
    const paths = cellPaths(cell);
    for (const [port, bits] of Object.entries(cell.connections)) {
      if (paths.clocks.has(port)) continue;
      for (const [index, bit] of bits.entries()) {
        if (typeof bit !== "number") continue;
        if (paths.outputs.has(port)) drivers.set(bit, { cell, paths, port, index });
        else if (!paths.through.has(port)) ends.push({ bit, to: `${cell.name}.${port}[${index}]` });
      }
    }
  }
  for (const { name, direction, bits } of netlist.ports) {
    if (direction === "output") for (const [index, bit] of bits.entries()) ends.push({ bit, to: `${name}[${index}]` });
  }

  const name = (bit: NetBit): string => (typeof bit === "number" ? (netlist.netNames.get(bit) ?? `net ${bit}`) : bit);
  const walk = new Walk(drivers, name);
  let longest: { arrival: Arrival; to: string } | undefined;
  for (const { bit, to } of ends) {
    const arrival = walk.arrival(bit);
    if (longest === undefined || arrival.levels > longest.arrival.levels) longest = { arrival, to };
  }
  if (longest === undefined) return { levels: 0, path: [], from: "", to: "" };
  const path: PathCell[] = [];
  let at = longest.arrival;
  for (;;) {
    if (at.cell !== undefined) path.unshift({ cell: at.cell.name, type: at.cell.type, net: name(at.bit) });
    if (at.before === undefined) break;
    at = at.before;
  }
  return { levels: longest.arrival.levels, path, from: name(at.bit), to: longest.to };
}

/** A path in a line, for messages: "2 levels: count[1] > LUT6 (total) > CARRY4 x 3 (sum[7]) > register.D[0]". */
export function describeDepth({ levels, path, from, to }: LogicDepth): string {
  const groups: { type: string; count: number; net: string }[] = [];
  for (const { type, net } of path) {
    const last = groups.at(-1);
    if (last?.type === "CARRY4" && type === "CARRY4") Object.assign(last, { count: last.count + 1, net });
    else groups.push({ type, count: 1, net });
  }
  const steps = groups.map(({ type, count, net }) => `${type}${count > 1 ? ` x ${count}` : ""} (${net})`);
  return `${levels} levels: ${[from, ...steps, to].join(" > ")}`;
}

/** What drives a net. */
interface Driver {
  readonly cell: NetlistCell;
  readonly paths: CellPaths;
  readonly port: string;
  readonly index: number;
}

/** When a net is settled, and by which way the longest path came. */
interface Arrival {
  readonly bit: NetBit;
  readonly levels: number;
  /** The cell that drives the net, where the path goes through it. */
  readonly cell?: NetlistCell;
  readonly before?: Arrival;
}

/** The arrival at each net, computed once. */
class Walk {
  readonly #known = new Map<number, Arrival>();
  readonly #open = new Set<number>();
  constructor(
    readonly drivers: ReadonlyMap<number, Driver>,
    readonly name: (bit: NetBit) => string,
  ) {}

  /** Depth first, with a stack of its own: the call stack of the engine may be shorter than a chain is long. */
  arrival(bit: NetBit): Arrival {
    if (typeof bit !== "number") return { bit, levels: 0 };
    const stack = [bit];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      if (this.#known.has(top)) {
        stack.pop();
        continue;
      }
      const driver = this.drivers.get(top);
      const inputs = driver === undefined ? [] : this.#inputs(driver);
      const missing = inputs.flatMap((input) =>
        typeof input.bit === "number" && !this.#known.has(input.bit) ? [input.bit] : [],
      );
      if (missing.length === 0) {
        this.#known.set(top, this.#settled(top, driver, inputs));
        stack.pop();
        continue;
      }
      if (this.#open.has(top)) throw loop(this.name(top));
      this.#open.add(top);
      stack.push(...missing);
    }
    return this.#known.get(bit) ?? { bit, levels: 0 };
  }

  /** The nets that the driven one depends on within the cycle. */
  #inputs({ cell, paths, port, index }: Driver): { bit: NetBit; levels: number }[] {
    return paths.arcs(port, index).flatMap((arc) => {
      const bit = cell.connections[arc.port]?.[arc.index];
      if (bit === undefined) return [];
      // What comes by CI from the CARRY4 below is in the chain already.
      const below = cell.type === "CARRY4" && arc.port === "CI" && typeof bit === "number" && this.drivers.get(bit);
      return [{ bit, levels: below && below.cell.type === "CARRY4" ? 0 : arc.levels }];
    });
  }

  #settled(bit: number, driver: Driver | undefined, inputs: readonly { bit: NetBit; levels: number }[]): Arrival {
    const inside = driver?.paths.inside ?? 0;
    let latest: Arrival =
      driver !== undefined && inside > 0 ? { bit, levels: inside, cell: driver.cell } : { bit, levels: 0 };
    for (const input of inputs) {
      const before = typeof input.bit === "number" ? this.#known.get(input.bit) : undefined;
      if (driver === undefined || before === undefined) continue;
      const levels = before.levels + input.levels;
      // A path from a register is told before one of equal length from a constant or within the cell.
      if (levels > latest.levels || (levels === latest.levels && latest.before === undefined)) {
        latest = { bit, levels, cell: driver.cell, before };
      }
    }
    return latest;
  }
}

function loop(net: string): GatecastError {
  return new GatecastError("tool", `The netlist has a combinational loop through ${net}.`, {
    remedy: "Break the loop by a register.",
    where: { net },
  });
}
