import type { GatecastError } from "../../src/errors.js";
import type { BenchOptions } from "./options.js";

/** Where a bench writes to, and what it may know of its surroundings. */
export interface Surroundings {
  /** The repository's root. */
  readonly root: string;
  /** Prints a line of the result. */
  readonly print: (text: string) => void;
  /** Prints a line of progress, apart from the result. */
  readonly progress: (text: string) => void;
}

/** What `--json` writes: rows of figures, and on what machine they were measured. */
export interface BenchResult extends Readonly<Record<string, unknown>> {
  readonly rows: readonly object[];
  /** Some of it could not be measured: thrown once the rest is written. */
  readonly failed?: GatecastError;
}

/** A bench: one file of this folder. */
export interface Bench {
  readonly name: string;
  /** One line for the list. */
  readonly summary: string;
  /** Its own options, beside `--json` and `--quick`: name -> what it says in the list. */
  readonly options: Readonly<Record<string, string>>;
  run(options: BenchOptions, surroundings: Surroundings): Promise<BenchResult>;
}
