import type { Netlist } from "../netlist/format.js";
import { readNetlist } from "../netlist/format.js";
import type { SourceFile, YosysEngine } from "./engine.js";
import { countResources, readStatistics, type XilinxResources } from "./statistics.js";
import {
  checkAgainstNetlist,
  checkNames,
  checkWideMemories,
  statisticsOf,
  XILINX_LIBRARY,
  xilinxCommand,
} from "./synthesize.js";

export interface PartsOptions {
  /** The designs in Verilog-2005; a file that several parts need stands here once. */
  sources: readonly SourceFile[];
  /** Modules to synthesise, each on its own with all that is in it. */
  parts: readonly string[];
  engine: YosysEngine;
  timeLimitSeconds?: number;
  logFile?: string;
}

export interface PartResult {
  resources: XilinxResources;
  /** Flattened. */
  netlist: Netlist;
}

/** Holds the parts; two underscores, so that it is no module of ours. */
const HOLDER = "all__parts";

/**
 * Synthesises several designs for a Xilinx 7-series part in one run of Yosys, each as `synthesizeXilinx` would alone: they stand
 * side by side with their ports open, each flattened within itself, and nothing is optimised across their borders. Much faster for
 * small designs, most of whose time is spent on starting the steps.
 *
 * @throws GatecastError of kind "tool": Yosys fails or is stopped, a statistic is missing, a cell of unknown size.
 */
export async function synthesizeParts(options: PartsOptions): Promise<Map<string, PartResult>> {
  const { sources, parts, engine } = options;
  const holder: SourceFile = {
    name: `${HOLDER}.v`,
    text: [`module ${HOLDER};`, ...parts.map((part, i) => `  (* keep *) ${part} part_${i} ();`), "endmodule", ""].join(
      "\n",
    ),
  };
  const all = [...sources, holder];
  for (const top of parts) checkNames({ sources: all, top });
  const run = await engine.run({
    script: [
      ...all.map(({ name }) => `read_verilog ${name}`),
      XILINX_LIBRARY,
      `hierarchy -check -top ${HOLDER}`,
      `setattr -mod -set keep_hierarchy 1 ${parts.join(" ")}`,
      xilinxCommand({ top: HOLDER, flatten: true }),
      "tee -q -o statistics.json stat -json",
      "json -o netlist.json",
      "",
    ].join("\n"),
    sources: all,
    outputs: ["statistics.json", "netlist.json"],
    ...(options.timeLimitSeconds === undefined ? {} : { timeLimitSeconds: options.timeLimitSeconds }),
    ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
  });
  const statistics = readStatistics(run.files.get("statistics.json") ?? "");
  const text = run.files.get("netlist.json") ?? "";
  return new Map(
    parts.map((part): [string, PartResult] => {
      const cells = statisticsOf(statistics, part);
      const netlist = readNetlist(text, part);
      checkAgainstNetlist(cells, netlist);
      checkWideMemories(netlist);
      return [part, { resources: countResources(cells), netlist }];
    }),
  );
}
