import { readdir, readFile, rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { GatecastError } from "../../errors.js";
import {
  contentHash,
  ensureWritableFolder,
  explainFileError,
  isPartial,
  systemErrorCode,
  writeAtomic,
} from "../../toolchain/files.js";
import type { Configuration } from "../configuration.js";
import { readBytes } from "../read-bytes.js";
import { gatecastVersion } from "../version.js";
import { lockFolder, lockName } from "./lock.js";
import {
  type Manifest,
  manifestName,
  manifestVersion,
  parseManifest,
  type StepName,
  type StepRecord,
  stepNames,
} from "./manifest.js";

/**
 * A run on disk: a folder with a manifest that says, step by step, what was made from what. Every file is written whole
 * or not at all; the outputs of a step count only when its record says "done" and their contents still have the hashes
 * that stand there.
 */
export class RunFolder {
  private constructor(
    readonly path: string,
    private current: Manifest,
    private readonly release: () => void,
  ) {}

  private saved: Promise<void> = Promise.resolve();

  /**
   * Opens the run in `folder` for a configuration, or starts one there.
   *
   * @throws GatecastError "run": corrupted, of another version, in use, or a folder with other things in it; "system":
   *   cannot be written
   */
  static async openOrCreate(folder: string, configuration: Configuration): Promise<RunFolder> {
    const path = await ensureWritableFolder(folder);
    const release = lockFolder(path);
    try {
      const manifest = await readManifest(path);
      await removePartial(path, manifest !== undefined);
      if (manifest === undefined) await refuseStrangers(path);
      const run = new RunFolder(
        path,
        manifest ?? {
          format: "gatecast-run",
          version: manifestVersion,
          gatecast: gatecastVersion,
          configuration,
          seed: configuration.seed,
          versions: {},
          steps: {},
        },
        release,
      );
      await run.save({ configuration, seed: configuration.seed });
      return run;
    } catch (error) {
      release();
      throw error;
    }
  }

  /**
   * Opens the run in `folder` without a lock, only to read what its steps have made.
   *
   * @throws GatecastError "run": there is none, corrupted, of another version
   */
  static async openToRead(folder: string): Promise<RunFolder> {
    const path = resolve(folder);
    const manifest = await readManifest(path);
    if (manifest !== undefined) return new RunFolder(path, manifest, () => undefined);
    throw new GatecastError("run", `There is no run in ${path}: it has no ${manifestName}.`, {
      remedy: "Check the path after --run, or start a run with `gatecast run --data ... --target ... --out FOLDER`.",
      where: { path },
    });
  }

  get configuration(): Configuration {
    return this.current.configuration;
  }

  get versions(): Readonly<Record<string, string>> {
    return this.current.versions;
  }

  /** Seconds each done step has taken. */
  seconds(): Record<string, number> {
    const done = Object.entries(this.current.steps).filter(([, record]) => record.state === "done");
    return Object.fromEntries(done.map(([name, record]) => [name, record.seconds]));
  }

  record(step: StepName): StepRecord | undefined {
    return this.current.steps[step];
  }

  /** Marks a step as begun: whatever it made before is removed and no longer believed. */
  async begin(step: StepName, inputs: Readonly<Record<string, string>>): Promise<void> {
    const before = Object.keys(this.record(step)?.outputs ?? {});
    await this.saveStep(step, { state: "running", inputs: { ...inputs }, outputs: {}, seconds: 0, finished: null });
    for (const file of before) await rm(join(this.path, file), { force: true });
  }

  /** Marks a step as done, with the hashes of what it wrote and the programs that had a part in it. */
  async finish(
    step: StepName,
    done: Pick<StepRecord, "inputs" | "outputs" | "seconds"> & { versions: Readonly<Record<string, string>> },
  ): Promise<void> {
    const { versions, ...record } = done;
    this.current = {
      ...this.current,
      versions: { ...this.current.versions, node: process.versions.node, ...versions },
    };
    await this.saveStep(step, { ...record, state: "done", finished: new Date().toISOString() });
  }

  /** Writes a file of the folder, whole or not at all, and returns its hash. */
  async write(file: string, content: string | Uint8Array): Promise<string> {
    await writeAtomic(join(this.path, file), content);
    return contentHash(content);
  }

  /**
   * The bytes of a file that a done step wrote, unchanged since.
   *
   * @throws GatecastError "run" that names the file: gone, or changed
   */
  async read(step: StepName, file: string): Promise<Uint8Array> {
    const expected = this.record(step)?.outputs[file];
    if (expected === undefined) {
      throw new GatecastError("run", `The step "${step}" of ${this.path} has not written ${file}.`, {
        remedy: `Run \`gatecast ${commandOf(step)} --run ${this.path} --force\`.`,
        where: { path: join(this.path, file) },
      });
    }
    const bytes = await this.readIfThere(file);
    if (bytes === undefined || contentHash(bytes) !== expected) throw this.changed(step, file, bytes === undefined);
    return bytes;
  }

  /** Which outputs of a done step are gone; one that is there but different is an error, since it may be your own edit. */
  async missingOutputs(step: StepName): Promise<string[]> {
    const missing: string[] = [];
    for (const [file, expected] of Object.entries(this.record(step)?.outputs ?? {})) {
      const bytes = await this.readIfThere(file);
      if (bytes === undefined) missing.push(file);
      else if (contentHash(bytes) !== expected) throw this.changed(step, file, false);
    }
    return missing;
  }

  /**
   * Makes sure that all that a done step wrote is there and unchanged.
   *
   * @throws GatecastError "run" that names the file: gone, or changed
   */
  async requireOutputs(step: StepName): Promise<void> {
    const [gone] = await this.missingOutputs(step);
    if (gone !== undefined) throw this.changed(step, gone, true);
  }

  /** A working file that is no step's output (a checkpoint), or nothing where there is none. */
  async readIfThere(file: string): Promise<Uint8Array | undefined> {
    try {
      return await readBytes(join(this.path, file));
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return undefined;
      throw explainFileError(error, join(this.path, file), "read");
    }
  }

  async remove(file: string): Promise<void> {
    await rm(join(this.path, file), { force: true, recursive: true });
  }

  /** Lets other commands into the folder. */
  close(): void {
    this.release();
  }

  private changed(step: StepName, file: string, gone: boolean): GatecastError {
    const what = gone ? "is gone" : "is not what was written: its content has changed or is corrupted";
    const again = `\`gatecast ${commandOf(step)} --run ${this.path}\``;
    return new GatecastError("run", `${join(this.path, file)}, made by the step "${step}", ${what}.`, {
      remedy: gone
        ? `${again} makes it again.`
        : `Remove it (or keep it elsewhere, if the change is yours); ${again} then makes it again.`,
      where: { path: join(this.path, file), step },
    });
  }

  private async saveStep(step: StepName, record: StepRecord): Promise<void> {
    await this.save({ steps: { ...this.current.steps, [step]: record } });
  }

  /** Steps may be at work side by side: each state of the manifest is written behind the one before. */
  private save(change: Partial<Manifest>): Promise<void> {
    this.current = { ...this.current, ...change, gatecast: gatecastVersion };
    const ordered = Object.fromEntries(
      stepNames.flatMap((name) => {
        const record = this.current.steps[name];
        return record === undefined ? [] : [[name, record]];
      }),
    );
    const text = `${JSON.stringify({ ...this.current, steps: ordered }, undefined, 2)}\n`;
    const write = () => writeAtomic(join(this.path, manifestName), text);
    const written = this.saved.then(write, write);
    this.saved = written;
    return written;
  }
}

/** The command that does a step. */
export function commandOf(step: StepName): string {
  if (step === "implement") return "synthesize";
  return step === "prepare" || step === "integer" ? "train" : step;
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  const path = join(folder, manifestName);
  try {
    return parseManifest(await readFile(path, "utf8"), path);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw explainFileError(error, path, "read");
  }
}

/** A new run goes into an empty folder, so that it never mixes with, or overwrites, what is somebody's own. */
async function refuseStrangers(folder: string): Promise<void> {
  const [stranger] = (await readdir(folder)).filter((name) => name !== lockName);
  if (stranger === undefined) return;
  throw new GatecastError("run", `${folder} holds other files (${stranger}) and no run.`, {
    remedy: "Choose a new or empty folder with --out.",
    where: { path: folder },
  });
}

/** Removes what a process that was killed while it wrote has left; the folder is locked, so nobody writes now. */
async function removePartial(folder: string, recursive: boolean): Promise<void> {
  const names = await readdir(folder, { recursive, encoding: "utf8" });
  for (const name of names) if (isPartial(basename(name))) await rm(join(folder, name), { force: true });
}
