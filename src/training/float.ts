import type { Graph, Parameters } from "../model/index.js";
import { Engine } from "./engine/engine.js";
import { allTargets, meanSquaredError, runAll } from "./forward.js";
import type { EpochRecord, Kept } from "./history.js";
import { initialise } from "./initialise.js";
import { blend, blendWithLinear, linearModel, wanderingColumns } from "./linear.js";
import { runPhase } from "./loop.js";
import { checkOptions, type FloatOptions, floatDefaults, plannedEpochs, type ResolvedFloatOptions } from "./options.js";
import type { TrainingHooks } from "./progress.js";
import { shiftLevels } from "./shift-levels.js";
import type { TrainingData, WindowSource } from "./source.js";

export interface FloatResult {
  /** Of the epoch with the least validation loss, blended with the linear model where that is surer. */
  readonly parameters: Parameters;
  readonly history: readonly EpochRecord[];
  readonly kept: Kept;
}

/**
 * Trains a graph in f32 on scaled windows: mean squared error, Adam, a cosine schedule, early stopping on validation.
 *
 * @throws GatecastError "usage" for an option that cannot be, "training" where it diverges or a part has no windows, "run" where `hooks.resume` does not fit; the
 *   reason of `hooks.signal` where that was aborted
 */
export async function trainFloat(
  graph: Graph,
  data: TrainingData,
  options: FloatOptions = {},
  hooks: TrainingHooks = {},
): Promise<FloatResult> {
  const given = { ...floatDefaults, ...options };
  checkOptions(given);
  const engine = new Engine(graph, batchOf(data.train, given.batch), { threads: hooks.threads });
  try {
    return await train(engine, graph, data, given, hooks);
  } finally {
    engine.close();
  }
}

async function train(
  engine: Engine,
  graph: Graph,
  data: TrainingData,
  given: ResolvedFloatOptions,
  hooks: TrainingHooks,
): Promise<FloatResult> {
  const resolved = { ...given, epochs: plannedEpochs(given, floatDefaults, data.train.count, engine.batch) };
  const linear = graph.architecture.skip && resolved.linear ? linearModel(graph, data) : undefined;
  const wandering = resolved.levelShift > 0 ? wanderingColumns(graph, data.train) : null;
  // A skip that is trained would drift from the best one at the levels that are yet to come.
  const fixed = linear !== undefined && wandering !== null;
  const start = initialise(graph, resolved.seed);
  engine.load(fixed ? blend(graph, start, linear, 0) : start);
  const training = engine.program({ quantised: false, norm: "batch", backward: true, mute: [] });
  const evaluation = engine.program({ quantised: false, norm: "running", backward: false, mute: [] });
  const targets = allTargets(graph, data.validation);
  const { history, best } = await runPhase(
    {
      phase: "float",
      engine,
      data,
      options: resolved,
      stages: [{ epochs: resolved.epochs, share: 1, program: () => training, matrices: true }],
      quantisers: null,
      still: fixed ? ["skip.weight", "skip.bias"] : [],
      augment: wandering ? shiftLevels(graph, wandering, resolved.levelShift) : null,
      retarget: null,
      validate: () => {
        const error = meanSquaredError(runAll(engine, evaluation, data.validation), targets);
        return { error, score: error };
      },
    },
    fingerprint(graph, data, resolved),
    hooks,
  );
  if (linear === undefined) return { parameters: engine.parameters(), history, kept: best };
  const forecasts = runAll(engine, evaluation, data.validation);
  const parameters = blendWithLinear(graph, engine.parameters(), linear, data.validation, forecasts);
  engine.load(parameters);
  const validation = meanSquaredError(runAll(engine, evaluation, data.validation), targets);
  return { parameters, history, kept: { epoch: best.epoch, validation } };
}

/** Windows per step: what is asked for, or all there are. */
export function batchOf(train: WindowSource, batch: number): number {
  return Math.max(1, Math.min(batch, train.count));
}

/** What a checkpoint must agree with. */
export function fingerprint(graph: Graph, data: TrainingData, options: object): string {
  const { architecture, precision } = graph;
  return JSON.stringify({
    architecture,
    precision,
    options,
    windows: [data.train.count, data.validation.count],
  });
}
