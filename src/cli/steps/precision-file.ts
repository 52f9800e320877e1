import { z } from "zod";
import { GatecastError } from "../../errors.js";
import { buildGraph, definePrecision, type Graph, type Precision, scaleKinds } from "../../model/index.js";
import type { WindowShape } from "../../series/index.js";
import type { Configuration } from "../configuration.js";
import { type ChosenAccelerator, chosenAcceleratorSchema } from "./chosen-accelerator.js";
import { type architectureKeys, architectureOf } from "./network.js";
import type { StepContext } from "./step.js";

/** Written by `train`: the widths that were trained, given or chosen. All that needs the graph reads them here. */
export const precisionFile = "train/precision.json";

/** What `reads` says of a step that needs the graph. */
export const readsPrecision = [precisionFile] as const;

const bits = z.int();
const schema = z.strictObject({
  format: z.literal("gatecast-precision"),
  version: z.literal(1),
  precision: z.strictObject({
    weights: bits,
    activations: bits,
    samples: bits,
    forecast: bits,
    scores: bits,
    exponentials: bits,
    overrides: z.record(z.string(), bits),
    scales: z.enum(scaleKinds),
  }),
  /** null: widths were given, and the accelerator is planned for itself. */
  accelerator: chosenAcceleratorSchema.nullable(),
});

/** The widths of a network, and what was chosen with them. */
export interface ChosenPrecision {
  readonly precision: Precision;
  readonly accelerator: ChosenAccelerator | null;
}

export function serialisePrecision({ precision, accelerator }: ChosenPrecision): string {
  const content: z.input<typeof schema> = {
    format: "gatecast-precision",
    version: 1,
    precision: { ...precision, overrides: { ...precision.overrides } },
    accelerator,
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/** @throws GatecastError "run" where the text is not such a file; "model" where a width is out of its range */
export function parsePrecision(text: string, file: string): ChosenPrecision {
  const refused = (what: string, cause: unknown) =>
    new GatecastError("run", `${file} does not say the widths of a network: ${what}.`, {
      remedy: "Restore the file from a copy, or write it again with `gatecast train --run FOLDER --force`.",
      where: { file },
      cause,
    });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw refused("it is not valid JSON", error);
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) {
    return { precision: definePrecision(parsed.data.precision), accelerator: parsed.data.accelerator };
  }
  const [issue] = parsed.error.issues;
  throw refused(`${issue?.path.join(".")}: ${issue?.message}`, parsed.error);
}

export async function loadPrecision(context: Pick<StepContext<unknown>, "readText">): Promise<ChosenPrecision> {
  return parsePrecision(await context.readText("train", precisionFile), precisionFile);
}

/** The graph that was trained. */
export async function loadGraph(
  context: Pick<StepContext<Pick<Configuration, (typeof architectureKeys)[number]>>, "readText" | "configuration">,
  shape: WindowShape,
): Promise<Graph> {
  const { precision } = await loadPrecision(context);
  return buildGraph(architectureOf(context.configuration, shape), precision);
}
