import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { GatecastError } from "../errors.js";
import { ensureWritableFolder, explainFileError, writeAtomic } from "./files.js";
import { type RunOptions, runProgram } from "./program.js";
import { type SimulationJob, type SimulationMessage, type SimulationResult, simulationLimits } from "./simulation.js";
import { findTool } from "./tools.js";
import type { SourceFile } from "./yosys/engine.js";

/**
 * Simulates VHDL-2008 with GHDL: analyses the sources in the order given, elaborates `top`, and runs it until it stops by
 * itself, an assertion of severity error fails, or the time limit is reached. A test bench that finds a difference must
 * assert with severity error or failure; that makes `passed` false and is no exception.
 *
 * @throws GatecastError of kind "tool": GHDL is missing or too old, the sources do not compile, it crashes or hangs.
 */
export async function runGhdl(job: SimulationJob): Promise<SimulationResult> {
  const tool = await findTool("ghdl", job.setting === undefined ? {} : { setting: job.setting });
  const folder = await ensureWritableFolder(job.folder);
  for (const { name, text } of job.sources) await writeAtomic(join(folder, name), text);
  for (const { name, text } of job.dataFiles ?? []) await writeAtomic(join(folder, name), text);

  const step = (name: string, args: string[], more: RunOptions = {}) =>
    runProgram(tool.path, args, {
      ...simulationLimits(job),
      ...more,
      cwd: folder,
      logFile: join(folder, `ghdl-${name}.log`),
    });
  const options = ["--std=08"];
  const analysis = await step("analyse", ["-a", ...options, ...job.sources.map(({ name }) => name)]);
  const elaboration = await step("elaborate", ["-e", ...options, job.top]);
  const run = await step("run", ["-r", ...options, job.top, "--assert-level=error"], { allowFailure: true });

  const text = analysis.output + elaboration.output + run.output;
  const messages = ghdlMessages(text);
  const logFile = join(folder, "ghdl-run.log");
  if (run.exitCode !== 0 && !messages.some(({ severity }) => severity === "error" || severity === "failure")) {
    // Not an assertion of the test bench: a bound or range check, a missing data file, or a defect of GHDL.
    throw new GatecastError("tool", `GHDL ended with exit code ${run.exitCode}: ${run.output.trim().slice(-2000)}`, {
      remedy: `Its log may say more: ${logFile}`,
      where: { program: tool.path, top: job.top, log: logFile },
    });
  }
  return {
    simulator: { name: "ghdl", version: tool.version },
    passed: run.exitCode === 0,
    lines: run.output.split("\n").filter((line) => line !== ""),
    messages,
    logFile,
    seconds: analysis.seconds + elaboration.seconds + run.seconds,
  };
}

/**
 * Analyses VHDL-2008 with all warnings that GHDL has, and returns them.
 *
 * @param job sources in compile order, and the folder for them, the library and the log
 * @throws GatecastError of kind "tool": GHDL is missing or too old, or the sources do not compile
 */
export async function analyseGhdl(job: Omit<GhdlSynthesis, "top">): Promise<SimulationMessage[]> {
  const tool = await findTool("ghdl", job.setting === undefined ? {} : { setting: job.setting });
  const folder = await ensureWritableFolder(job.folder);
  for (const { name, text } of job.sources) await writeAtomic(join(folder, name), text);
  const analysis = await runProgram(
    tool.path,
    ["-a", "--std=08", ...WARNINGS, ...job.sources.map(({ name }) => name)],
    {
      cwd: folder,
      logFile: join(folder, "ghdl-analyse.log"),
      timeLimitSeconds: job.timeLimitSeconds ?? 300,
    },
  );
  return ghdlMessages(analysis.output);
}

/** The warnings that are off unless asked for, and are no matter of taste about whole libraries. */
const WARNINGS = [
  "--warn-hide",
  "--warn-default-binding",
  "--warn-binding",
  "--warn-port",
  "--warn-reserved",
  "--warn-nested-comment",
  "--warn-directive",
  "--warn-parenthesis",
  "--warn-static",
  "--warn-specs",
  "--warn-unused",
  "--warn-others",
  "--warn-pure",
  "--warn-attribute",
  "--warn-shared",
  "--warn-port-bounds",
  "--warn-runtime-error",
];

/** What is asked of GHDL's synthesis. */
export interface GhdlSynthesis {
  /** VHDL-2008 in compile order. */
  sources: readonly SourceFile[];
  top: string;
  /** Where sources, the library and the logs go; made where missing. */
  folder: string;
  timeLimitSeconds?: number;
  setting?: string;
}

/**
 * Translates VHDL-2008 into Verilog by GHDL's synthesis. Copies of a `for ... generate` whose instance is called `lane` get the names that
 * they have in our own Verilog.
 *
 * @throws GatecastError of kind "tool": GHDL is missing or too old, or refuses the sources.
 */
export async function synthesizeGhdl(
  job: GhdlSynthesis,
): Promise<{ verilog: SourceFile; messages: SimulationMessage[] }> {
  const tool = await findTool("ghdl", job.setting === undefined ? {} : { setting: job.setting });
  const folder = await ensureWritableFolder(job.folder);
  for (const { name, text } of job.sources) await writeAtomic(join(folder, name), text);
  const step = (name: string, args: string[]) =>
    runProgram(tool.path, args, {
      cwd: folder,
      logFile: join(folder, `ghdl-${name}.log`),
      timeLimitSeconds: job.timeLimitSeconds ?? 300,
    });
  const analysis = await step("analyse", ["-a", "--std=08", ...job.sources.map(({ name }) => name)]);
  await step("synthesise", ["--synth", "--std=08", "--out=verilog", job.top]);
  // The log has all of the output: notes first, then the Verilog.
  const output = await readLog(join(folder, "ghdl-synthesise.log"));
  const start = output.search(/^module /m);
  if (start < 0) {
    throw new GatecastError("tool", `GHDL ended without an error but has not written any Verilog of ${job.top}.`, {
      remedy: "Look into its log; another version of GHDL may work.",
      where: { program: tool.path, top: job.top, log: join(folder, "ghdl-synthesise.log") },
    });
  }
  // GHDL 2.0 writes constants of more than 32 bits as if they were text.
  let text = output.slice(start).replace(/"([01xzXZ]{33,})"/g, (_, bits: string) => `${bits.length}'b${bits}`);
  text = text.replace(
    /^(\s+\w+ )(\w+?)_n(\d+)_lane \($/gm,
    (_, module: string, label: string, copy: string) => `${module}\\${label}[${Number(copy) - 1}].lane  (`,
  );
  // The elements of an array lie the other way round in GHDL's word than in ours, so that it must not have the same name.
  const arrays = new Set(
    job.sources.flatMap((source) =>
      [...source.text.matchAll(/^\s*signal (\w+)\s*: \1_array;/gm)].map(([, name = ""]) => name),
    ),
  );
  if (arrays.size > 0) {
    text = text.replace(
      new RegExp(`(?<=^ .*)(?<![.\\w])(?:${[...arrays].join("|")})(?!\\w)`, "gm"),
      (name) => `${name}__elements`,
    );
  }
  return {
    verilog: { name: `${job.top}_ghdl.v`, text },
    messages: ghdlMessages(analysis.output + output.slice(0, start)),
  };
}

/** Messages of the analysis (`file:line:column:warning: text`) and of the run (`file:line:column:@time:(report note): text`). */
export function ghdlMessages(output: string): SimulationMessage[] {
  const messages: SimulationMessage[] = [];
  for (const line of output.split("\n")) {
    const compiled = /^(.*?):(\d+):(\d+):(warning|error)?:? ?(.*)$/.exec(line);
    const ran = /^(.*?):(\d+):(\d+):@(\d+\w+):\((?:report|assertion) (note|warning|error|failure)\): ?(.*)$/.exec(line);
    if (ran !== null) {
      const [, file = "", row = "", , time = "", severity = "", text = ""] = ran;
      messages.push({ severity: severity as SimulationMessage["severity"], text, file, line: Number(row), time });
    } else if (compiled !== null && compiled[4] !== undefined) {
      const [, file = "", row = "", , severity = "", text = ""] = compiled;
      messages.push({ severity: severity as SimulationMessage["severity"], text, file, line: Number(row) });
    }
  }
  return messages;
}

async function readLog(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw explainFileError(error, path, "read");
  }
}
