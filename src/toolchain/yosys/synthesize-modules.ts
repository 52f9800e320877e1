import { readStatistics } from "./statistics.js";
import {
  checkNames,
  type ModuleResources,
  perModuleResources,
  type SynthesisOptions,
  XILINX_LIBRARY,
  xilinxCommand,
} from "./synthesize.js";

/** What `synthesizeModules` is asked. */
export interface PartsOptions extends Omit<SynthesisOptions, "perModule" | "family"> {
  /** Modules that are kept apart, by name; all others become one with those that they are in. */
  readonly keep: readonly string[];
}

/**
 * Synthesises a design for a Xilinx 7-series part with some of its modules kept, and counts what each of these occupies: nothing is
 * optimised across their borders, but within them as in the flattened whole. The top module comes first.
 *
 * @throws GatecastError of kind "usage": a name that cannot be one; of kind "tool": Yosys fails or is stopped, a statistic is missing, a cell of unknown size.
 */
export async function synthesizeModules(options: PartsOptions): Promise<ModuleResources[]> {
  checkNames(options);
  const { engine, sources, keep, top, dsp, timeLimitSeconds, signal, logFile, onLine } = options;
  const run = await engine.run({
    script: [
      ...sources.map(({ name }) => `read_verilog ${name}`),
      XILINX_LIBRARY,
      `hierarchy -check -top ${top}`,
      ...keep.map((name) => `setattr -mod -set keep_hierarchy 1 ${name}`),
      xilinxCommand({ top, flatten: true, ...(dsp === undefined ? {} : { dsp }) }),
      "tee -q -o modules.json stat -json",
      "",
    ].join("\n"),
    sources,
    outputs: ["modules.json"],
    ...(timeLimitSeconds === undefined ? {} : { timeLimitSeconds }),
    ...(signal === undefined ? {} : { signal }),
    ...(logFile === undefined ? {} : { logFile }),
    ...(onLine === undefined ? {} : { onLine }),
  });
  return perModuleResources(readStatistics(run.files.get("modules.json") ?? ""), top);
}
