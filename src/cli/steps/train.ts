import { GatecastError } from "../../errors.js";
import { unfoldedGraph, writeParameters, writeQuantisedParameters } from "../../model/index.js";
import { count } from "../../report/format.js";
import type { EpochRecord, Kept } from "../../training/index.js";
import { resultFiles, type TrainingResult } from "../results.js";
import { EpochLog } from "../training/epoch-log.js";
import { type TrainedFloat, type TrainedQuantised, Trainer, trainingKeys } from "../training/trainer.js";
import { checkpointFolder } from "./checkpoint.js";
import { floatModelHash } from "./float-model.js";
import { networkKeys, networkOf } from "./network.js";
import { precisionFile, serialisePrecision } from "./precision-file.js";
import { loadPrepared, readsPrepared } from "./prepare.js";
import { defineStep } from "./step.js";

export const trainedFiles = {
  float: "train/float.safetensors",
  quantised: "train/quantised.safetensors",
  log: "train/training.jsonl",
} as const;

/** Windows -> trained parameters: in floating point, without folds; then quantised from those weights, folded, by training or without. */
export const train = defineStep({
  name: "train",
  title: "training in floating point, then quantised",
  settings: [...networkKeys, ...trainingKeys, "precision"],
  places: ["threads", "from"],
  reads: readsPrepared,
  working: [checkpointFolder],
  external: async ({ from }) => (from === null ? {} : { floatModel: await floatModelHash(from) }),
  async run(context) {
    const { configuration, write, scratch } = context;
    if (configuration.precision === "auto") {
      throw new GatecastError("usage", "Chosen precisions are not in this version.", {
        remedy: "Leave --precision out.",
      });
    }
    const data = await loadPrepared(context);
    const graph = networkOf(configuration, data.shape);
    const log = new EpochLog(scratch, trainedFiles.log);
    const trainer = new Trainer(context, configuration, data, log);
    const float = await trainer.float(unfoldedGraph(graph));
    const quantised = await trainer.quantise(graph, float.parameters);

    await write(trainedFiles.float, writeParameters(float.parameters));
    await write(trainedFiles.quantised, writeQuantisedParameters(quantised.quantised));
    await write(trainedFiles.log, log.text());
    await write(precisionFile, serialisePrecision(graph.precision));
    const result = resultOf(float, quantised, configuration.quantisation);
    await write(resultFiles.training, `${JSON.stringify(result, undefined, 2)}\n`);
    await scratch.remove(checkpointFolder);
    return `${count(result.parameters)} parameters trained`;
  },
});

function resultOf(
  float: TrainedFloat,
  { quantised, history, kept }: TrainedQuantised,
  quantisation: TrainingResult["quantisation"],
): TrainingResult {
  return {
    learning: {
      loss: "mean squared error of the scaled targets",
      phases: [
        ...(float.kept ? [phaseOf("float", float.history, float.kept)] : []),
        ...(quantisation === "qat"
          ? [
              {
                ...phaseOf("quantisation-aware", history, kept),
                criterion:
                  "least error of the integer-only model; its training targets are the float model's forecasts, which lowers the training curve",
              },
            ]
          : []),
      ],
    },
    quantisation,
    validation: { float: float.loss, integer: kept.validation },
    parameters: [...quantised.parameters.values()].reduce((sum, { data }) => sum + data.length, 0),
  };
}

function phaseOf(
  name: string,
  history: readonly EpochRecord[],
  kept: Kept,
): TrainingResult["learning"]["phases"][number] {
  return {
    name,
    train: history.map(({ loss }) => loss),
    validation: history.map(({ validation }) => validation),
    best: kept.epoch - 1,
    kept: kept.validation,
  };
}
