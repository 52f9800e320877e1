import { type IntegerModel, parseIntegerModel, serialiseIntegerModel } from "../../integer/index.js";
import { readQuantisedParameters } from "../../model/index.js";
import { convert } from "./convert.js";
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

/** What `reads` says of a step that needs the integer model. */
export const readsIntegerModel = { integer: [integerModelFile] } as const;

export async function loadIntegerModel(context: Pick<StepContext<unknown>, "readText">): Promise<IntegerModel> {
  return parseIntegerModel(await context.readText("integer", integerModelFile), integerModelFile);
}
