import type { ProgressOutput } from "./progress.js";

/** What a command has of the world; tests hand in their own. */
export interface Surroundings {
  /** Results. */
  readonly stdout: ProgressOutput;
  /** Progress and errors. */
  readonly stderr: ProgressOutput;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Where relative paths start and `gatecast.config.ts` is looked for. */
  readonly folder: string;
}
