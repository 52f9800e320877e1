import { type ErrorKind, GatecastError } from "../errors.js";

/** Exit code of the command line for each kind of error (docs/command-line.md). 0 is success. */
export const exitCodes: Readonly<Record<ErrorKind, number>> = {
  usage: 2,
  data: 3,
  model: 4,
  training: 5,
  run: 6,
  hardware: 7,
  tool: 8,
  verification: 9,
  system: 10,
};
/** A defect of Gatecast itself (EX_SOFTWARE of sysexits.h). */
export const bugExitCode = 70;
/** Ended by Ctrl-C: 128 + SIGINT, as shells have it. */
export const interruptedExitCode = 130;

/** The user pressed Ctrl-C, and the work stopped at a point it can go on from. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

export interface ErrorReport {
  readonly text: string;
  readonly exitCode: number;
}

/**
 * What a person is told about anything thrown: one paragraph and a remedy for what they can mend, the stack and a request
 * to report it for what is a bug of ours.
 */
export function reportError(error: unknown, options: { json: boolean }): ErrorReport {
  if (error instanceof Interrupted) {
    return { exitCode: interruptedExitCode, text: options.json ? json("interrupted", error.message) : error.message };
  }
  if (error instanceof GatecastError) {
    const exitCode = exitCodes[error.kind];
    const text = options.json
      ? json(error.kind, error.message, { remedy: error.remedy, where: error.where })
      : `Error: ${error.message}\n${error.remedy}`;
    return { exitCode, text };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    exitCode: bugExitCode,
    text: options.json
      ? json("bug", stack)
      : `${stack}\n\nThis is a bug in Gatecast, not a mistake of yours. Please report it with the lines above and the command.`,
  };
}

function json(kind: string, message: string, more: object = {}): string {
  return JSON.stringify({ error: { kind, message, ...more } });
}
