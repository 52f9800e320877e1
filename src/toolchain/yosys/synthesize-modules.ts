import { readStatistics } from "./statistics.js";
import {
  checkNames,
  type ModuleResources,
  perModuleResources,
  type SynthesisOptions,
  XILINX_LIBRARY,
  xilinxCommand,
} from "./synthesize.js";

/**
 * Synthesises a design for a Xilinx 7-series part with its hierarchy kept, and counts what each of its modules occupies: nothing is
 * optimised across their borders. The top module comes first.
 *
 * @throws GatecastError of kind "tool": Yosys fails or is stopped, a statistic is missing, a cell of unknown size.
 */
export async function synthesizeModules(
  options: Omit<SynthesisOptions, "perModule" | "family">,
): Promise<ModuleResources[]> {
  checkNames(options);
  const { engine, sources, top, dsp, timeLimitSeconds, signal, logFile, onLine } = options;
  const run = await engine.run({
    script: [
      ...sources.map(({ name }) => `read_verilog ${name}`),
      XILINX_LIBRARY,
      `hierarchy -check -top ${top}`,
      xilinxCommand({ top, flatten: false, ...(dsp === undefined ? {} : { dsp }) }),
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
