import { type Graph, unfoldedGraph, writeParameters, writeQuantisedParameters } from "../../model/index.js";
import { count } from "../../report/format.js";
import type { PrecisionReport } from "../../report/precision-data.js";
import { contentHash } from "../../toolchain/files.js";
import type { EpochRecord, Kept } from "../../training/index.js";
import type { Configuration } from "../configuration.js";
import { calibrationHash } from "../power-settings.js";
import { resultFiles, type TrainingResult } from "../results.js";
import { type PreparedData, preparedFiles } from "../run-folder/prepared-data.js";
import { type AutomaticOptions, chooseAndTrain } from "../training/automatic.js";
import { type ChoiceSettings, choiceHardwareKeys, choiceKeys } from "../training/chooser.js";
import { EpochLog } from "../training/epoch-log.js";
import { KeptTrainings } from "../training/kept-trainings.js";
import {
  type TrainedFloat,
  type TrainedQuantised,
  Trainer,
  type TrainingSettings,
  trainingKeys,
} from "../training/trainer.js";
import { checkpointFolder } from "./checkpoint.js";
import { convert } from "./convert.js";
import { floatModelHash } from "./float-model.js";
import { networkKeys, networkOf } from "./network.js";
import { type ChosenPrecision, precisionFile, serialisePrecision } from "./precision-file.js";
import { loadPrepared, readsPrepared } from "./prepare.js";
import { defineStep, type StepContext } from "./step.js";

export const trainedFiles = {
  float: "train/float.safetensors",
  quantised: "train/quantised.safetensors",
  log: "train/training.jsonl",
} as const;

/** Sensitivities, choices and what was measured of them, as the report shows them; where widths were chosen. */
export const searchFile = "train/search.json";

/** Windows -> trained parameters: in floating point, without folds; then quantised from those weights, folded, by training or without. */
export const train = defineStep({
  name: "train",
  title: "training in floating point, then quantised",
  settings: [...networkKeys, ...trainingKeys, ...choiceKeys],
  // The hardware takes part where widths are chosen for it.
  places: ["threads", "from", "goal", ...choiceHardwareKeys],
  reads: readsPrepared,
  working: [checkpointFolder],
  external: async (settings) => ({
    ...(settings.from === null ? {} : { floatModel: await floatModelHash(settings.from) }),
    ...(settings.precision === "auto" ? await hardwareIdentity(settings) : {}),
  }),
  async run(context) {
    const { configuration, write, scratch } = context;
    const data = await loadPrepared(context);
    const graph = networkOf(configuration, data.shape);
    const log = new EpochLog(scratch, trainedFiles.log);
    const trainer = new Trainer(context, configuration, data, log);
    const { float, quantised, precision, search } =
      configuration.precision === "auto"
        ? await automatic(context, data, graph, trainer, log)
        : await uniform(graph, trainer);

    await write(trainedFiles.float, writeParameters(float.parameters));
    await write(trainedFiles.quantised, writeQuantisedParameters(quantised.quantised));
    await write(trainedFiles.log, log.text());
    await write(precisionFile, serialisePrecision(precision));
    if (search !== null) await write(searchFile, `${JSON.stringify(search, undefined, 2)}\n`);
    const result = resultOf(float, quantised, configuration.quantisation);
    await write(resultFiles.training, `${JSON.stringify(result, undefined, 2)}\n`);
    await scratch.remove(checkpointFolder);
    return `${count(result.parameters)} parameters trained`;
  },
});

interface Trained {
  readonly float: TrainedFloat;
  readonly quantised: TrainedQuantised;
  readonly precision: ChosenPrecision;
  /** null: nothing was chosen. */
  readonly search: PrecisionReport | null;
}

async function uniform(graph: Graph, trainer: Trainer): Promise<Trained> {
  const float = await trainer.float(unfoldedGraph(graph));
  const quantised = await trainer.quantise(graph, float.parameters);
  return { float, quantised, precision: { precision: graph.precision, accelerator: null }, search: null };
}

async function automatic(
  context: StepContext<TrainingSettings & ChoiceSettings & Pick<Configuration, "goal">>,
  data: PreparedData,
  graph: Graph,
  trainer: Trainer,
  log: EpochLog,
): Promise<Trained> {
  const { configuration: settings } = context;
  const files = await Promise.all(Object.values(preparedFiles).map((file) => context.read("prepare", file)));
  const kept = new KeptTrainings({ place: context, settings, dataHash: contentHash(files.map(contentHash).join()) });
  const unfolded = unfoldedGraph(graph);
  const float = await kept.float(unfolded, () => trainer.float(unfolded));
  await log.restore("float", float.history);
  const modelOf: AutomaticOptions["modelOf"] = (chosen, { quantised }) => convert(chosen, quantised, data);
  const found = await chooseAndTrain({ place: context, settings, graph, float, data, trainer, kept, log, modelOf });
  const precision = { precision: found.graph.precision, accelerator: found.accelerator };
  return { float, quantised: found.trained, precision, search: found.report };
}

/** What the hardware is that widths are chosen for, by setting. */
async function hardwareIdentity(settings: Pick<Configuration, (typeof choiceHardwareKeys)[number] | "goal">) {
  const { powerCalibration, ...others } = settings;
  const used = [...choiceHardwareKeys, "goal"] as const;
  const values = Object.entries(others).filter(([key]) => used.some((name) => name === key));
  return {
    hardware: JSON.stringify(values.sort(([a], [b]) => (a < b ? -1 : 1))),
    ...(powerCalibration === null ? {} : { powerCalibration: await calibrationHash(powerCalibration) }),
  };
}

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
