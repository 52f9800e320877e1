import type { RunOptions } from "./program.js";
import type { SourceFile } from "./yosys/engine.js";

/** What an event-driven simulator is asked to do. */
export interface SimulationJob {
  /** In compile order. */
  sources: readonly SourceFile[];
  /** Entity or module at the top: a test bench without ports. */
  top: string;
  /** Files the test bench reads, by names without folders. */
  dataFiles?: readonly SourceFile[];
  /** Folder where sources, data, the compiled design and the logs go; made where missing. One run at a time in it. */
  folder: string;
  /** Seconds for each step (compile, run); default 600. */
  timeLimitSeconds?: number;
  signal?: AbortSignal;
  /** Path of the simulator, where it is not the one on the PATH. */
  setting?: string;
  /** Called with each line as it comes. */
  onLine?: (line: string) => void;
}

export interface SimulationMessage {
  severity: "note" | "warning" | "error" | "failure";
  text: string;
  file?: string;
  line?: number;
  /** Simulated time, as the simulator writes it; none for messages of the compiler. */
  time?: string;
}

export interface SimulationResult {
  simulator: { name: string; version: string };
  /** False: the test bench says that something is wrong. */
  passed: boolean;
  /** What the run printed, without empty lines. */
  lines: string[];
  /** Notes, warnings and errors of the compiler and the run, in order. */
  messages: SimulationMessage[];
  /** The log of the run; those of the other steps stand beside it. */
  logFile: string;
  /** Wall-clock time, compilation included. */
  seconds: number;
}

/** The limits of a job in the form `runProgram` takes. */
export function simulationLimits(job: SimulationJob): RunOptions {
  return {
    ...(job.timeLimitSeconds === undefined ? {} : { timeLimitSeconds: job.timeLimitSeconds }),
    ...(job.signal === undefined ? {} : { signal: job.signal }),
    ...(job.onLine === undefined ? {} : { onLine: job.onLine }),
  };
}
