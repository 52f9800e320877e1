import { z } from "zod";
import { GatecastError } from "../errors.js";
import {
  type Architecture,
  defineArchitecture,
  definePrecision,
  foldNames,
  type Precision,
  scaleKinds,
} from "../model/index.js";
import { sha256 } from "../numeric/sha256.js";
import { checkIntegerModel } from "./check.js";
import type { IntegerModel } from "./model.js";

/** Name and version of the file format (docs/integer-model.md). */
const formatName = "gatecast-integer-model";
const formatVersion = 1;

const integer = z.int();
const integers = z.array(integer);
const finite = z.number();
const range = { lo: integer, hi: integer };

const requantiser = z.strictObject({ multipliers: integers, shift: integer, zero: integer, ...range });

const operator = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("linear"),
    weights: integers,
    bias: integers,
    accumulators: z.array(z.strictObject(range)),
    requantiser: requantiser.nullable(),
  }),
  z.strictObject({
    kind: z.literal("attention"),
    score: requantiser,
    table: integers,
    numerator: integer,
    shift: integer,
    zero: integer,
    ...range,
  }),
  z.strictObject({
    kind: z.literal("residual"),
    coefficients: z.array(integers),
    constants: integers,
    shift: integer,
    ...range,
  }),
  z.strictObject({ kind: z.literal("pool") }),
  z.strictObject({ kind: z.literal("last") }),
]);

const conversion = z.strictObject({ column: z.string(), gain: finite, offset: finite });

const architecture = z.strictObject({
  task: z.literal("forecasting"),
  window: integer,
  inputs: integer,
  targets: integer,
  horizon: integer,
  dModel: integer,
  heads: integer,
  layers: integer,
  feedForward: integer,
  skip: z.boolean(),
  persistence: integers.nullable(),
  // Left out where nothing is folded, as before there were folds.
  folds: z.array(z.enum(foldNames)).min(1).optional(),
}) satisfies z.ZodType<Omit<Architecture, "folds">>;

const precision = z.strictObject({
  weights: integer,
  activations: integer,
  samples: integer,
  forecast: integer,
  scores: integer,
  exponentials: integer,
  overrides: z.record(z.string(), integer),
  // Left out where they are free, as before there were others.
  scales: z.enum(scaleKinds).exclude(["free"]).optional(),
}) satisfies z.ZodType<Omit<Precision, "scales">>;

const contentSchema = z.strictObject({
  architecture,
  precision,
  samples: z.array(conversion),
  forecast: z.array(conversion),
  quantisers: z.record(z.string(), z.strictObject({ scale: finite, zeroPoint: integer })),
  operators: z.record(z.string(), operator),
});

type Content = z.infer<typeof contentSchema>;

const envelope = z.object({ format: z.literal(formatName), version: z.unknown() });
const fileSchema = z.strictObject({
  format: z.literal(formatName),
  version: z.literal(formatVersion),
  checksum: z.string(),
  content: contentSchema,
});

/**
 * The text of a model's file: JSON, the same for the same model, one operator's array to a line.
 *
 * @throws GatecastError "model" where the model is not valid (`checkIntegerModel`)
 */
export function serialiseIntegerModel(model: IntegerModel): string {
  checkIntegerModel(model);
  const { folds, persistence, ...shape } = model.architecture;
  const { scales, ...widths } = model.precision;
  const content: Content = {
    architecture: {
      ...shape,
      persistence: persistence?.slice() ?? null,
      ...(folds.length > 0 && { folds: [...folds] }),
    },
    precision: { ...widths, overrides: { ...widths.overrides }, ...(scales !== "free" && { scales }) },
    samples: model.samples.map((column) => ({ ...column })),
    forecast: model.forecast.map((column) => ({ ...column })),
    quantisers: Object.fromEntries(model.quantisers),
    operators: Object.fromEntries([...model.operators].map(([name, data]) => [name, mutable(data)])),
  };
  const ordered = contentSchema.parse(content);
  return `${print({ format: formatName, version: formatVersion, checksum: checksum(ordered), content: ordered })}\n`;
}

/**
 * Reads a model and checks all of it: the format's version, the checksum, the form of every field, and with
 * `checkIntegerModel` every number against the architecture and every proof anew.
 *
 * @param fileName for messages
 * @throws GatecastError "run" that names the file and what is wrong
 */
export function parseIntegerModel(text: string, fileName: string): IntegerModel {
  const wrong = (what: string, remedy: string, cause?: unknown): GatecastError =>
    new GatecastError("run", `"${fileName}" ${what}`, { where: { file: fileName }, remedy, cause });
  const again = "Make the file again from the trained parameters, or take it from an intact copy.";
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw wrong("is not JSON: it is cut off or damaged.", again, cause);
  }
  const head = envelope.safeParse(parsed);
  if (!head.success)
    throw wrong("is not an integer-only model of Gatecast.", "Give the integer model of a run folder.");
  if (head.data.version !== formatVersion) {
    throw wrong(
      `is of format version ${JSON.stringify(head.data.version)}; this Gatecast reads version ${formatVersion}.`,
      "Use the Gatecast that wrote it, or make the model again with this one.",
    );
  }
  const file = fileSchema.safeParse(parsed);
  if (!file.success) {
    const [issue] = file.error.issues;
    throw wrong(
      `is damaged at ${issue?.path.join(".") ?? "its root"}: ${issue?.message ?? "not valid"}.`,
      again,
      file.error,
    );
  }
  const { content } = file.data;
  if (file.data.checksum !== checksum(content)) {
    throw wrong("does not have the content its checksum was made of: it was damaged or edited.", again);
  }
  try {
    const model = toModel(content);
    checkIntegerModel(model);
    return model;
  } catch (cause) {
    if (cause instanceof GatecastError) throw wrong(`is not a valid model: ${cause.message}`, again, cause);
    throw cause;
  }
}

function toModel(content: Content): IntegerModel {
  return {
    architecture: defineArchitecture({ ...content.architecture, folds: content.architecture.folds ?? [] }),
    precision: definePrecision({ ...content.precision, scales: content.precision.scales ?? "free" }),
    operators: new Map(Object.entries(content.operators)),
    samples: content.samples,
    forecast: content.forecast,
    quantisers: new Map(Object.entries(content.quantisers)),
  };
}

/** Over the content without white space, in the order of the schema. */
function checksum(content: Content): string {
  return `sha256:${sha256(JSON.stringify(content))}`;
}

type Mutable<T> = T extends readonly (infer E)[]
  ? Mutable<E>[]
  : T extends object
    ? { -readonly [K in keyof T]: Mutable<T[K]> }
    : T;

/** A deep copy that zod's types take. */
function mutable<T>(data: T): Mutable<T> {
  return structuredClone(data) as Mutable<T>;
}

/** JSON with an indented line for each field, and arrays of numbers on one line. */
function print(value: unknown, indent = ""): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item !== "object")) return JSON.stringify(value);
    return `[\n${value.map((item) => inner + print(item, inner)).join(",\n")}\n${indent}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value);
  if (entries.every(([, item]) => typeof item !== "object")) return JSON.stringify(value);
  return `{\n${entries.map(([key, item]) => `${inner}${JSON.stringify(key)}: ${print(item, inner)}`).join(",\n")}\n${indent}}`;
}
