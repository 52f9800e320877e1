import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { ensureWritableFolder, writeAtomic } from "./files.js";
import { type RunOptions, runProgram } from "./program.js";
import { type SimulationJob, type SimulationMessage, type SimulationResult, simulationLimits } from "./simulation.js";
import { findTool } from "./tools.js";

/**
 * Simulates Verilog-2005 with Icarus Verilog: compiles the sources, then runs `top` until `$finish`. Verilog-2005 has no way to
 * end with an error, so a test bench says that something is wrong with `$display("ERROR: ...")`, at the start of a line;
 * that makes `passed` false and is no exception.
 *
 * @throws GatecastError of kind "tool": Icarus is missing or too old, the sources do not compile, it crashes or hangs.
 */
export async function runIcarus(job: SimulationJob): Promise<SimulationResult> {
  const compiler = await findTool("iverilog", job.setting === undefined ? {} : { setting: job.setting });
  // The two halves of Icarus belong together: the one beside the compiler, if there is one.
  const beside = join(dirname(compiler.path), "vvp");
  const runner = await findTool("vvp", existsSync(beside) ? { setting: beside } : {});
  const folder = await ensureWritableFolder(job.folder);
  for (const { name, text } of job.sources) await writeAtomic(join(folder, name), text);
  for (const { name, text } of job.dataFiles ?? []) await writeAtomic(join(folder, name), text);

  const step = (program: string, name: string, args: string[], more: RunOptions = {}) =>
    runProgram(program, args, {
      ...simulationLimits(job),
      ...more,
      cwd: folder,
      logFile: join(folder, `icarus-${name}.log`),
    });
  const names = job.sources.map(({ name }) => name);
  const compiled = await step(compiler.path, "compile", [
    "-g2005",
    "-Wall",
    "-s",
    job.top,
    "-o",
    "design.vvp",
    ...names,
  ]);
  // -n: `$stop` and Ctrl-C end the run instead of waiting for commands.
  const run = await step(runner.path, "run", ["-n", "design.vvp"]);

  const lines = run.output.split("\n").filter((line) => line !== "");
  const messages = icarusMessages(compiled.output, lines);
  return {
    simulator: { name: "icarus", version: compiler.version },
    passed: !messages.some(({ severity }) => severity === "error" || severity === "failure"),
    lines,
    messages,
    logFile: join(folder, "icarus-run.log"),
    seconds: compiled.seconds + run.seconds,
  };
}

function icarusMessages(compilerOutput: string, lines: readonly string[]): SimulationMessage[] {
  const messages: SimulationMessage[] = [];
  for (const line of compilerOutput.split("\n")) {
    const [, file, row, text] = /^(.*?):(\d+): warning: (.*)$/.exec(line) ?? [];
    if (text !== undefined && file !== undefined) messages.push({ severity: "warning", text, file, line: Number(row) });
  }
  for (const line of lines) {
    const [, word, text = ""] = /^(ERROR|WARNING):\s*(.*)$/.exec(line) ?? [];
    if (word !== undefined) messages.push({ severity: word === "ERROR" ? "error" : "warning", text });
  }
  return messages;
}
