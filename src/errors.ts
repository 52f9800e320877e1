/** The kinds of thing that can be wrong; each has one exit code of the command line (see `src/cli`). */
export type ErrorKind =
  | "usage" // an option, a configuration key, a call of the library
  | "data" // the recording: missing file, bad column, bad value
  | "model" // the architecture or its precision
  | "training" // divergence, nothing to learn from
  | "run" // the run folder: corrupted, from another version, a step that has not been done
  | "hardware" // the plan: does not fit, not supported
  | "tool" // an external program: missing, too old, crashed, hung
  | "verification" // two things that must be equal are not
  | "system"; // disk full, folder not writable

/**
 * An error the user can do something about. `message` is one paragraph that names the thing; `remedy` says what to do.
 * Anything else that is thrown is a bug of ours and is shown with its stack.
 */
export class GatecastError extends Error {
  override readonly name = "GatecastError";
  readonly kind: ErrorKind;
  readonly remedy: string;
  /** Where it is wrong: file, line, column name, configuration key ... as far as known. */
  readonly where: Readonly<Record<string, string | number>>;

  constructor(
    kind: ErrorKind,
    message: string,
    options: { remedy: string; where?: Readonly<Record<string, string | number>>; cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.remedy = options.remedy;
    this.where = options.where ?? {};
  }
}
