import { GatecastError } from "../errors.js";
import { cos } from "../numeric/elementary.js";
import { Random } from "../numeric/random.js";
import { breather } from "./breathe.js";
import { DivergencePolicy } from "./divergence.js";
import type { Program } from "./engine/program.js";
import type { EpochRecord, Phase } from "./history.js";
import type { ResolvedCommonOptions } from "./options.js";
import type { TrainingHooks } from "./progress.js";
import type { TrainingData } from "./source.js";
import { type BestEpoch, checkFits, type Snapshot } from "./state.js";
import { type StepPlan, Stepper } from "./step.js";

/** Stream of the random numbers that order the training windows. */
const STREAM = { float: 2, quantised: 3 } as const;
/** Share of the steps over which the learning rate rises. */
const WARM_UP = 0.02;

/** A part of a phase, with a learning rate that rises and falls once. */
export interface StagePlan {
  readonly epochs: number;
  /** Highest learning rate, as a share of the option. */
  readonly share: number;
  /** The training program of an epoch of the stage, counted from 0. */
  readonly program: (epoch: number) => Program;
  /** false: matrices and the scales of their rows stay as they are in the best epoch so far, from which the stage starts. */
  readonly matrices: boolean;
}

export interface PhaseResult {
  readonly history: EpochRecord[];
  readonly best: BestEpoch;
}

export interface Validation {
  /** Mean squared error. */
  readonly error: number;
  /** The epoch of least score is kept. */
  readonly score: number;
}

/** What distinguishes the phases of training. */
export interface PhasePlan extends Omit<StepPlan, "source" | "options"> {
  readonly phase: Phase;
  readonly data: TrainingData;
  readonly options: ResolvedCommonOptions;
  /** In order; the last one ends the training. */
  readonly stages: readonly StagePlan[];
  /** What the engine's present weights are worth on the validation windows. */
  readonly validate: () => Validation;
}

/**
 * Runs the epochs of a phase and leaves the engine with the best epoch's weights (before the first epoch included).
 *
 * A training that diverges is treated by `DivergencePolicy`.
 *
 * @throws GatecastError "training" where it diverges in spite of that, or there is nothing to train on
 */
export async function runPhase(plan: PhasePlan, fingerprint: string, hooks: TrainingHooks): Promise<PhaseResult> {
  const { engine, data, options, phase } = plan;
  checkData(data, engine.batch);
  const stepper = new Stepper({ ...plan, source: data.train });
  const { adam, indices } = stepper;
  const order = new Uint32Array(data.train.count);
  const steps = Math.floor(data.train.count / engine.batch);
  const optimiser = plan.quantisers?.optimiser ?? null;
  const snapshot = (): Snapshot => ({ blocks: engine.saveBlocks(), quantisers: optimiser?.save() ?? null });
  const restore = ({ blocks, quantisers }: Snapshot): void => {
    engine.restoreBlocks(blocks);
    if (quantisers) optimiser?.restore(quantisers);
  };
  const policy = new DivergencePolicy(phase, options.learningRate);
  const { resume, signal } = hooks;

  let random = new Random(options.seed, STREAM[phase]);
  let history: EpochRecord[] = [];
  let best: BestEpoch = { epoch: 0, validation: Number.POSITIVE_INFINITY, score: Number.POSITIVE_INFINITY };
  let bestSnapshot = snapshot();
  let first = 0;
  if (resume) {
    checkFits(resume, phase, fingerprint);
    random = Random.restore(resume.random);
    history = [...resume.history];
    ({ best, bestSnapshot } = resume);
    first = resume.epoch;
    engine.restoreBlocks(resume.blocks);
    adam.restore(resume.adam);
    if (resume.quantisers) optimiser?.restore(resume.quantisers);
    policy.restore(resume.divergence);
  } else {
    const { error, score } = plan.validate();
    best = { epoch: 0, validation: error, score };
    policy.startsAt(best.validation);
  }

  const breath = breather(signal);
  for (let epoch = first; epoch < options.epochs; epoch++) {
    // Early stopping, of a training with one stage only: later stages start from the best epoch anyway.
    if (plan.stages.length === 1 && epoch - best.epoch >= options.patience) break;
    const started = performance.now();
    const { stage, start } = stageOf(plan.stages, epoch);
    if (!stage.matrices && epoch === start) {
      restore(bestSnapshot);
      adam.reset();
    }
    const good = {
      blocks: engine.saveBlocks(),
      quantisers: optimiser?.save() ?? null,
      adam: adam.save(),
      random: random.save(),
    };
    const program = stage.program(epoch - start);
    for (let index = 0; index < order.length; index++) order[index] = index;
    random.shuffle(order);
    let loss = 0;
    let rate = 0;
    for (let step = 0; step < steps; step++) {
      for (let index = 0; index < engine.batch; index++) indices[index] = order[step * engine.batch + index] ?? 0;
      const batchLoss = stepper.pass(program, random);
      loss += batchLoss;
      if (!Number.isFinite(batchLoss)) break;
      if (epoch + step === 0) policy.startsAt(batchLoss);
      const place = schedule(options.schedule, (epoch - start) * steps + step, stage.epochs * steps);
      rate = stepper.learn(policy.factor * stage.share * place, stage.matrices);
      await breath();
    }
    const trouble = policy.judge(engine, loss / steps);
    const { error: validation, score } = trouble === null ? plan.validate() : { error: Number.NaN, score: Number.NaN };
    if (!Number.isFinite(validation)) {
      const restart = policy.restart(epoch + 1, trouble ?? "the validation loss is no longer a finite number");
      engine.restoreBlocks(good.blocks);
      if (good.quantisers) optimiser?.restore(good.quantisers);
      adam.restore(good.adam);
      random = Random.restore(good.random);
      await hooks.onRestart?.(restart);
      epoch--;
      continue;
    }
    const record = { phase, epoch: epoch + 1, loss: loss / steps, validation, learningRate: rate };
    history.push(record);
    if (score < best.score) {
      best = { epoch: epoch + 1, validation, score };
      bestSnapshot = snapshot();
    }
    const seconds = (performance.now() - started) / 1000;
    await hooks.onEpoch?.(
      {
        ...record,
        epochs: options.epochs,
        samplesPerSecond: (steps * engine.batch) / seconds,
        secondsLeft: seconds * (options.epochs - epoch - 1),
        best,
      },
      () => ({
        format: "gatecast-training-3",
        phase,
        fingerprint,
        epoch: epoch + 1,
        history: [...history],
        best,
        bestSnapshot,
        blocks: engine.saveBlocks(),
        quantisers: optimiser?.save() ?? null,
        adam: adam.save(),
        random: random.save(),
        divergence: policy.save(),
      }),
    );
    signal?.throwIfAborted();
  }
  restore(bestSnapshot);
  return { history, best };
}

function stageOf(stages: readonly StagePlan[], epoch: number): { stage: StagePlan; start: number } {
  let start = 0;
  for (const stage of stages) {
    if (epoch < start + stage.epochs) return { stage, start };
    start += stage.epochs;
  }
  throw new Error(`no stage holds epoch ${epoch}`);
}

/** Linear rise, then half a cosine down to 0, or what was reached. */
function schedule(kind: ResolvedCommonOptions["schedule"], step: number, steps: number): number {
  const warm = Math.max(1, Math.floor(WARM_UP * steps));
  if (step < warm) return (step + 1) / warm;
  if (kind === "constant") return 1;
  return 0.5 * (1 + cos((Math.PI * (step - warm)) / Math.max(1, steps - warm)));
}

function checkData(data: TrainingData, batch: number): void {
  for (const part of ["train", "validation"] as const) {
    if (data[part].count >= (part === "train" ? batch : 1)) continue;
    throw new GatecastError(
      "training",
      `There are ${data[part].count} ${part} windows; there is nothing to learn from.`,
      {
        remedy: "Use a longer recording, a shorter window, or another split.",
        where: { key: part },
      },
    );
  }
}
