import { join } from "node:path";
import { ensureWritableFolder, writeAtomic } from "./files.js";
import { runProgram } from "./program.js";
import { findTool } from "./tools.js";
import type { SourceFile } from "./yosys/engine.js";

/** A warning of Verilator's lint. */
export interface LintWarning {
  /** "WIDTH", "UNUSEDSIGNAL" ...; empty for an error. */
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

export interface LintJob {
  /** In Verilog. */
  sources: readonly SourceFile[];
  top: string;
  folder: string;
  timeLimitSeconds?: number;
  setting?: string;
}

/**
 * What Verilator's lint (`--lint-only -Wall`) says of a design.
 *
 * @throws GatecastError of kind "tool": Verilator is missing or too old, crashes or hangs
 */
export async function lintVerilog(job: LintJob): Promise<LintWarning[]> {
  const tool = await findTool("verilator", job.setting === undefined ? {} : { setting: job.setting });
  const folder = await ensureWritableFolder(job.folder);
  for (const { name, text } of job.sources) await writeAtomic(join(folder, name), text);
  const args = ["--lint-only", "-Wall", "--language", "1364-2005", "--top-module", job.top];
  const { output } = await runProgram(tool.path, [...args, ...job.sources.map(({ name }) => name)], {
    cwd: folder,
    logFile: join(folder, "verilator.log"),
    timeLimitSeconds: job.timeLimitSeconds ?? 300,
    allowFailure: true,
  });
  return [...output.matchAll(/^%(?:Warning-(\w+)|Error(?:-\w+)?): (?:(.*?):(\d+):(?:\d+:)? )?(.*)$/gm)]
    .filter(([whole]) => !whole.startsWith("%Error: Exiting due to"))
    .map(([, rule = "", file = "", line = "0", text = ""]) => ({ rule, file, line: Number(line), text }));
}
