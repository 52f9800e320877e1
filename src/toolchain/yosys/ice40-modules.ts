import { limitsOf } from "../commands.js";
import { type Netlist, readNetlist } from "../netlist/format.js";
import type { Ice40SynthesisOptions } from "./ice40.js";
import { countIce40, type Ice40Resources } from "./ice40-statistics.js";
import { checkNames } from "./synthesize.js";

/** What `synthesizeIce40Modules` is asked. */
export interface Ice40ModulesOptions extends Ice40SynthesisOptions {
  /** Modules that are kept apart, by name; all others become one with those that they are in. */
  readonly keep: readonly string[];
}

/** A module of the design: one instance of it, with the modules within it. */
export interface Ice40Module {
  readonly module: string;
  readonly total: Omit<Ice40Resources, "cells">;
}

/**
 * Synthesises a design for an iCE40 with some of its modules kept, and counts what each of these occupies: nothing is optimised or
 * packed across their borders, but within them as in the flattened whole. The top module comes first.
 *
 * @throws GatecastError of kind "usage": a name that cannot be one; of kind "tool": Yosys fails or is stopped, a cell of unknown size.
 */
export async function synthesizeIce40Modules(options: Ice40ModulesOptions): Promise<Ice40Module[]> {
  checkNames(options);
  const { sources, top, keep, dsp, engine } = options;
  const run = await engine.run({
    ...limitsOf(options),
    script: [
      ...sources.map(({ name }) => `read_verilog ${name}`),
      `hierarchy -check -top ${top}`,
      ...keep.map((name) => `setattr -mod -set keep_hierarchy 1 ${name}`),
      `synth_ice40 ${dsp ? "-dsp " : ""}-top ${top}`,
      "json -o netlist.json",
      "",
    ].join("\n"),
    sources,
    outputs: ["netlist.json"],
  });
  const text = run.files.get("netlist.json") ?? "";
  const names = [top, ...keep.filter((name) => name !== top)];
  const netlists = new Map(names.map((name) => [name, readNetlist(text, name)]));
  return names.map((module) => ({ module, total: totalOf(module, netlists) }));
}

function totalOf(module: string, netlists: ReadonlyMap<string, Netlist>): Omit<Ice40Resources, "cells"> {
  const netlist = netlists.get(module);
  if (netlist === undefined) throw new Error(`no netlist of ${module}`);
  const inner = netlist.cells.filter(({ type }) => netlists.has(type));
  const { cells: _cells, ...own } = countIce40(netlist, new Set(netlists.keys()));
  return inner.map(({ type }) => totalOf(type, netlists)).reduce((sum, part) => plus(sum, part), own);
}

function plus(a: Omit<Ice40Resources, "cells">, b: Omit<Ice40Resources, "cells">): Omit<Ice40Resources, "cells"> {
  return {
    logicCells: a.logicCells + b.logicCells,
    lut: a.lut + b.lut,
    ff: a.ff + b.ff,
    carry: a.carry + b.carry,
    dsp: a.dsp + b.dsp,
    ebr: a.ebr + b.ebr,
    spram: a.spram + b.spram,
  };
}
