import { join } from "node:path";
import { contentHash, explainFileError } from "../../toolchain/files.js";
import type { Configuration, ConfigurationKey } from "../configuration.js";
import { Interrupted } from "../errors.js";
import { duration, type Progress } from "../progress.js";
import { readBytes } from "../read-bytes.js";
import type { StepName, StepRecord } from "../run-folder/manifest.js";
import type { RunFolder } from "../run-folder/run-folder.js";
import {
  declaredFiles,
  differences,
  hashOfInputs,
  inputsOf,
  matches,
  recordingInput,
  requireEarlierSteps,
} from "./freshness.js";
import type { Step, StepContext } from "./step.js";

export interface RunStepsOptions {
  /** Does the steps again even where nothing changed. */
  readonly force: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Does `steps` in the run's folder one after another, each only where its inputs have changed since it was last done.
 *
 * @throws Interrupted when the signal is aborted; what was finished stays, and the same command goes on from there
 */
export async function runSteps(
  steps: readonly Step[],
  all: ReadonlyMap<StepName, Step>,
  run: RunFolder,
  options: RunStepsOptions,
): Promise<void> {
  await requireUndamaged(steps, all, run);
  for (const wave of wavesOf(steps)) {
    try {
      options.signal.throwIfAborted();
      await together(wave, (step, signal) => runStep(step, all, run, { ...options, signal }), options.signal);
    } catch (error) {
      if (!options.signal.aborted) throw error;
      const names = wave.map(({ name }) => `"${name}"`).join(" and ");
      throw new Interrupted(
        `Interrupted in ${names}. Nothing is lost but the part at work; go on with: gatecast run --run ${run.path}`,
      );
    }
  }
}

/**
 * Looks, before anything is done, at all that lies outside the run folder: the recording, the programs that are wanted, the
 * device. What is missing is told at once and not after minutes of training.
 *
 * @throws GatecastError of whatever is missing
 */
export async function requireOutside(steps: readonly Step[], configuration: Configuration): Promise<void> {
  for (const step of steps) await step.external?.(configuration);
}

/**
 * Makes sure that what `steps` build on, directly or not, still has the contents its steps wrote: also a command that finds its
 * own result up to date must not call a damaged run good. What `steps` make themselves they look at in their turn.
 *
 * @throws GatecastError "run" that names the file: gone, or changed
 */
async function requireUndamaged(
  steps: readonly Step[],
  all: ReadonlyMap<StepName, Step>,
  run: RunFolder,
): Promise<void> {
  const own = new Set(steps.map(({ name }) => name));
  const needed = new Set(steps.flatMap(({ reads }) => Object.keys(reads) as StepName[]));
  // A set that grows while it is walked is walked to its end.
  for (const name of needed)
    for (const earlier of Object.keys(all.get(name)?.reads ?? {})) needed.add(earlier as StepName);
  for (const name of needed) if (!own.has(name)) await run.requireOutputs(name);
}

/** Steps in the order they are done; neighbours that mostly wait, and do not read from each other, side by side. */
function wavesOf(steps: readonly Step[]): Step[][] {
  const waves: Step[][] = [];
  for (const step of steps) {
    const before = waves.at(-1);
    const beside = step.waits === true && before?.every((other) => other.waits === true && !(other.name in step.reads));
    if (beside === true) before?.push(step);
    else waves.push([step]);
  }
  return waves;
}

/** Does all, and where one fails stops the others and throws its error. */
async function together(
  wave: readonly Step[],
  run: (step: Step, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const others = new AbortController();
  let failure: { readonly error: unknown } | undefined;
  const both = AbortSignal.any([signal, others.signal]);
  await Promise.all(
    wave.map((step) =>
      run(step, both).catch((error: unknown) => {
        failure ??= { error };
        others.abort(new Error("another step has failed"));
      }),
    ),
  );
  if (failure !== undefined) throw failure.error;
}

async function runStep(
  step: Step,
  all: ReadonlyMap<StepName, Step>,
  run: RunFolder,
  options: RunStepsOptions,
): Promise<void> {
  const { progress } = options;
  await requireEarlierSteps(step, all, run);
  const inputs = await inputsOf(step, run, true);
  const why = await reasonToRun(step, run, inputs, options.force);
  if (why === null) {
    progress.say(`${step.name.padEnd(11)} unchanged, not done again`);
    return;
  }
  progress.say(`${step.name.padEnd(11)} ${step.title}${why === "" ? "" : ` (${why})`}`);
  const started = performance.now();
  // First, so that what is there behind `begin` is of these inputs, whenever the process is killed.
  if (!goesOn(run.record(step.name), inputs, options.force)) {
    for (const folder of step.working ?? []) await run.remove(folder);
  }
  await run.begin(step.name, inputs);
  const outputs: Record<string, string> = {};
  const versions: Record<string, string> = {};
  options.signal.throwIfAborted();
  const summary = await step.run(contextOf(step, run, inputs, outputs, versions, options));
  options.signal.throwIfAborted();
  const seconds = (performance.now() - started) / 1000;
  await run.finish(step.name, { inputs, outputs, seconds, versions });
  progress.say(`${step.name.padEnd(11)} ${summary} [${duration(seconds)}]`);
}

/** Null: nothing to do. Otherwise what has changed; empty where it is the first time. */
async function reasonToRun(
  step: Step,
  run: RunFolder,
  inputs: Readonly<Record<string, string>>,
  force: boolean,
): Promise<string | null> {
  const record: StepRecord | undefined = run.record(step.name);
  if (record === undefined) return "";
  const again = record.state === "done" ? "again" : "was not finished; anew";
  if (goesOn(record, inputs, force)) return "was not finished";
  if (force) return `${again}, as asked`;
  const changed = differences(record.inputs, inputs);
  if (changed.length > 0)
    return `${again}: ${changed.slice(0, 3).join(", ")}${changed.length > 3 ? " ..." : ""} changed`;
  const [missing] = await run.missingOutputs(step.name);
  return missing === undefined ? null : `again: ${missing} is gone`;
}

/** Whether a step takes up an attempt that was interrupted, on the same inputs. */
function goesOn(record: StepRecord | undefined, inputs: Readonly<Record<string, string>>, force: boolean): boolean {
  return !force && record?.state === "running" && differences(record.inputs, inputs).length === 0;
}

function contextOf(
  step: Step,
  run: RunFolder,
  inputs: Readonly<Record<string, string>>,
  outputs: Record<string, string>,
  versions: Record<string, string>,
  options: RunStepsOptions,
): StepContext<RunFolder["configuration"]> {
  const read = async (from: StepName, file: string) => {
    if (!step.reads[from]?.some((pattern) => matches(pattern, file))) {
      throw new Error(`step ${step.name} reads ${file} of ${from}, which it does not declare`);
    }
    return run.read(from, file);
  };
  return {
    configuration: pick(run.configuration, [...step.settings, ...(step.places ?? [])]),
    signal: options.signal,
    progress: options.progress,
    inputsHash: hashOfInputs(inputs),
    folder: run.path,
    read,
    readText: async (from, file) => new TextDecoder().decode(await read(from, file)),
    files: (from) => declaredFiles(step, run).flatMap(([file, , owner]) => (owner === from ? [file] : [])),
    write: async (file, content) => {
      outputs[file] = await run.write(file, content);
    },
    adopt: async (file) => {
      const path = join(run.path, file);
      try {
        outputs[file] = contentHash(await readBytes(path));
      } catch (error) {
        throw explainFileError(error, path, "read");
      }
    },
    scratch: {
      read: (file) => run.readIfThere(file),
      write: async (file, content) => void (await run.write(file, content)),
      remove: (file) => run.remove(file),
    },
    used: (program, version) => {
      versions[program] = version;
    },
    recording: run.record("prepare")?.inputs[recordingInput] ?? "",
    history: () => ({ seconds: run.seconds(), versions: run.versions }),
  };
}

/** Only the settings the step has declared, so that one it has not cannot slip into its result. */
function pick(
  configuration: RunFolder["configuration"],
  keys: readonly ConfigurationKey[],
): RunFolder["configuration"] {
  const picked = { ...configuration };
  for (const key of Object.keys(picked) as ConfigurationKey[]) if (!keys.includes(key)) delete picked[key];
  return picked;
}
