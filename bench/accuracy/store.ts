import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeAtomically } from "../common/write-atomically.js";
import { contentHash } from "./datasets.js";

/** What is known of one trained model. RMSE on the test windows in the signal's unit; CPU-seconds of training alone. */
export const floatResult = z.object({ rmse: z.number(), cpuSeconds: z.number(), epochs: z.number() });
export const integerResult = floatResult.extend({
  /** With the Transformer's branch zeroed. */
  withoutBranch: z.number(),
});
export const baselineResult = z.object({
  persistence: z.number(),
  /** null where it is not defined on the recording. */
  seasonalNaive: z.number().nullable(),
  linear: z.number(),
  windows: z.object({ train: z.number(), validation: z.number(), test: z.number() }),
});
export type FloatResult = z.infer<typeof floatResult>;
export type IntegerResult = z.infer<typeof integerResult>;
export type BaselineResult = z.infer<typeof baselineResult>;

/** Finished results, kept from one call of the bench to the next under the hash of all that decides them. */
export class Store {
  constructor(
    readonly folder: string,
    /** Of the compiled code that the results come from. */
    readonly codeVersion: string,
  ) {}

  path(configuration: object, extension: string): string {
    return join(
      this.folder,
      `${contentHash(this.codeVersion, JSON.stringify(configuration)).slice(0, 32)}.${extension}`,
    );
  }

  /** The result of a configuration, or undefined where there is none. */
  read<T>(configuration: object, schema: z.ZodType<T>): T | undefined {
    const bytes = this.readBytes(configuration, "json");
    if (bytes === undefined) return undefined;
    return z.object({ result: schema }).parse(JSON.parse(new TextDecoder().decode(bytes))).result;
  }

  write(configuration: object, result: object): void {
    writeAtomically(this.path(configuration, "json"), `${JSON.stringify({ configuration, result }, undefined, 2)}\n`);
  }

  readBytes(configuration: object, extension: string): Uint8Array | undefined {
    try {
      return readFileSync(this.path(configuration, extension));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
  }

  writeBytes(configuration: object, extension: string, bytes: Uint8Array): void {
    writeAtomically(this.path(configuration, extension), bytes);
  }
}

/** The rooms whose code decides the results of a training. */
const rooms: readonly string[] = [
  "src/errors.js",
  "src/numeric",
  "src/series",
  "src/model",
  "src/integer",
  "src/training",
  "bench/accuracy",
];

/**
 * Hash of the compiled code below `folder` that results depend on; comments are not in it.
 *
 * @param code folders and files (".js"); those of a training by default
 */
export function codeVersion(folder: string, code: readonly string[] = rooms): string {
  const parts: (string | Uint8Array)[] = [];
  for (const room of code) {
    const files = room.endsWith(".js") ? [""] : readdirSync(join(folder, room), { recursive: true, encoding: "utf8" });
    for (const file of files.filter((name) => !name.includes("testing")).sort()) {
      const path = join(room, file);
      if (path.endsWith(".js")) parts.push(path, readFileSync(join(folder, path)));
    }
  }
  return contentHash(...parts);
}
