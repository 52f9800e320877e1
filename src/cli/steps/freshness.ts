import { GatecastError } from "../../errors.js";
import { contentHash } from "../../toolchain/files.js";
import type { StepName } from "../run-folder/manifest.js";
import { commandOf, type RunFolder } from "../run-folder/run-folder.js";
import { gatecastVersion } from "../version.js";
import type { Step } from "./step.js";

/** Inputs from outside the folder carry this before their name; they are looked at only when their own step is to be done. */
const external = "external ";
/** Under this name the inputs of `prepare` hold what the recording was. */
export const recordingInput = `${external}recording`;

/**
 * What a step would be made from now: settings as JSON, files of earlier steps and outside things by hash or version.
 * Equal inputs give equal outputs, which is why a step with the inputs of last time is not done again.
 */
export async function inputsOf(step: Step, run: RunFolder, withExternal: boolean): Promise<Record<string, string>> {
  const inputs: Record<string, string> = { gatecast: gatecastVersion };
  for (const key of step.settings) inputs[`setting ${key}`] = JSON.stringify(run.configuration[key]);
  for (const [file, hash] of declaredFiles(step, run)) inputs[`file ${file}`] = hash;
  if (withExternal && step.external !== undefined) {
    for (const [name, value] of Object.entries(await step.external(run.configuration))) {
      inputs[external + name] = value;
    }
  }
  return inputs;
}

/** The declared files of earlier steps with their hashes; nothing of a step that is not done. */
export function declaredFiles(step: Step, run: RunFolder): [file: string, hash: string, from: StepName][] {
  const found: [string, string, StepName][] = [];
  for (const [from, patterns] of Object.entries(step.reads) as [StepName, readonly string[]][]) {
    const record = run.record(from);
    if (record?.state !== "done") continue;
    for (const [file, hash] of Object.entries(record.outputs)) {
      if (patterns.some((pattern) => matches(pattern, file))) found.push([file, hash, from]);
    }
  }
  return found;
}

export function matches(pattern: string, file: string): boolean {
  return pattern.endsWith("/") ? file.startsWith(pattern) : file === pattern;
}

/** Names of the inputs in which two records differ, for a person: "epochs", "integer-model.json". */
export function differences(before: Readonly<Record<string, string>>, now: Readonly<Record<string, string>>): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names]
    .filter((name) => before[name] !== now[name])
    .map((name) => name.replace(/^(setting|file|external) /, ""));
}

export function hashOfInputs(inputs: Readonly<Record<string, string>>): string {
  return contentHash(JSON.stringify(Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/**
 * Makes sure that every step that `step` builds on, directly or not, is done and made from what the folder holds now.
 *
 * @throws GatecastError "run" that names the step and the command that does it
 */
export async function requireEarlierSteps(
  step: Pick<Step, "reads" | "optional"> & { readonly name: string },
  all: ReadonlyMap<StepName, Step>,
  run: RunFolder,
): Promise<void> {
  for (const name of Object.keys(step.reads) as StepName[]) {
    const earlier = all.get(name);
    if (earlier === undefined) throw new Error(`step ${step.name} reads from ${name}, which is no step`);
    const record = run.record(name);
    if (record?.state !== "done" && step.optional?.includes(name) === true) continue;
    await requireEarlierSteps(earlier, all, run);
    if (record?.state !== "done") {
      const state = record === undefined ? "has not been done" : "was not finished";
      throw new GatecastError("run", `"${step.name}" needs the step "${name}", which ${state} in ${run.path}.`, {
        remedy: `Run \`gatecast ${commandOf(name)} --run ${run.path}\` first.`,
        where: { path: run.path, step: name },
      });
    }
    const [changed] = differences(inside(record.inputs), await inputsOf(earlier, run, false));
    if (changed !== undefined) {
      throw new GatecastError(
        "run",
        `"${step.name}" needs the step "${name}", which was done in ${run.path} before "${changed}" changed.`,
        {
          remedy: `Run \`gatecast ${commandOf(name)} --run ${run.path}\` again first.`,
          where: { path: run.path, step: name },
        },
      );
    }
  }
}

function inside(inputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !name.startsWith(external)));
}
