import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GatecastError } from "../errors.js";
import { explainFileError, systemErrorCode } from "./files.js";
import { runProgram } from "./program.js";

/** Limits of a run, and who watches it. */
export interface CommandLimits {
  /** Seconds of wall-clock time, then the run is stopped. */
  timeLimitSeconds?: number;
  signal?: AbortSignal;
  /** File that receives the whole log. */
  logFile?: string;
  /** Called with each line of the log as it comes. */
  onLine?: (line: string) => void;
}

/** One run of a program that reads files and writes files. */
export interface CommandJob extends CommandLimits {
  args: readonly string[];
  /** Files in its working folder, by names without folders. */
  files: readonly { name: string; content: string | Uint8Array }[];
  /** Names of the files that it writes and the caller wants back. */
  outputs: readonly string[];
}

export interface CommandRun {
  /** The wanted outputs by name; each is there, or the run has failed. */
  files: ReadonlyMap<string, Uint8Array>;
  log: string;
  seconds: number;
}

/**
 * Runs a program of this machine in a folder of its own, which is removed afterwards.
 *
 * @param title its name in sentences
 * @throws GatecastError as `runProgram` does, and of kind "tool" where an output is missing
 */
export async function runInFolder(program: string, title: string, job: CommandJob): Promise<CommandRun> {
  const folder = await mkdtemp(join(tmpdir(), "gatecast-tool-")).catch((error: unknown) => {
    throw explainFileError(error, tmpdir(), "make a folder in");
  });
  try {
    for (const { name, content } of job.files) {
      const path = join(folder, name);
      await writeFile(path, content).catch((error: unknown) => {
        throw explainFileError(error, path, "write");
      });
    }
    const { output, seconds } = await runProgram(program, job.args, { cwd: folder, ...limitsOf(job) });
    const files = new Map<string, Uint8Array>();
    for (const name of job.outputs) files.set(name, await readOutput(join(folder, name), title, name));
    return { files, log: output, seconds };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The limits of a job alone, for another one. */
export function limitsOf({ timeLimitSeconds, signal, logFile, onLine }: CommandLimits): CommandLimits {
  return {
    ...(timeLimitSeconds === undefined ? {} : { timeLimitSeconds }),
    ...(signal === undefined ? {} : { signal }),
    ...(logFile === undefined ? {} : { logFile }),
    ...(onLine === undefined ? {} : { onLine }),
  };
}

async function readOutput(path: string, title: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw explainFileError(error, path, "read");
    throw missingOutput(title, name);
  }
}

/** The error of a run that says it ended well but has not written what it should have. */
export function missingOutput(title: string, name: string): GatecastError {
  return new GatecastError("tool", `${title} ended without an error but has not written ${name}.`, {
    remedy: "Look into its log; another version of it may work.",
    where: { file: name },
  });
}
