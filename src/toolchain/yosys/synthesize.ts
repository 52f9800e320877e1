import { GatecastError } from "../../errors.js";
import { type Netlist, readNetlist } from "../netlist/format.js";
import type { SourceFile, YosysEngine } from "./engine.js";
import { countResources, isLibraryCell, readStatistics, type XilinxResources } from "./statistics.js";

export interface SynthesisOptions {
  /** The design in Verilog-2005; file names must differ. */
  sources: readonly SourceFile[];
  /** Name of the top module. */
  top: string;
  /** The device family; 7 series is the one that is modelled. */
  family: "xc7";
  engine: YosysEngine;
  /** False: multipliers are built of LUTs. Default true. */
  dsp?: boolean;
  /**
   * True: also synthesises the design a second time with its hierarchy kept, for resources per module. Nothing is
   * optimised across the modules then, so their sum differs from the (flattened) whole, and is usually larger.
   */
  perModule?: boolean;
  timeLimitSeconds?: number;
  signal?: AbortSignal;
  logFile?: string;
  onLine?: (line: string) => void;
}

/** A module of the design, synthesised with the hierarchy kept. */
export interface ModuleResources {
  module: string;
  /** How often it stands in the whole design. */
  instances: number;
  /** Of one instance, without the modules within it. */
  own: XilinxResources;
  /** Of one instance, with the modules within it. */
  total: XilinxResources;
}

export interface SynthesisResult {
  tool: { name: string; version: string };
  /** Of the whole design, flattened. */
  resources: XilinxResources;
  /** With `perModule`: top first, then in order of the total LUT sites, largest first. */
  modules?: ModuleResources[];
  /** The flattened netlist, without pads and clock buffers. */
  netlist: Netlist;
  /** The netlist as Yosys has written it (JSON). */
  netlistText: string;
  log: string;
  seconds: number;
}

/**
 * Synthesises a design for a Xilinx 7-series part with `synth_xilinx -flatten` and counts what it occupies. The top
 * module's ports get no pads and its clock no buffer: the design is meant to stand within a larger one.
 *
 * @throws GatecastError of kind "tool": Yosys fails or is stopped, a statistic is missing, a cell of unknown size.
 */
export async function synthesizeXilinx(options: SynthesisOptions): Promise<SynthesisResult> {
  checkNames(options);
  const { engine, perModule = false } = options;
  const outputs = ["statistics.json", "netlist.json", ...(perModule ? ["modules.json"] : [])];
  const run = await engine.run({
    script: xilinxScript(options),
    sources: options.sources,
    outputs,
    ...(options.timeLimitSeconds === undefined ? {} : { timeLimitSeconds: options.timeLimitSeconds }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
    ...(options.onLine === undefined ? {} : { onLine: options.onLine }),
  });
  const file = (name: string) => run.files.get(name) ?? "";
  const cells = statisticsOf(readStatistics(file("statistics.json")), options.top);
  const netlist = readNetlist(file("netlist.json"), options.top);
  checkAgainstNetlist(cells, netlist);
  checkWideMemories(netlist);
  return {
    tool: { name: engine.name, version: engine.version },
    resources: countResources(cells),
    ...(perModule ? { modules: perModuleResources(readStatistics(file("modules.json")), options.top) } : {}),
    netlist,
    netlistText: file("netlist.json"),
    log: run.log,
    seconds: run.seconds,
  };
}

/**
 * The synthesis itself. `synth_xilinx` starts at its step `prepare`: the step before reads the library of all cells of all Xilinx
 * families, of which a design without hand-placed cells needs none, and which takes half of the time of a small design.
 *
 * `-nosrl`: the pass that makes shift registers of LUTs loses the clock enable of those with a fixed length (measured with
 * versions 0.23 and 0.55: an SRL16E whose CE is tied to 1; https://github.com/YosysHQ/yosys/issues/6058), and so changes what
 * the design does.
 */
export function xilinxCommand({ top, flatten, dsp = true }: { top: string; flatten: boolean; dsp?: boolean }): string {
  return `synth_xilinx -family xc7 ${flatten ? "-flatten " : ""}-top ${top} -noiopad -noclkbuf -nosrl ${dsp ? "" : "-nodsp "}-run prepare:`;
}

/** Reads the cells that the steps of `xilinxCommand` may put into the netlist. */
export const XILINX_LIBRARY = "read_verilog -lib +/xilinx/cells_sim.v";

function xilinxScript({ sources, top, dsp = true, perModule = false }: SynthesisOptions): string {
  const synthesise = (flatten: boolean) => xilinxCommand({ top, flatten, dsp });
  return [
    ...sources.map(({ name }) => `read_verilog ${name}`),
    XILINX_LIBRARY,
    `hierarchy -check -top ${top}`,
    ...(perModule ? ["design -save elaborated"] : []),
    synthesise(true),
    `tee -q -o statistics.json stat -json`,
    `json -o netlist.json ${top}`,
    ...(perModule ? ["design -load elaborated", synthesise(false), "tee -q -o modules.json stat -json"] : []),
    "",
  ].join("\n");
}

/** Names go into a script: only plain ones, so that none can be taken for a command or an option. */
export function checkNames({
  sources,
  top,
  keep = [],
}: Pick<SynthesisOptions, "sources" | "top"> & { readonly keep?: readonly string[] }): void {
  const seen = new Set<string>();
  for (const { name } of sources) {
    if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name) || seen.has(name)) {
      throw new GatecastError(
        "usage",
        `"${name}" cannot be the name of a source file for synthesis, or stands there twice.`,
        {
          remedy: "Use each name once; letters, digits, _, - and . only.",
          where: { file: name },
        },
      );
    }
    seen.add(name);
  }
  for (const [what, name] of [["top", top], ...keep.map((one) => ["kept", one] as const)] as const) {
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) continue;
    throw new GatecastError("usage", `"${name}" cannot be the name of a ${what} module.`, {
      remedy: "Use letters, digits and _ only.",
      where: { [what]: name },
    });
  }
}

/** The cells of a module, by type. */
export function statisticsOf(statistics: Map<string, Record<string, number>>, top: string): Record<string, number> {
  const cells = statistics.get(top);
  if (cells === undefined) {
    throw new GatecastError("tool", `Yosys gives no statistics of the top module ${top}.`, {
      remedy: "Look into its log; leave the choice of Yosys to Gatecast if another one was set.",
      where: { top },
    });
  }
  return cells;
}

/** The statistics and the netlist are two outputs of one design: they must tell the same. */
export function checkAgainstNetlist(cells: Record<string, number>, netlist: Netlist): void {
  const counted: Record<string, number> = {};
  for (const { type } of netlist.cells) counted[type] = (counted[type] ?? 0) + 1;
  for (const type of new Set([...Object.keys(cells), ...Object.keys(counted)])) {
    if (cells[type] === counted[type]) continue;
    throw new GatecastError(
      "tool",
      `Yosys counts ${cells[type] ?? 0} cells of type ${type}, but its netlist has ${counted[type] ?? 0}.`,
      { remedy: "This is a defect of this version of Yosys; use another one.", where: { cell: type } },
    );
  }
}

/**
 * A block memory of 72 bits a word loses data in Yosys up to (at least) 0.55: the upper four parity bits are written with a copy of
 * the lower four (https://github.com/YosysHQ/yosys/pull/5833). Such a netlist is not what the design says.
 */
export function checkWideMemories(netlist: Netlist): void {
  for (const { name, type, connections, parameters } of netlist.cells) {
    if (type !== "RAMB36E1" || !parameters.RAM_MODE?.startsWith("SDP")) continue;
    if (Number.parseInt(parameters.WRITE_WIDTH_B ?? "0", 2) !== 72) continue;
    const [low, high] = [connections.DIPADIP ?? [], connections.DIPBDIP ?? []];
    if (!high.some((bit, index) => typeof bit === "number" && bit === low[index])) continue;
    throw new GatecastError("tool", `Yosys has built the memory ${name} of 72-bit words so that it loses data.`, {
      remedy: "Split the memory into words of at most 36 bits, or use a Yosys in which this is mended.",
      where: { cell: name },
    });
  }
}

export function perModuleResources(statistics: Map<string, Record<string, number>>, top: string): ModuleResources[] {
  const result = new Map<string, ModuleResources & { flat: Record<string, number> }>();
  const flatten = (module: string): Record<string, number> => {
    const known = result.get(module);
    if (known !== undefined) return known.flat;
    const own: Record<string, number> = {};
    const flat: Record<string, number> = {};
    const add = (cells: Record<string, number>, times: number) => {
      for (const [type, number] of Object.entries(cells)) flat[type] = (flat[type] ?? 0) + times * number;
    };
    for (const [type, number] of Object.entries(statisticsOf(statistics, module))) {
      if (!isLibraryCell(type) && statistics.has(type)) {
        add(flatten(type), number);
      } else {
        own[type] = number;
        add({ [type]: number }, 1);
      }
    }
    result.set(module, { module, instances: 0, own: countResources(own), total: countResources(flat), flat });
    return flat;
  };
  flatten(top);
  const count = (module: string, times: number): void => {
    const entry = result.get(module);
    if (entry !== undefined) entry.instances += times;
    for (const [type, number] of Object.entries(statisticsOf(statistics, module)))
      if (result.has(type)) count(type, times * number);
  };
  count(top, 1);
  const rank = (entry: ModuleResources) => (entry.module === top ? Number.POSITIVE_INFINITY : entry.total.lut);
  return [...result.values()]
    .map(({ flat: _flat, ...entry }) => entry)
    .sort((a, b) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a)) || (a.module < b.module ? -1 : 1));
}
