import { foldParameters, unfoldedGraph, writeParameters, writeQuantisedParameters } from "../../model/index.js";
import { count, significant } from "../../report/format.js";
import { nodeThreads, usualThreads } from "../../toolchain/threads.js";
import {
  type Progress as Epoch,
  type EpochRecord,
  type FloatResult,
  type Kept,
  type Phase,
  type TrainingHooks,
  trainFloat,
  trainQuantised,
} from "../../training/index.js";
import { type TrainingView, trainingHeadline, trainingLine, trainingPanel } from "../display/training-view.js";
import type { Task } from "../progress.js";
import { resultFiles, type TrainingResult } from "../results.js";
import { Checkpoints, checkpointFolder } from "./checkpoint.js";
import { floatModelHash, readFloatModel } from "./float-model.js";
import { networkKeys, networkOf } from "./network.js";
import { loadPrepared, readsPrepared } from "./prepare.js";
import { defineStep, type StepContext } from "./step.js";

export const trainedFiles = {
  float: "train/float.safetensors",
  quantised: "train/quantised.safetensors",
  log: "train/training.jsonl",
} as const;

/** Windows -> trained parameters: in floating point, without folds; then quantisation-aware from those weights, folded. */
export const train = defineStep({
  name: "train",
  title: "training in floating point, then quantisation-aware",
  settings: [
    ...networkKeys,
    "seed",
    "epochs",
    "qatEpochs",
    "batch",
    "learningRate",
    "qatLearningRate",
    "patience",
    "weightScales",
  ],
  places: ["threads", "from"],
  reads: readsPrepared,
  working: [checkpointFolder],
  external: async ({ from }) => (from === null ? {} : { floatModel: await floatModelHash(from) }),
  async run(context) {
    const { configuration, write, progress, signal } = context;
    const { seed, batch, patience } = configuration;
    const threads = nodeThreads(configuration.threads ?? usualThreads());
    const data = await loadPrepared(context);
    const graph = networkOf(configuration, data.shape);
    const unfolded = unfoldedGraph(graph);
    const checkpoints = new Checkpoints(context);
    const log = new EpochLog(context);

    const hooksOf = async (phase: Phase, task: Task): Promise<TrainingHooks> => {
      const resume = await checkpoints.load(phase);
      if (resume !== undefined && resume.epoch > 0) {
        await log.restore(resume.history);
        progress.say(`${" ".repeat(12)}${phase}: going on behind epoch ${resume.epoch}`);
      }
      return {
        signal,
        threads,
        ...(resume === undefined ? {} : { resume }),
        onRestart: ({ epoch, reason, learningRate }) =>
          progress.say(
            `${phase}: ${reason} in epoch ${epoch}; that epoch again, at a learning rate of ${learningRate}`,
          ),
        onEpoch: async (epoch, save) => {
          await checkpoints.save(save());
          await log.add(epoch);
          showEpoch(task, epoch, log.of(phase));
        },
      };
    };

    const floatPhase = async (): Promise<Omit<FloatResult, "kept"> & { readonly kept: Kept | null }> => {
      const task = progress.start("float");
      if (configuration.from !== null) {
        const { parameters, judgement } = await readFloatModel(configuration.from, unfolded, data.validation);
        task.end(judgement);
        return { parameters, history: [], kept: null };
      }
      const result = await trainFloat(
        unfolded,
        data,
        { seed, batch, patience, epochs: configuration.epochs, learningRate: configuration.learningRate },
        await hooksOf("float", task),
      );
      task.end(phaseLine(result.history, result.kept));
      return result;
    };
    const float = await floatPhase();
    const quantisedTask = progress.start("quantised");
    const quantised = await trainQuantised(
      graph,
      foldParameters(graph, float.parameters),
      data,
      {
        seed,
        batch,
        patience,
        epochs: configuration.qatEpochs,
        learningRate: configuration.qatLearningRate,
        ...(configuration.weightScales === null ? {} : { weightScales: configuration.weightScales }),
      },
      await hooksOf("quantised", quantisedTask),
    );
    quantisedTask.end(phaseLine(quantised.history, quantised.kept));

    await write(trainedFiles.float, writeParameters(float.parameters));
    await write(trainedFiles.quantised, writeQuantisedParameters(quantised.quantised));
    await write(trainedFiles.log, jsonLines([...float.history, ...quantised.history]));
    const parameters = [...quantised.quantised.parameters.values()].reduce(
      (sum, { data: values }) => sum + values.length,
      0,
    );
    const result: TrainingResult = {
      learning: {
        loss: "mean squared error of the scaled targets",
        phases: [
          ...(float.kept ? [phaseOf("float", float.history, float.kept)] : []),
          {
            ...phaseOf("quantisation-aware", quantised.history, quantised.kept),
            criterion:
              "least error of the integer-only model; its training targets are the float model's forecasts, which lowers the training curve",
          },
        ],
      },
      parameters,
    };
    await write(resultFiles.training, `${JSON.stringify(result, undefined, 2)}\n`);
    await checkpoints.remove();
    return `${count(parameters)} parameters trained`;
  },
});

/** training.jsonl as it grows: one line an epoch, readable while training goes on. */
class EpochLog {
  private records: readonly EpochRecord[] = [];

  constructor(private readonly context: Pick<StepContext<unknown>, "scratch">) {}

  async restore(history: readonly EpochRecord[]): Promise<void> {
    const phase = history[0]?.phase;
    this.records = [...this.records.filter((record) => record.phase !== phase), ...history];
    await this.write();
  }

  async add({ phase, epoch, loss, validation, learningRate }: EpochRecord): Promise<void> {
    this.records = [...this.records, { phase, epoch, loss, validation, learningRate }];
    await this.write();
  }

  of(phase: Phase): EpochRecord[] {
    return this.records.filter((record) => record.phase === phase);
  }

  private async write(): Promise<void> {
    await this.context.scratch.write(trainedFiles.log, jsonLines(this.records));
  }
}

function jsonLines(records: readonly EpochRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

function showEpoch(task: Task, epoch: Epoch, history: readonly EpochRecord[]): void {
  const view: TrainingView = {
    ...epoch,
    training: history.map(({ loss }) => loss),
    validation: history.map(({ validation }) => validation),
  };
  task.update(epoch.epoch / epoch.epochs, trainingLine(view), epoch.secondsLeft, {
    headline: trainingHeadline(view),
    panel: (size) => trainingPanel(view, size),
  });
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

function phaseLine(history: readonly EpochRecord[], { epoch, validation }: Kept): string {
  const which = epoch === 0 ? "before the first epoch" : `in epoch ${epoch}`;
  return `${history.length} epochs; best ${which}, validation loss ${significant(validation)}`;
}
