import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { GatecastError } from "../errors.js";
import { explainFileError, systemErrorCode } from "./files.js";

export interface RunOptions {
  /** Folder the program runs in; default: that of this process. */
  cwd?: string;
  /** Seconds of wall-clock time after which the program and all it has started are killed; default 600. */
  timeLimitSeconds?: number;
  /** File that receives everything the program prints (both streams, as it comes); an existing one is replaced. */
  logFile?: string;
  /** Aborting kills the program and all it has started (Ctrl-C). */
  signal?: AbortSignal;
  /** Environment variables added to those of this process. */
  env?: Readonly<Record<string, string>>;
  /** True: a non-zero exit code is returned instead of thrown (a simulation that finds a difference). */
  allowFailure?: boolean;
  /** Bytes of output after which the program is taken for one gone wild and killed; default 256 MiB. */
  outputLimitBytes?: number;
  /** Called with each whole line as it comes, for a progress display. */
  onLine?: (line: string) => void;
}

export interface ProgramResult {
  exitCode: number;
  /** What the program printed on both streams, whole lines in the order they came; of very long output the last `KEPT_BYTES` only. */
  output: string;
  /** True where `output` lacks the beginning. The log file has it all. */
  outputTruncated: boolean;
  seconds: number;
}

/** Bytes of output kept in memory; the log file keeps everything. */
export const KEPT_BYTES = 4 * 1024 * 1024;
const DEFAULT_TIME_LIMIT_SECONDS = 600;
const DEFAULT_OUTPUT_LIMIT_BYTES = 256 * 1024 * 1024;
const LINES_IN_ERROR = 12;
const LONGEST_LINE = 1024 * 1024;
/** A program asked to end gets this long before it is killed. */
const GRACE_MILLISECONDS = 1_500;

type Stop = { reason: "timeout" } | { reason: "abort" } | { reason: "flood" } | { reason: "log"; error: unknown };

/**
 * Runs a program to its end as the head of a process group of its own, so that whatever it starts dies with it when the
 * time limit is reached or `signal` is aborted. Its input is empty.
 *
 * @throws GatecastError of kind "tool": not found, not executable, crashed (signal), non-zero exit code (unless
 *   `allowFailure`), timed out, too much output; the last lines of output stand in the message. An abort throws the
 *   signal's reason. A log that cannot be written is an error of kind "system".
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<ProgramResult> {
  options.signal?.throwIfAborted();
  const log = options.logFile === undefined ? undefined : openLog(options.logFile);
  try {
    return await new Run(program, args, options, log).finished;
  } finally {
    if (log !== undefined) closeSync(log);
  }
}

function openLog(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, "w");
  } catch (error) {
    throw explainFileError(error, path, "write");
  }
}

/** Programs that are running; killed when this process ends before they do. */
const running = new Set<ChildProcess>();
let exitHandlerInstalled = false;

function killAllAtExit(): void {
  if (exitHandlerInstalled) return;
  exitHandlerInstalled = true;
  process.on("exit", () => {
    for (const child of running) killGroup(child, "SIGKILL");
  });
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    // The whole group has ended already, which is what was wanted (macOS says EPERM of a group that is all zombies).
    const code = systemErrorCode(error);
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}

/** Cuts one stream after its newlines, so that two streams never mix within a line; decodes UTF-8 across chunks. */
class LineSplitter {
  private readonly decoder = new TextDecoder();
  private partial = "";

  constructor(private readonly take: (text: string) => void) {}

  push(chunk: Uint8Array): void {
    const text = this.partial + this.decoder.decode(chunk, { stream: true });
    // A line without end is passed on in pieces rather than collected for ever.
    const cut = text.length > LONGEST_LINE ? text.length : text.lastIndexOf("\n") + 1;
    this.partial = text.slice(cut);
    if (cut > 0) this.take(text.slice(0, cut));
  }

  flush(): void {
    const rest = this.partial + this.decoder.decode();
    this.partial = "";
    if (rest !== "") this.take(rest);
  }
}

class Run {
  readonly finished: Promise<ProgramResult>;
  private readonly started = performance.now();
  private output = "";
  private truncated = false;
  private bytes = 0;
  private stop: Stop | undefined;

  constructor(
    private readonly program: string,
    private readonly args: readonly string[],
    private readonly options: RunOptions,
    private readonly log: number | undefined,
  ) {
    this.finished = new Promise((resolve, reject) => this.start(resolve, reject));
  }

  private start(resolve: (result: ProgramResult) => void, reject: (error: unknown) => void): void {
    const { cwd, signal, env, timeLimitSeconds = DEFAULT_TIME_LIMIT_SECONDS } = this.options;
    const child = spawn(this.program, this.args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
    });
    killAllAtExit();
    running.add(child);

    const end = (stop: Stop) => {
      if (this.stop !== undefined) return;
      this.stop = stop;
      killGroup(child, "SIGTERM");
      graceTimer = setTimeout(() => killGroup(child, "SIGKILL"), GRACE_MILLISECONDS);
    };
    let graceTimer: NodeJS.Timeout | undefined;
    const timer = setTimeout(() => end({ reason: "timeout" }), timeLimitSeconds * 1000);
    const onAbort = () => end({ reason: "abort" });
    signal?.addEventListener("abort", onAbort, { once: true });
    const collect = (stream: Readable) => {
      const lines = new LineSplitter((text) => this.take(text));
      const guarded = (action: () => void) => {
        try {
          if (this.stop?.reason !== "log" && this.stop?.reason !== "flood") action();
        } catch (error) {
          end({ reason: "log", error });
        }
      };
      stream.on("data", (chunk: Buffer) => {
        this.bytes += chunk.length;
        guarded(() => lines.push(chunk));
        if (this.bytes > (this.options.outputLimitBytes ?? DEFAULT_OUTPUT_LIMIT_BYTES)) end({ reason: "flood" });
      });
      stream.once("end", () => guarded(() => lines.flush()));
    };
    collect(child.stdout);
    collect(child.stderr);
    const cleanUp = () => {
      running.delete(child);
      clearTimeout(timer);
      clearTimeout(graceTimer);
      signal?.removeEventListener("abort", onAbort);
    };
    child.once("error", (error) => {
      cleanUp();
      reject(this.spawnError(error));
    });
    // What the program has started may outlive it and hold its pipes open: that ends here too.
    child.once("exit", () => killGroup(child, "SIGKILL"));
    child.once("close", (exitCode, killedBy) => {
      cleanUp();
      try {
        resolve(this.result(exitCode, killedBy));
      } catch (error) {
        reject(error);
      }
    });
  }

  /** Takes whole lines (the last of a stream may lack its end) into the log and the memory. */
  private take(text: string): void {
    if (this.log !== undefined) writeFileSync(this.log, text);
    this.output += text;
    if (this.output.length > 2 * KEPT_BYTES) {
      this.output = this.output.slice(-KEPT_BYTES);
      this.truncated = true;
    }
    if (this.options.onLine === undefined) return;
    const lines = text.split("\n");
    if (lines.at(-1) === "") lines.pop();
    for (const line of lines) this.options.onLine(line);
  }

  private result(exitCode: number | null, killedBy: NodeJS.Signals | null): ProgramResult {
    const { program, stop, options } = this;
    if (stop?.reason === "abort") throw options.signal?.reason ?? new Error("aborted");
    if (stop?.reason === "log") throw explainFileError(stop.error, options.logFile ?? "the log", "write");
    if (stop?.reason === "timeout") {
      const limit = options.timeLimitSeconds ?? DEFAULT_TIME_LIMIT_SECONDS;
      throw this.error(
        `${program} did not end within its time limit of ${limit} s and was stopped.`,
        "Try again when the machine is less busy; a program that hangs every time is broken: reinstall it, or do without it.",
      );
    }
    if (stop?.reason === "flood") {
      throw this.error(
        `${program} printed more than ${options.outputLimitBytes ?? DEFAULT_OUTPUT_LIMIT_BYTES} bytes and was stopped.`,
        "Look at the log for what it repeats.",
      );
    }
    if (killedBy !== null || exitCode === null) {
      throw this.error(
        `${program} crashed (${killedBy ?? "no exit code"}).`,
        "If memory was short, run less at a time; otherwise try another version of the program.",
      );
    }
    if (exitCode !== 0 && options.allowFailure !== true) {
      throw this.error(`${program} failed with exit code ${exitCode}.`, "The lines above and the log say why.");
    }
    const seconds = (performance.now() - this.started) / 1000;
    return { exitCode, output: this.output, outputTruncated: this.truncated, seconds };
  }

  private error(message: string, remedy: string): GatecastError {
    const lines = this.output.trimEnd().split("\n").slice(-LINES_IN_ERROR);
    const shown = this.output.trim() === "" ? "It printed nothing." : `Its last lines:\n${lines.join("\n")}`;
    const log = this.options.logFile;
    return new GatecastError("tool", `${message} ${shown}`, {
      remedy: log === undefined ? remedy : `${remedy} Log: ${log}`,
      where: {
        program: this.program,
        command: [this.program, ...this.args].join(" "),
        ...(log === undefined ? {} : { log }),
      },
    });
  }

  private spawnError(error: Error): unknown {
    const code = systemErrorCode(error);
    if (code === undefined) return error;
    const what =
      code === "ENOENT" ? "was not found" : code === "EACCES" ? "is not executable" : `could not be started (${code})`;
    return new GatecastError("tool", `The program ${this.program} ${what}.`, {
      remedy: "Install it and make sure that it is on the PATH, or give its full path in the configuration.",
      where: { program: this.program, code },
      cause: error,
    });
  }
}
