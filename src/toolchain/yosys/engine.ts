/** One file handed to a tool. `name` is a plain file name without folders. */
export interface SourceFile {
  name: string;
  text: string;
}

/** What one run of Yosys takes and how it may end. */
export interface YosysJob {
  /** The commands, one per line, as in a Yosys script. */
  script: string;
  /** Files the script reads, in its working folder. */
  sources: readonly SourceFile[];
  /** Names of the files the script writes and the caller wants back. */
  outputs: readonly string[];
  /** Seconds of wall-clock time, then the run is stopped; default 900. */
  timeLimitSeconds?: number;
  signal?: AbortSignal;
  /** File that receives the whole log. */
  logFile?: string;
  /** Called with each line of the log as it comes. */
  onLine?: (line: string) => void;
}

export interface YosysRun {
  /** The wanted outputs by name; each is there, or the run has failed. */
  files: ReadonlyMap<string, string>;
  log: string;
  seconds: number;
}

/** The two ways to run Yosys: brought along as WebAssembly, or installed on the machine. */
export interface YosysEngine {
  /** "yowasp-yosys" or "yosys". */
  name: string;
  version: string;
  /** @throws GatecastError of kind "tool": the script fails, a limit is reached, an output is missing. */
  run(job: YosysJob): Promise<YosysRun>;
}

export const YOSYS_TIME_LIMIT_SECONDS = 900;
