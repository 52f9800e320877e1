import { GatecastError } from "../../errors.js";
import type { Graph, Parameters } from "../../model/index.js";
import {
  checkCalibration,
  createCalibration,
  forward,
  IntegerJudge,
  meanSquaredError,
  spread,
  type Threads,
  type TrainingData,
} from "../../training/index.js";
import { type Sensitivity, type SensitivityMethod, sensitivityMethods } from "../types.js";
import { type ChosenTensor, chosenTensors } from "./chosen-tensors.js";
import { addedBySecondOrder, PROBES, tracedWeights } from "./hessian.js";
import { neverRising } from "./monotone.js";
import { addedBySubstitution, substitutions } from "./substitution.js";

/** Widths of everything else while one tensor's is measured: above what rounding costs, or where it is felt. */
const BASES = { "post-training": 8, masked: 4 } as const;
/** Validation windows by default. A gradient costs several times what an integer-only forecast does. */
const WINDOWS = { "post-training": 1000, masked: 1000, hessian: 256 } as const;
/** Windows of a gradient. */
const BATCH = 64;
/** Training windows whose activations are looked at. */
const CALIBRATION = 1024;
/** Milliseconds after which the host may do its own work. */
const BREATH = 100;

export interface SensitivityOptions {
  readonly method: SensitivityMethod;
  /** Validation windows, spread evenly, that errors are measured on. Default 1000; 256 with "hessian". */
  readonly windows?: number;
  /** Of the random signs of "hessian". Default 1. */
  readonly seed?: number;
}

export interface SensitivityProgress {
  readonly done: number;
  readonly of: number;
  readonly secondsLeft: number;
}

export interface SensitivityHooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SensitivityProgress) => void;
  /** Threads of float passes; the result is the same to the bit. */
  readonly threads?: Threads;
}

/**
 * What the width of each weight and hidden activation adds to the error on the validation windows, without training (docs/search.md).
 *
 * - "post-training": everything at 8 bits but the one tensor at each width, ranges calibrated, the integer-only model's error minus that with
 *   all at 8 bits. It sees each tensor by itself.
 * - "masked": the same with everything else at 4 bits, minus that with the tensor restored to 8 (what OHQ, Huang et al. 2023, does when it takes the
 *   quantisation of one layer out of a quantised network). The tensor's error then meets inputs and partners as coarse as they will be, so that what only matters
 *   together (queries and keys), and what is drowned by others anyway, counts as such.
 * - "hessian": from second derivatives of the float model (`addedBySecondOrder`). Small errors are assumed, and none that depend on one another.
 *
 * @param graph the architecture, and the widths of what none is chosen for (samples, forecast, scores), and the kind of scales; its other widths do not count
 * @param parameters float, folded as the graph is
 * @throws GatecastError "usage" for an option that cannot be, "training" where windows are too few or a column never changes; the reason of
 *   `hooks.signal` where that was aborted
 */
export async function measureSensitivity(
  graph: Graph,
  parameters: Parameters,
  data: TrainingData,
  options: SensitivityOptions,
  hooks: SensitivityHooks = {},
): Promise<Sensitivity> {
  const { method, seed = 1 } = options;
  const { signal, threads } = hooks;
  if (!sensitivityMethods.includes(method)) throw wrong("method", method, sensitivityMethods.join(" or "));
  const most = options.windows ?? WINDOWS[method];
  if (!Number.isInteger(most) || most < 16) throw wrong("windows", most, "a whole number from 16");
  if (!Number.isSafeInteger(seed) || seed < 0) throw wrong("seed", seed, "a whole number from 0");
  signal?.throwIfAborted();
  checkCalibration(graph, data);
  const settings = {
    windows: CALIBRATION,
    start: "shrunken",
    weightScales: graph.precision.scales === "power-of-two" ? "matrix" : "rows",
    roundSkip: true,
    roundWeights: method !== "hessian" && graph.precision.scales === "free",
  } as const;
  const calibration = createCalibration(graph, parameters, data.train, settings, threads);
  const windows = spread(data.validation, most);
  const judge = new IntegerJudge(graph, windows);
  const float = meanSquaredError(forward(graph, parameters, windows), judge.wanted);
  const tensors = chosenTensors(graph);
  const count = new Counter(measurementsOf(method, graph, tensors.length, windows.count), hooks);
  const added =
    method === "hessian"
      ? await addedBySecondOrder(graph, parameters, tensors, calibration, windows, seed, {
          signal,
          threads,
          onPass: () => count.one(),
        })
      : await addedBySubstitution(graph, tensors, BASES[method], calibration, judge, async () => {
          count.one();
          await count.breathe();
        });
  return {
    method,
    tensors: tensors.map((tensor, at) => sensitivityOf(tensor, added[at] ?? [], float)),
    measurements: count.done,
  };
}

function sensitivityOf(tensor: ChosenTensor, added: readonly number[], float: number) {
  const full = added.at(-1) ?? Number.NaN;
  return { ...tensor, added: neverRising(added.map((value) => (value - full) / float)) };
}

function measurementsOf(method: SensitivityMethod, graph: Graph, tensors: number, windows: number): number {
  if (method !== "hessian") return substitutions(tensors);
  const batches = Math.floor(windows / Math.min(BATCH, windows));
  return batches * (2 * PROBES * tracedWeights(graph).length + 1);
}

function wrong(key: string, value: unknown, allowed: string): GatecastError {
  return new GatecastError("usage", `The sensitivity option ${key} is ${JSON.stringify(value)}.`, {
    remedy: `Choose ${allowed}.`,
    where: { key },
  });
}

/** Counts measurements, says how many are left, and lets the host breathe. */
class Counter {
  done = 0;
  readonly #started = performance.now();
  #breath = performance.now();

  constructor(
    readonly of: number,
    readonly hooks: SensitivityHooks,
  ) {}

  one(): void {
    this.done++;
    const seconds = (performance.now() - this.#started) / 1000;
    this.hooks.onProgress?.({
      done: this.done,
      of: this.of,
      secondsLeft: (seconds / this.done) * (this.of - this.done),
    });
  }

  async breathe(): Promise<void> {
    if (performance.now() - this.#breath > BREATH) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      this.#breath = performance.now();
    }
    this.hooks.signal?.throwIfAborted();
  }
}
