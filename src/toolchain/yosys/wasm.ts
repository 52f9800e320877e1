import { closeSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { version as packageVersion } from "@yowasp/yosys";
import { GatecastError } from "../../errors.js";
import { explainFileError } from "../files.js";
import { YOSYS_TIME_LIMIT_SECONDS, type YosysEngine, type YosysJob, type YosysRun } from "./engine.js";
import { missingOutput } from "./native.js";

/**
 * The Yosys that comes with the package as WebAssembly: the same version, and so the same counts, on every machine. Runs
 * in a worker thread, so that it can be stopped at any moment and a progress display goes on meanwhile.
 */
export function wasmYosys(): YosysEngine {
  return { name: "yowasp-yosys", version: packageVersion, run };
}

/**
 * The worker, as text: this way it is the same whether this module runs from TypeScript (tests) or from dist/. It gets
 * the address of Yosys, the arguments and the files, sends lines of the log, and last what it has written or what failed.
 */
const WORKER = `
const { parentPort, workerData } = require("node:worker_threads");
(async () => {
  const { runYosys, Exit } = await import(workerData.yosys);
  const decoder = new TextDecoder();
  const print = (bytes) => {
    if (bytes !== null) parentPort.postMessage({ kind: "text", text: decoder.decode(bytes, { stream: true }) });
  };
  try {
    const written = await runYosys(workerData.args, workerData.files, { stdout: print, stderr: print });
    const files = workerData.outputs.filter((name) => written[name] !== undefined).map((name) => {
      const content = written[name];
      return [name, typeof content === "string" ? content : new TextDecoder().decode(content)];
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
  | { kind: "done"; files: [string, string][] }
  | { kind: "exit"; code: number }
  | { kind: "crash"; text: string };

async function run(job: YosysJob): Promise<YosysRun> {
  job.signal?.throwIfAborted();
  const yosys = pathToFileURL(createRequire(import.meta.url).resolve("@yowasp/yosys")).href;
  const files = Object.fromEntries(
    [...job.sources, { name: "script.ys", text: job.script }].map((f) => [f.name, f.text]),
  );
  const started = performance.now();
  const log = new Log(job);
  const worker = new Worker(WORKER, {
    eval: true,
    workerData: { yosys, args: ["-s", "script.ys"], files, outputs: job.outputs },
  });
  try {
    const written = new Map(await answer(worker, job, log));
    for (const name of job.outputs) if (!written.has(name)) throw missingOutput(name);
    return { files: written, log: log.text, seconds: (performance.now() - started) / 1000 };
  } finally {
    await worker.terminate();
    log.close();
  }
}

function answer(worker: Worker, job: YosysJob, log: Log): Promise<[string, string][]> {
  const limit = job.timeLimitSeconds ?? YOSYS_TIME_LIMIT_SECONDS;
  return new Promise((resolve, reject) => {
    const fail = (message: string, remedy: string) => reject(log.error(message, remedy));
    const onAbort = () => reject(job.signal?.reason ?? new Error("aborted"));
    job.signal?.addEventListener("abort", onAbort, { once: true });
    const timer = setTimeout(
      () =>
        fail(
          `Yosys did not end within its time limit of ${limit} s.`,
          "Use a native Yosys (`--yosys native`), which is several times faster, or a smaller network.",
        ),
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
      else if (message.kind === "exit") fail(`Yosys failed with exit code ${message.code}.`, "The log says why.");
      else fail(`Yosys (WebAssembly) crashed: ${message.text}.`, "If memory was short, use a native Yosys.");
    });
    worker.once("error", (error) => {
      settle();
      fail(`Yosys (WebAssembly) crashed: ${error.message}.`, "If memory was short, use a native Yosys.");
    });
    worker.once("exit", (code) => {
      settle();
      fail(`The worker of Yosys ended without an answer (code ${code}).`, "If memory was short, use a native Yosys.");
    });
  });
}

/** The log of one run: in memory, in a file where wanted, and line by line to whoever listens. */
class Log {
  text = "";
  private partial = "";
  private readonly file: number | undefined;

  constructor(private readonly job: YosysJob) {
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
      where: { program: "yowasp-yosys", ...(file === undefined ? {} : { log: file }) },
    });
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
  }
}
