import { closeSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Worker } from "node:worker_threads";
import { GatecastError } from "../errors.js";
import { type CommandJob, type CommandRun, missingOutput } from "./commands.js";
import { explainFileError } from "./files.js";

/** A program of a YoWASP package. */
export interface YowaspProgram {
  /** Address of the package's module. */
  readonly url: string;
  /** The function of it that runs the program ("runYosys"). */
  readonly command: string;
  /** Its name in sentences, and in `where.program` of errors. */
  readonly title: string;
  readonly name: string;
  /** What to do instead where it takes too long, and where memory runs out. */
  readonly ifSlow: string;
  readonly ifCrashed: string;
}

/**
 * The worker, as text: this way it is the same whether this module runs from TypeScript (tests) or from dist/. It gets
 * the address of the package, the arguments and the files, sends lines of the log, and last what was written or what failed.
 */
const WORKER = `
const { parentPort, workerData } = require("node:worker_threads");
(async () => {
  const { [workerData.command]: run, Exit } = await import(workerData.url);
  const decoder = new TextDecoder();
  const print = (bytes) => {
    if (bytes !== null) parentPort.postMessage({ kind: "text", text: decoder.decode(bytes, { stream: true }) });
  };
  try {
    const written = await run(workerData.args, workerData.files, { stdout: print, stderr: print });
    const files = workerData.outputs.filter((name) => written[name] !== undefined).map((name) => {
      const content = written[name];
      return [name, typeof content === "string" ? new TextEncoder().encode(content) : content];
    });
    parentPort.postMessage({ kind: "done", files });
  } catch (error) {
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    parentPort.postMessage(error instanceof Exit ? { kind: "exit", code: error.code } : { kind: "crash", text });
  }
})();
`;

type Message =
  | { kind: "text"; text: string }
  | { kind: "done"; files: [string, Uint8Array][] }
  | { kind: "exit"; code: number }
  | { kind: "crash"; text: string };

/**
 * Runs a program that is WebAssembly, in a worker thread, so that it can be stopped at any moment and a progress display goes on
 * meanwhile.
 *
 * @param timeLimitSeconds where the job names none
 * @throws GatecastError of kind "tool": it fails, crashes, takes too long, or an output is missing. An abort throws the signal's reason.
 */
export async function runYowasp(
  program: YowaspProgram,
  job: CommandJob,
  timeLimitSeconds: number,
): Promise<CommandRun> {
  job.signal?.throwIfAborted();
  const started = performance.now();
  const log = new Log(program, job);
  const { url, command } = program;
  const files = Object.fromEntries(job.files.map(({ name, content }) => [name, content]));
  const worker = new Worker(WORKER, {
    eval: true,
    workerData: { url, command, args: job.args, files, outputs: job.outputs },
  });
  try {
    const written = new Map(await answer(worker, program, job, log, job.timeLimitSeconds ?? timeLimitSeconds));
    for (const name of job.outputs) if (!written.has(name)) throw missingOutput(program.title, name);
    return { files: written, log: log.text, seconds: (performance.now() - started) / 1000 };
  } finally {
    await worker.terminate();
    log.close();
  }
}

function answer(
  worker: Worker,
  { title, ifSlow, ifCrashed }: YowaspProgram,
  job: CommandJob,
  log: Log,
  limit: number,
): Promise<[string, Uint8Array][]> {
  return new Promise((resolve, reject) => {
    const fail = (message: string, remedy: string) => reject(log.error(message, remedy));
    const onAbort = () => reject(job.signal?.reason ?? new Error("aborted"));
    job.signal?.addEventListener("abort", onAbort, { once: true });
    const timer = setTimeout(
      () => fail(`${title} did not end within its time limit of ${limit} s.`, ifSlow),
      limit * 1000,
    );
    const settle = () => {
      clearTimeout(timer);
      job.signal?.removeEventListener("abort", onAbort);
    };
    worker.on("message", (message: Message) => {
      if (message.kind === "text") {
        try {
          log.take(message.text);
        } catch (error) {
          reject(error);
        }
        return;
      }
      settle();
      if (message.kind === "done") resolve(message.files);
      else if (message.kind === "exit") fail(`${title} failed with exit code ${message.code}.`, "The log says why.");
      else fail(`${title} (WebAssembly) crashed: ${message.text}.`, ifCrashed);
    });
    worker.once("error", (error) => {
      settle();
      fail(`${title} (WebAssembly) crashed: ${error.message}.`, ifCrashed);
    });
    worker.once("exit", (code) => {
      settle();
      fail(`The worker of ${title} ended without an answer (code ${code}).`, ifCrashed);
    });
  });
}

/** The log of one run: in memory, in a file where wanted, and line by line to whoever listens. */
class Log {
  text = "";
  private partial = "";
  private file: number | undefined;

  constructor(
    private readonly program: YowaspProgram,
    private readonly job: CommandJob,
  ) {
    if (job.logFile === undefined) return;
    try {
      mkdirSync(dirname(job.logFile), { recursive: true });
      this.file = openSync(job.logFile, "w");
    } catch (error) {
      throw explainFileError(error, job.logFile, "write");
    }
  }

  take(text: string): void {
    this.text += text;
    try {
      if (this.file !== undefined) writeFileSync(this.file, text);
    } catch (error) {
      throw explainFileError(error, this.job.logFile ?? "", "write");
    }
    if (this.job.onLine === undefined) return;
    const lines = (this.partial + text).split("\n");
    this.partial = lines.pop() ?? "";
    for (const line of lines) this.job.onLine(line);
  }

  error(message: string, remedy: string): GatecastError {
    const last = this.text.trimEnd().split("\n").slice(-12).join("\n");
    const file = this.job.logFile;
    return new GatecastError("tool", last === "" ? message : `${message} Its last lines:\n${last}`, {
      remedy: file === undefined ? remedy : `${remedy} Log: ${file}`,
      where: { program: this.program.name, ...(file === undefined ? {} : { log: file }) },
    });
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
  }
}
