import type { Graph, Parameters, QuantisedParameters } from "../model/index.js";
import { outputs } from "../model/index.js";
import { square } from "../numeric/square.js";
import { blockMeans, cautiousMean } from "./blocks.js";
import { Engine } from "./engine/engine.js";
import { batchOf, fingerprint } from "./float.js";
import { meanSquaredError, runAll } from "./forward.js";
import type { EpochRecord, Kept } from "./history.js";
import { IntegerJudge } from "./integer-judge.js";
import { runPhase, type Validation } from "./loop.js";
import {
  checkOptions,
  plannedEpochs,
  type QuantisedOptions,
  quantisedDefaults,
  type ResolvedQuantisedOptions,
} from "./options.js";
import type { TrainingHooks } from "./progress.js";
import { calibrate } from "./quantisation/calibrate.js";
import { reestimateNorms } from "./quantisation/norm-statistics.js";
import { QuantiserOptimiser } from "./quantisation/optimiser.js";
import { quantisedParameters } from "./quantisation/parameters.js";
import { roundSkip, skipWeights } from "./quantisation/round-skip.js";
import type { TrainingData, WindowSource } from "./source.js";

export interface QuantisedResult {
  /** Of the epoch whose integer-only model has the least validation loss, on the safe side. */
  readonly quantised: QuantisedParameters;
  readonly history: readonly EpochRecord[];
  readonly kept: Kept;
}

/**
 * Trains the fake-quantised graph from a float model's weights: ranges from calibration, then learned step sizes; batch
 * normalisation by its running statistics towards the end; each epoch is judged by its integer-only model on validation.
 *
 * @throws as `trainFloat`
 */
export async function trainQuantised(
  graph: Graph,
  parameters: Parameters,
  data: TrainingData,
  options: QuantisedOptions = {},
  hooks: TrainingHooks = {},
): Promise<QuantisedResult> {
  const given = { ...quantisedDefaults, ...defaultsOf(graph), ...options };
  checkOptions(given);
  const engine = new Engine(graph, batchOf(data.train, given.batch), { threads: hooks.threads });
  try {
    engine.load(parameters);
    return await train(engine, graph, data, given, hooks);
  } finally {
    engine.close();
  }
}

/** Where scales are powers of two, rows that jump from one to the next each for itself cost more than a scale of their own is worth. */
function defaultsOf({ precision }: Graph): Pick<QuantisedOptions, "weightScales"> {
  return precision.scales === "power-of-two" ? { weightScales: "matrix" } : {};
}

async function train(
  engine: Engine,
  graph: Graph,
  data: TrainingData,
  given: ResolvedQuantisedOptions,
  hooks: TrainingHooks,
): Promise<QuantisedResult> {
  const resolved = { ...given, epochs: plannedEpochs(given, quantisedDefaults, data.train.count, engine.batch) };
  calibrate(engine, data.train, resolved);
  const teacher = resolved.distillation > 0 ? teach(engine, data.train) : null;
  if (resolved.skip === "fixed") roundSkip(engine, data.train);
  const still = resolved.skip === "fixed" ? skipWeights(engine) : [];
  const width = outputs(graph.architecture);
  const moving = engine.program({ quantised: true, norm: "batch", backward: true, mute: [] });
  const running = engine.program({ quantised: true, norm: "running", backward: true, mute: [] });
  const frozen = resolved.norm === "frozen" ? running : moving;
  const estimating = engine.program({ quantised: true, norm: "batch", backward: false, mute: [] });
  const polish = Math.round(resolved.epochs * resolved.polish);
  const learn = resolved.epochs - polish;
  const firstFrozen = Math.round(learn * (1 - resolved.frozenNorm));
  const validate = integerValidation(engine, data.validation);
  const { history, best } = await runPhase(
    {
      phase: "quantised",
      engine,
      data,
      options: resolved,
      stages: [
        { epochs: learn, share: 1, program: (epoch) => (epoch < firstFrozen ? moving : frozen), matrices: true },
        { epochs: polish, share: resolved.polishRate, program: () => frozen, matrices: false },
      ],
      quantisers: {
        optimiser: new QuantiserOptimiser(engine, [graph.input, graph.output, ...still], resolved),
        rate: resolved.learningRate * resolved.rangeRate,
        rowRate: resolved.learningRate * resolved.rowRate,
      },
      still,
      augment: null,
      retarget: teacher
        ? (indices, y) => {
            const share = resolved.distillation;
            for (let row = 0; row < indices.length; row++) {
              for (let c = 0; c < width; c++) {
                const taught = teacher[(indices[row] ?? 0) * width + c] ?? 0;
                y[row * width + c] = (1 - share) * (y[row * width + c] ?? 0) + share * taught;
              }
            }
          }
        : null,
      validate: () => {
        if (resolved.norm === "reestimated") reestimateNorms(engine, estimating, data.train);
        return validate();
      },
    },
    fingerprint(graph, data, resolved),
    hooks,
  );
  return { quantised: quantisedParameters(engine), history, kept: best };
}

/** Forecasts of the float model for every training window. */
function teach(engine: Engine, train: WindowSource): Float32Array {
  return runAll(engine, engine.program({ quantised: false, norm: "running", backward: false, mute: [] }), train);
}

/**
 * Judges the integer-only model made from the engine's present weights: its mean squared error on scaled targets, and as score how
 * that differs from the error of the weights at the time of this call, on the safe side (`cautiousMean`). Where rounding alone costs next to
 * nothing, training is not preferred for what may be luck.
 */
function integerValidation(engine: Engine, validation: WindowSource): () => Validation {
  const { graph } = engine;
  const judge = new IntegerJudge(graph, validation);
  const { wanted } = judge;
  const forecasts = () => judge.forecasts(graph, quantisedParameters(engine));
  const squares = (of: Float64Array) => of.map((value, index) => square(value - (wanted[index] ?? Number.NaN)));
  const start = blockMeans(squares(forecasts()), outputs(graph.architecture));
  return () => {
    const forecast = forecasts();
    const now = blockMeans(squares(forecast), outputs(graph.architecture));
    return {
      error: meanSquaredError(forecast, wanted),
      score: cautiousMean(now.map((value, block) => value - (start[block] ?? Number.NaN))),
    };
  };
}
