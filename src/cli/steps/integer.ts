import {
  type ColumnScaling,
  conversions,
  type IntegerModel,
  parseIntegerModel,
  serialiseIntegerModel,
  toIntegerModel,
} from "../../integer/index.js";
import { type Graph, type QuantisedParameters, readQuantisedParameters } from "../../model/index.js";
import { type Scaler, scaleOf } from "../../series/index.js";
import type { PreparedData } from "../run-folder/prepared-data.js";
import { architectureKeys } from "./network.js";
import { loadGraph, readsPrecision } from "./precision-file.js";
import { loadPrepared, readsPrepared } from "./prepare.js";
import { defineStep, type StepContext } from "./step.js";
import { trainedFiles } from "./train.js";

export const integerModelFile = "integer-model.json";

/** Quantised parameters -> the integer-only model that everything behind is compared with. */
export const integer = defineStep({
  name: "integer",
  title: "making the integer-only model",
  settings: architectureKeys,
  reads: { ...readsPrepared, train: [trainedFiles.quantised, ...readsPrecision] },
  async run(context) {
    const { scaler, shape } = await loadPrepared(context);
    const graph = await loadGraph(context, shape);
    const bytes = await context.read("train", trainedFiles.quantised);
    const model = convert(graph, readQuantisedParameters(bytes, graph, trainedFiles.quantised), { scaler, shape });
    await context.write(integerModelFile, serialiseIntegerModel(model));
    return `${graph.operators.length} operators, integers only`;
  },
});

/** The integer-only model of trained parameters, with the conversions between the signals' units and codes. */
export function convert(
  graph: Graph,
  quantised: QuantisedParameters,
  { scaler, shape }: Pick<PreparedData, "scaler" | "shape">,
): IntegerModel {
  const window = quantised.activations.get(graph.input);
  const forecast = quantised.activations.get(graph.output);
  if (window === undefined || forecast === undefined) throw new Error("window or forecast has no quantiser");
  const scaling = { inputs: scalingOf(scaler, shape.inputs), targets: scalingOf(scaler, shape.targets) };
  return toIntegerModel(graph, quantised, conversions(graph, scaling, window, forecast));
}

function scalingOf(scaler: Scaler, names: readonly string[]): ColumnScaling[] {
  return names.map((column) => {
    const { offset, scale } = scaleOf(scaler, column);
    return { column, mean: offset, deviation: scale };
  });
}

/** What `reads` says of a step that needs the integer model. */
export const readsIntegerModel = { integer: [integerModelFile] } as const;

export async function loadIntegerModel(context: Pick<StepContext<unknown>, "readText">): Promise<IntegerModel> {
  return parseIntegerModel(await context.readText("integer", integerModelFile), integerModelFile);
}
