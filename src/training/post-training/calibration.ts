import type { Graph, Parameters, QuantisedParameters } from "../../model/index.js";
import { Engine } from "../engine/engine.js";
import { batchOf } from "../float.js";
import { type CalibrationOptions, FoundRanges, findRanges } from "../quantisation/calibrate.js";
import { windowMoments, withRoundedSkip } from "../quantisation/round-skip.js";
import { seenValues } from "../quantisation/seen-values.js";
import type { WindowSource } from "../source.js";
import type { Threads } from "../threads.js";
import { WeightRounding } from "./rounded-weights.js";

/** Windows of a pass. */
const BATCH = 64;

/** A float model with what was seen of it on training windows, once: its quantisation at any precision without training. */
export interface Calibration {
  /**
   * Calibrated ranges, and the linear skip's weights rounded together. What was searched for at one precision is not searched for again at another
   * where the tensor's width is the same.
   *
   * @param graph of the same architecture
   */
  quantised(graph: Graph): QuantisedParameters;
}

export interface CalibrationSettings extends CalibrationOptions {
  /** Training windows whose activations are looked at, at most. */
  readonly windows: number;
  /** Whether the linear skip is rounded as one (docs/training.md). */
  readonly roundSkip: boolean;
  /** Whether the rows of the other weights are, too (not where scales are powers of two: they are not to be chosen then). */
  readonly roundWeights: boolean;
}

/**
 * Runs a float model over training windows and keeps what it holds there.
 *
 * @param parameters of the graph, folded as it is
 */
export function createCalibration(
  graph: Graph,
  parameters: Parameters,
  train: WindowSource,
  settings: CalibrationSettings,
  threads?: Threads,
): Calibration {
  const engine = new Engine(graph, batchOf(train, BATCH), { threads });
  let seen: ReadonlyMap<string, Float32Array>;
  let rounding: WeightRounding | null = null;
  try {
    engine.load(parameters);
    seen = seenValues(engine, train, settings.windows);
    if (settings.roundWeights) rounding = new WeightRounding(engine, train);
  } finally {
    engine.close();
  }
  const found = new FoundRanges();
  const skips = graph.operators.flatMap((operator) =>
    operator.kind === "linear" && operator.flatten ? [operator.weight.name] : [],
  );
  const moments = settings.roundSkip && skips.length > 0 ? windowMoments(graph, train) : null;
  return {
    quantised(of) {
      const nearest = { parameters, ...findRanges(of, parameters, seen, settings, found) };
      const quantised = rounding?.apply(of, nearest) ?? nearest;
      return moments === null ? quantised : withRoundedSkip(of, quantised, moments);
    },
  };
}
