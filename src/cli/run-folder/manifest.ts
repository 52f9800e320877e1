import { z } from "zod";
import { GatecastError } from "../../errors.js";
import { configurationSchema } from "../configuration.js";

/** What is done with a recording, in this order. */
export const stepNames = [
  "prepare",
  "train",
  "integer",
  "evaluate",
  "generate",
  "simulate",
  "synthesize",
  "implement",
  "report",
] as const;
export type StepName = (typeof stepNames)[number];

export const manifestName = "manifest.json";
/** Raised whenever a run folder means something else than before; older folders are then refused, never guessed at. */
export const manifestVersion = 1;

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const relativePath = z.string().refine((path) => !path.startsWith("/") && !path.split("/").includes(".."), {
  error: "a path inside the folder",
});

const stepRecord = z.strictObject({
  /** "running" is what a step that was interrupted or failed leaves behind: its outputs are never believed. */
  state: z.enum(["running", "done"]),
  /** What the step was made from: settings as JSON, files and programs as content hash or version, by name. */
  inputs: z.record(z.string(), z.string()),
  /** SHA-256 of each file it wrote, by path inside the folder. */
  outputs: z.record(relativePath, hash),
  seconds: z.number().nonnegative(),
  finished: z.string().nullable(),
});
export type StepRecord = z.output<typeof stepRecord>;

const manifestSchema = z.strictObject({
  format: z.literal("gatecast-run"),
  version: z.literal(manifestVersion),
  /** Version of Gatecast that wrote it last. */
  gatecast: z.string(),
  configuration: configurationSchema,
  seed: z.number(),
  /** Node and every program that had a part in it. */
  versions: z.record(z.string(), z.string()),
  steps: z.partialRecord(z.enum(stepNames), stepRecord),
});
export type Manifest = z.output<typeof manifestSchema>;

/**
 * Reads a manifest's text.
 *
 * @throws GatecastError "run": not JSON, not a manifest, from another version
 */
export function parseManifest(text: string, path: string): Manifest {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw corrupted(path, "it is not valid JSON", error);
  }
  const head = z.object({ format: z.literal("gatecast-run"), version: z.number() }).safeParse(content);
  if (!head.success) throw corrupted(path, "it does not begin as the manifest of a run does", head.error);
  if (head.data.version !== manifestVersion) {
    throw new GatecastError(
      "run",
      `${path} was written in version ${head.data.version} of the run folder's format; this Gatecast reads version ${manifestVersion}.`,
      {
        remedy: "Use the Gatecast that made the folder, or start a new run in another folder with --out.",
        where: { path, version: head.data.version },
      },
    );
  }
  const manifest = manifestSchema.safeParse(content);
  if (!manifest.success) {
    const [issue] = manifest.error.issues;
    throw corrupted(path, `${issue?.path.join(".")}: ${issue?.message}`, manifest.error);
  }
  return manifest.data;
}

function corrupted(path: string, what: string, cause: unknown): GatecastError {
  return new GatecastError("run", `The run's manifest ${path} is corrupted: ${what}.`, {
    remedy: "Restore the file from a copy, or start a new run in another folder with --out.",
    where: { path },
    cause,
  });
}
