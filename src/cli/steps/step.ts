import type { Configuration, ConfigurationKey } from "../configuration.js";
import type { Progress } from "../progress.js";
import type { StepName } from "../run-folder/manifest.js";

/**
 * One step of a run. It sees only the settings it names and the files it declares, so that "its inputs have not changed"
 * is a fact and not a hope.
 */
export interface Step<Key extends ConfigurationKey = ConfigurationKey> {
  readonly name: StepName;
  /** What it does, for the progress display: "preparing the data". */
  readonly title: string;
  /** The settings its result depends on. */
  readonly settings: readonly Key[];
  /**
   * Settings that say where something lies, take part only through `external`, or change no bit of the result; a change of them
   * alone is none of the step's inputs (a recording that was moved is the same recording).
   */
  readonly places?: readonly Key[];
  /** The files of earlier steps it reads; a name that ends in "/" is a folder and means all in it. */
  readonly reads: Partial<Readonly<Record<StepName, readonly string[]>>>;
  /** Steps of `reads` that need not have been done: their files are then simply not there. */
  readonly optional?: readonly StepName[];
  /** Folders of working files it goes on from when it was interrupted; they are removed where it begins anew. */
  readonly working?: readonly string[];
  /** Mostly waits for other programs, so that it may be done beside a neighbour of the same kind. */
  readonly waits?: boolean;
  /** Content hashes or versions of what lies outside the run folder: the recording, programs that are used. */
  external?(configuration: Pick<Configuration, Key>): Promise<Readonly<Record<string, string>>>;
  /** Does it and returns one line on how it went. */
  run(context: StepContext<Pick<Configuration, Key>>): Promise<string>;
}

/** For its type: settings and `configuration` are tied together. */
export function defineStep<const Key extends ConfigurationKey>(step: Step<Key>): Step<Key> {
  return step;
}

export interface StepContext<Settings> {
  readonly configuration: Settings;
  /** Aborted by Ctrl-C; long work looks at it often. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** One hash over all inputs: a checkpoint that carries another one is of other work. */
  readonly inputsHash: string;
  /** The run folder, absolute, for programs that work in it. */
  readonly folder: string;
  /** Reads a declared file of an earlier step; its content is checked against the manifest. */
  read(step: StepName, file: string): Promise<Uint8Array>;
  readText(step: StepName, file: string): Promise<string>;
  /** Paths of the declared files of an earlier step, in the order in which they were written. */
  files(step: StepName): readonly string[];
  /** Writes an output, whole or not at all. */
  write(file: string, content: string | Uint8Array): Promise<void>;
  /** Takes a file that a program wrote into the folder as an output. */
  adopt(file: string): Promise<void>;
  /** Working files that are no outputs (checkpoints): they survive an interruption. */
  readonly scratch: Scratch;
  /** Notes a program that had a part in the result. */
  used(program: string, version: string): void;
  /** What the recording was when `prepare` read it: the hash of its file, or the name of the built-in series. */
  readonly recording: string;
  /** Seconds each step that is done has taken, and the programs noted so far. */
  history(): {
    readonly seconds: Readonly<Record<string, number>>;
    readonly versions: Readonly<Record<string, string>>;
  };
}

export interface Scratch {
  read(file: string): Promise<Uint8Array | undefined>;
  write(file: string, content: string | Uint8Array): Promise<void>;
  remove(file: string): Promise<void>;
}
