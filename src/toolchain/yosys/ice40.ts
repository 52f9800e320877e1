import { limitsOf } from "../commands.js";
import { type Netlist, readNetlist } from "../netlist/format.js";
import type { SourceFile, YosysEngine } from "./engine.js";
import { countIce40, type Ice40Resources } from "./ice40-statistics.js";
import { readStatistics } from "./statistics.js";
import { checkAgainstNetlist, checkNames, statisticsOf } from "./synthesize.js";

export interface Ice40SynthesisOptions {
  /** The design in Verilog-2005; file names must differ. */
  sources: readonly SourceFile[];
  /** Name of the top module. */
  top: string;
  /** Whether the part has SB_MAC16 (UltraPlus). */
  dsp: boolean;
  engine: YosysEngine;
  timeLimitSeconds?: number;
  signal?: AbortSignal;
  logFile?: string;
  onLine?: (line: string) => void;
}

export interface Ice40SynthesisResult {
  tool: { name: string; version: string };
  /** Of the whole design, flattened. */
  resources: Ice40Resources;
  netlist: Netlist;
  /** The netlist as Yosys has written it (JSON). */
  netlistText: string;
  log: string;
  seconds: number;
}

/**
 * Synthesises a design for an iCE40 with `synth_ice40` and counts what it occupies. Its ports get no pads: nextpnr makes those.
 *
 * @throws GatecastError of kind "tool": Yosys fails or is stopped, a statistic is missing, a cell of unknown size.
 */
export async function synthesizeIce40(options: Ice40SynthesisOptions): Promise<Ice40SynthesisResult> {
  const { sources, top, dsp, engine } = options;
  checkNames(options);
  const run = await engine.run({
    ...limitsOf(options),
    script: [
      ...sources.map(({ name }) => `read_verilog ${name}`),
      `synth_ice40 ${dsp ? "-dsp " : ""}-top ${top}`,
      "tee -q -o statistics.json stat -json",
      `json -o netlist.json ${top}`,
      "",
    ].join("\n"),
    sources,
    outputs: ["statistics.json", "netlist.json"],
  });
  const netlistText = run.files.get("netlist.json") ?? "";
  const cells = statisticsOf(readStatistics(run.files.get("statistics.json") ?? ""), top);
  const netlist = readNetlist(netlistText, top);
  checkAgainstNetlist(cells, netlist);
  return {
    tool: { name: engine.name, version: engine.version },
    resources: countIce40(netlist),
    netlist,
    netlistText,
    log: run.log,
    seconds: run.seconds,
  };
}

export interface Ice40ShellOptions extends Omit<Ice40SynthesisOptions, "sources" | "dsp"> {
  /** Verilog of what stands around the core: pads, serial line, reset. It instantiates the module `core`. */
  shell: SourceFile;
  /** Name of the core's module, and its ports, for Yosys to know them while it synthesises the shell. */
  core: string;
  /** The core's netlist as `synthesizeIce40` has written it. */
  coreNetlist: string;
}

/**
 * Puts a shell around a core that is a netlist already, and gives the netlist of both, flattened. The core's cells stay what they are: what was proven is what
 * is placed and routed.
 *
 * @throws GatecastError of kind "tool": Yosys fails or is stopped, or a cell of unknown size
 */
export async function mountIce40(options: Ice40ShellOptions): Promise<Ice40SynthesisResult> {
  const { shell, core, coreNetlist, top, engine } = options;
  const files: SourceFile[] = [shell, { name: "core.json", text: coreNetlist }];
  checkNames({ sources: [...files, { name: "stub.v", text: "" }], top });
  checkNames({ sources: [], top: core });
  const stub: SourceFile = { name: "stub.v", text: blackBox(readNetlist(coreNetlist, core)) };
  const run = await engine.run({
    ...limitsOf(options),
    script: [
      "read_verilog -lib stub.v",
      `read_verilog ${shell.name}`,
      `synth_ice40 -top ${top}`,
      `delete =${core}`,
      "read_json core.json",
      `hierarchy -check -top ${top}`,
      "flatten",
      "opt_clean -purge",
      "tee -q -o statistics.json stat -json",
      `json -o netlist.json ${top}`,
      "",
    ].join("\n"),
    sources: [...files, stub],
    outputs: ["statistics.json", "netlist.json"],
  });
  const netlistText = run.files.get("netlist.json") ?? "";
  const netlist = readNetlist(netlistText, top);
  checkAgainstNetlist(statisticsOf(readStatistics(run.files.get("statistics.json") ?? ""), top), netlist);
  return {
    tool: { name: engine.name, version: engine.version },
    resources: countIce40(netlist),
    netlist,
    netlistText,
    log: run.log,
    seconds: run.seconds,
  };
}

function blackBox({ module, ports }: Netlist): string {
  const declared = ports.map(({ name, direction, bits }) => `  ${direction} [${bits.length - 1}:0] ${name}`);
  return `module ${module} (\n${declared.join(",\n")}\n);\nendmodule\n`;
}
