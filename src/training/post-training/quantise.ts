import type { Graph, Parameters } from "../../model/index.js";
import { IntegerJudge } from "../integer-judge.js";
import type { QuantisedResult } from "../quantised.js";
import { spread, type TrainingData } from "../source.js";
import type { Threads } from "../threads.js";
import { correctBiases } from "./bias-correction.js";
import { createCalibration } from "./calibration.js";
import { checkCalibration } from "./spread.js";

export interface PostTrainingOptions {
  /** Training windows to calibrate on, at most. */
  readonly windows?: number;
  /** Whether biases take over what rounding moves the means of a layer by, where that errs less on the calibration's windows. */
  readonly biasCorrection?: boolean;
  /** What ranges are: the shrunken one of least squared error, or the extremes. */
  readonly start?: "shrunken" | "extremes";
  /**
   * Scales of the weights: one for each row, or one for each matrix (the default where scales are powers of two). Only with one for each row, and
   * free ones, are weights rounded so that they make up for each other's errors.
   */
  readonly weightScales?: "rows" | "matrix";
}

export const postTrainingDefaults = {
  windows: 1024,
  biasCorrection: true,
  start: "shrunken",
} as const satisfies PostTrainingOptions;

export interface PostTrainingHooks {
  /** Ends it between two passes by throwing the signal's reason. */
  readonly signal?: AbortSignal;
  /** Threads to run on; the result is the same to the bit. */
  readonly threads?: Threads;
}

/**
 * Quantises a float model without any training: ranges from a calibration on training windows, weights rounded row by row so that they make up
 * for each other's errors (`roundWithFeedback`), and biases corrected layer by layer (Nagel et al. 2019, "Data-free quantization through weight equalization and bias correction", with
 * the means of real windows). Seconds, where `trainQuantised` takes minutes; docs/training.md says what that costs.
 *
 * @param parameters of the graph, folded as it is
 * @returns as `trainQuantised` does, with no history; `kept.validation` is the integer-only model's mean squared error on the validation windows
 * @throws GatecastError "training" where there are fewer than 16 windows of a part, or a column of it never changes; the reason of `hooks.signal`
 *   where that was aborted
 */
export async function quantisePostTraining(
  graph: Graph,
  parameters: Parameters,
  data: TrainingData,
  options: PostTrainingOptions = {},
  hooks: PostTrainingHooks = {},
): Promise<QuantisedResult> {
  const weightScales = graph.precision.scales === "power-of-two" ? "matrix" : "rows";
  const resolved = { ...postTrainingDefaults, weightScales, ...options } as const;
  hooks.signal?.throwIfAborted();
  checkCalibration(graph, data);
  const settings = {
    ...resolved,
    roundSkip: true,
    roundWeights: resolved.weightScales === "rows" && graph.precision.scales === "free",
  };
  const calibrated = createCalibration(graph, parameters, data.train, settings, hooks.threads).quantised(graph);
  let quantised = calibrated;
  if (resolved.biasCorrection) {
    const corrected = await correctBiases(graph, parameters, calibrated, data.train, resolved.windows, hooks);
    const calibration = new IntegerJudge(graph, spread(data.train, resolved.windows));
    const [before, after] = [calibrated, corrected].map((of) => calibration.error(graph, of));
    if ((after ?? Number.NaN) < (before ?? Number.NaN)) quantised = corrected;
  }
  hooks.signal?.throwIfAborted();
  const validation = new IntegerJudge(graph, data.validation).error(graph, quantised);
  return { quantised, history: [], kept: { epoch: 0, validation } };
}
