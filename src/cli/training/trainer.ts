import { foldParameters, type Graph, type Parameters, type QuantisedParameters } from "../../model/index.js";
import { significant } from "../../report/format.js";
import { nodeThreads, usualThreads } from "../../toolchain/threads.js";
import {
  type Progress as Epoch,
  type EpochRecord,
  type Kept,
  type Phase,
  quantisePostTraining,
  type TrainingData,
  type TrainingHooks,
  trainFloat,
  trainQuantised,
} from "../../training/index.js";
import type { Configuration } from "../configuration.js";
import { type TrainingView, trainingHeadline, trainingLine, trainingPanel } from "../display/training-view.js";
import type { Task } from "../progress.js";
import { Checkpoints } from "../steps/checkpoint.js";
import { readFloatModel } from "../steps/float-model.js";
import type { StepContext } from "../steps/step.js";
import type { EpochLog } from "./epoch-log.js";

/** The settings of both phases of training. */
export const trainingKeys = [
  "seed",
  "epochs",
  "qatEpochs",
  "batch",
  "learningRate",
  "qatLearningRate",
  "patience",
  "weightScales",
  "quantisation",
] as const;

export type TrainingSettings = Pick<Configuration, (typeof trainingKeys)[number] | "threads" | "from">;

/** Where training keeps its files and says how far it is. */
export type Workplace = Pick<StepContext<unknown>, "scratch" | "inputsHash" | "folder" | "progress" | "signal">;

export interface TrainedFloat {
  readonly parameters: Parameters;
  readonly history: readonly EpochRecord[];
  /** null: trained elsewhere. */
  readonly kept: Kept | null;
  /** Mean squared error on the validation windows. */
  readonly loss: number;
}

export interface TrainedQuantised {
  readonly quantised: QuantisedParameters;
  readonly history: readonly EpochRecord[];
  /** `validation`: mean squared error of the integer-only model on the validation windows. */
  readonly kept: Kept;
}

/** One of several quantised trainings. */
export interface Trial {
  /** From 1. */
  readonly number: number;
  /** Leads its line of progress. */
  readonly label: string;
  /** Where its checkpoint lies. */
  readonly folder: string;
}

/** Trains with checkpoints, a log and progress. */
export class Trainer {
  constructor(
    private readonly place: Workplace,
    private readonly settings: TrainingSettings,
    private readonly data: TrainingData,
    private readonly log: EpochLog,
  ) {}

  /** In floating point, or a model that was trained elsewhere. */
  async float(unfolded: Graph): Promise<TrainedFloat> {
    const { seed, batch, patience, epochs, learningRate, from } = this.settings;
    const task = this.place.progress.start("float");
    if (from !== null) {
      const { parameters, judgement, loss } = await readFloatModel(from, unfolded, this.data.validation);
      task.end(judgement);
      return { parameters, history: [], kept: null, loss };
    }
    const options = { seed, batch, patience, epochs, learningRate };
    const result = await trainFloat(unfolded, this.data, options, await this.hooks("float", task));
    task.end(phaseLine(result.history, result.kept));
    return { ...result, loss: result.kept.validation };
  }

  /** By training or without, as the settings say; from float parameters of the network without its folds. */
  async quantise(graph: Graph, float: Parameters, trial?: Trial): Promise<TrainedQuantised> {
    return this.settings.quantisation === "qat"
      ? this.quantisationAware(graph, float, trial)
      : this.postTraining(graph, float, trial);
  }

  private async postTraining(graph: Graph, float: Parameters, trial?: Trial): Promise<TrainedQuantised> {
    const { weightScales } = this.settings;
    const task = this.place.progress.start(trial?.label ?? "quantised");
    task.update(0, "calibrating and correcting biases, without training");
    const result = await quantisePostTraining(
      graph,
      foldParameters(graph, float),
      this.data,
      weightScales === null ? {} : { weightScales },
      { signal: this.place.signal, threads: this.threads },
    );
    task.end(`without training; validation loss ${significant(result.kept.validation)}`);
    return result;
  }

  private async quantisationAware(graph: Graph, float: Parameters, trial?: Trial): Promise<TrainedQuantised> {
    const { seed, batch, patience, qatEpochs, qatLearningRate, weightScales } = this.settings;
    const task = this.place.progress.start(trial?.label ?? "quantised");
    const result = await trainQuantised(
      graph,
      foldParameters(graph, float),
      this.data,
      {
        seed,
        batch,
        patience,
        epochs: qatEpochs,
        learningRate: qatLearningRate,
        ...(weightScales === null ? {} : { weightScales }),
      },
      await this.hooks("quantised", task, trial),
    );
    task.end(phaseLine(result.history, result.kept));
    return result;
  }

  private get threads() {
    return nodeThreads(this.settings.threads ?? usualThreads());
  }

  private async hooks(phase: Phase, task: Task, trial?: Trial): Promise<TrainingHooks> {
    const { place, log } = this;
    const checkpoints = new Checkpoints(place, trial?.folder);
    const resume = await checkpoints.load(phase);
    if (resume !== undefined && resume.epoch > 0) {
      await log.restore(phase, resume.history, trial?.number);
      place.progress.say(`${" ".repeat(12)}${phase}: going on behind epoch ${resume.epoch}`);
    }
    return {
      signal: place.signal,
      threads: this.threads,
      ...(resume === undefined ? {} : { resume }),
      onRestart: ({ epoch, reason, learningRate }) =>
        place.progress.say(
          `${phase}: ${reason} in epoch ${epoch}; that epoch again, at a learning rate of ${learningRate}`,
        ),
      onEpoch: async (epoch, save) => {
        await checkpoints.save(save());
        await log.add(epoch, trial?.number);
        showEpoch(task, epoch, log.of(phase, trial?.number));
      },
    };
  }
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

function phaseLine(history: readonly EpochRecord[], { epoch, validation }: Kept): string {
  const which = epoch === 0 ? "before the first epoch" : `in epoch ${epoch}`;
  return `${history.length} epochs; best ${which}, validation loss ${significant(validation)}`;
}
