import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GatecastError } from "../../errors.js";
import { explainFileError, systemErrorCode } from "../files.js";
import { runProgram } from "../program.js";
import { findTool } from "../tools.js";
import { YOSYS_TIME_LIMIT_SECONDS, type YosysEngine, type YosysJob, type YosysRun } from "./engine.js";

/**
 * The Yosys that is installed on this machine: three to eight times faster than the WebAssembly one, but of whatever
 * version it happens to be, so that counts may differ from machine to machine.
 *
 * @param setting path or name of the program; default `yosys` on the PATH.
 * @throws GatecastError of kind "tool": missing or too old.
 */
export async function nativeYosys(setting?: string): Promise<YosysEngine> {
  const { path, version } = await findTool("yosys", setting === undefined ? {} : { setting });
  return { name: "yosys", version, run: (job) => run(path, job) };
}

async function run(program: string, job: YosysJob): Promise<YosysRun> {
  const folder = await mkdtemp(join(tmpdir(), "gatecast-yosys-")).catch((error: unknown) => {
    throw explainFileError(error, tmpdir(), "make a folder in");
  });
  try {
    for (const { name, text } of [...job.sources, { name: "script.ys", text: job.script }]) {
      const path = join(folder, name);
      await writeFile(path, text).catch((error: unknown) => {
        throw explainFileError(error, path, "write");
      });
    }
    const { output, seconds } = await runProgram(program, ["-s", "script.ys"], {
      cwd: folder,
      timeLimitSeconds: job.timeLimitSeconds ?? YOSYS_TIME_LIMIT_SECONDS,
      ...(job.signal === undefined ? {} : { signal: job.signal }),
      ...(job.logFile === undefined ? {} : { logFile: job.logFile }),
      ...(job.onLine === undefined ? {} : { onLine: job.onLine }),
    });
    const files = new Map<string, string>();
    for (const name of job.outputs) files.set(name, await readOutput(join(folder, name), name));
    return { files, log: output, seconds };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readOutput(path: string, name: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw explainFileError(error, path, "read");
    throw missingOutput(name);
  }
}

/** The error of a run that says it ended well but has not written what it should have. */
export function missingOutput(name: string): GatecastError {
  return new GatecastError("tool", `Yosys ended without an error but has not written ${name}.`, {
    remedy: "Look into its log; another version of Yosys may work.",
    where: { file: name },
  });
}
