import type { Graph } from "../model/index.js";
import { type Wiring, wireNetwork } from "./network.js";
import { attentionTiming } from "./operators/attention.js";
import { lastTiming } from "./operators/last.js";
import { linearTiming } from "./operators/linear.js";
import { matrixUnitTiming } from "./operators/matrix-unit/timing.js";
import { poolTiming } from "./operators/pool.js";
import { residualTiming } from "./operators/residual.js";
import type { OperatorParameters, Parameters } from "./parameters.js";
import { historyTiming } from "./parts/history.js";
import type { Choices } from "./plan.js";
import { CycleModel, type Link } from "./timing/cycle-model.js";
import { fifo, fork, gearbox, later } from "./timing/stages.js";

/** Wires the control of modules instead of the modules. */
export function wiringOf(model: CycleModel): Wiring<Link> {
  return {
    operator: (parameters, inputs) => operatorTiming(model, parameters, inputs),
    unit: (parameters, inputs) => matrixUnitTiming(model, inputs, parameters),
    later: () => later(model),
    fork: (_, stream, __, count) => fork(model, stream, count),
    queue: (_, stream, __, depth) => fifo(model, stream, depth),
    lanes: (_, stream, from, lanes) => gearbox(model, stream, from.lanes, lanes),
  };
}

function operatorTiming(model: CycleModel, parameters: OperatorParameters, inputs: readonly Link[]): Link {
  const input = (index: number): Link => {
    const link = inputs[index];
    if (!link) throw new Error(`"${parameters.title}" has no input ${index}`);
    return link;
  };
  switch (parameters.kind) {
    case "linear":
      return linearTiming(model, input(0), parameters);
    case "shared":
      throw new Error(`"${parameters.title}" is on a matrix unit`);
    case "attention":
      return attentionTiming(model, { query: input(0), key: input(1), value: input(2) }, parameters);
    case "residual":
      return residualTiming(model, inputs, parameters);
    case "pool":
      return poolTiming(model, input(0), parameters);
    case "last":
      return lastTiming(model, input(0), parameters);
  }
}

export interface Cycles {
  /** First input accepted to last output of one inference on an idle machine, both cycles counted. */
  readonly cyclesPerInference: number;
  /** Between the last outputs of two inferences, with inputs back to back; the longest where they are not all equal. */
  readonly initiationInterval: number;
}

/** Windows, the first one alone, after which the intervals between forecasts repeat themselves. */
const WINDOWS = 13;
/** Intervals in which they do: shared lanes may serve every other window sooner, or one of four. */
const PERIOD = 8;

/** The longest of the last intervals between forecasts whose last values left in these cycles; null for too few of them. */
export function initiationIntervalOf(ends: readonly number[]): number | null {
  if (ends.length < WINDOWS) return null;
  const last = ends.slice(-PERIOD - 1);
  return Math.max(...last.slice(1).map((end, index) => end - (last[index] ?? 0)));
}

/**
 * The exact cycles of a design, from a walk of its control. An inference of mode `sample` begins with the sample that
 * completes a full window.
 */
export function countCycles(
  graph: Graph,
  parameters: Parameters,
  choices: Pick<Choices, "queues" | "mode">,
  options: { readonly latencyOnly?: boolean } = {},
): Cycles {
  const { latency, ends } = simulateControl(graph, parameters, choices, options.latencyOnly ? 1 : WINDOWS);
  if (options.latencyOnly) return { cyclesPerInference: latency, initiationInterval: latency };
  const initiationInterval = initiationIntervalOf(ends);
  if (initiationInterval === null) throw new Error(`${ends.length} inferences tell no interval`);
  return { cyclesPerInference: latency, initiationInterval };
}

/** Cycles of a window on an idle machine, and how much later the window behind it is done: the interval but for how it settles. */
export function countRoughly(
  graph: Graph,
  parameters: Parameters,
  choices: Pick<Choices, "queues" | "mode">,
): { readonly cycles: number; readonly interval: number } {
  const { latency, ends } = simulateControl(graph, parameters, choices, 2);
  const [first = 0, second = 0] = ends;
  return { cycles: latency, interval: second - first };
}

/** No operator multiplies for so long between two beats. */
const PATIENCE = 200_000;

/**
 * The cycles in which the last codes of so many forecasts leave: of one window on an idle machine, then of windows back to back, as
 * `simulateAccelerator` has them. Where the interval settles depends on how it began, by a cycle now and then.
 */
function simulateControl(
  graph: Graph,
  parameters: Parameters,
  choices: Pick<Choices, "queues" | "mode">,
  inferences: number,
): { latency: number; ends: number[] } {
  const { window, horizon, targets } = graph.architecture;
  const outputs = horizon * targets;
  const model = new CycleModel();
  const source = model.link();
  const samples = choices.mode === "sample" ? historyTiming(model, source, window) : source;
  const sink = wireNetwork(graph, parameters, choices, samples, wiringOf(model));
  sink.ready = true;
  /** The input that starts the first inference. */
  const starting = choices.mode === "sample" ? window - 1 : 0;
  let accepted = 0;
  let start = 0;
  let produced = 0;
  const ends: number[] = [];
  while (ends.length < inferences) {
    // Behind the last of them windows go on: without one there it would have the machine to itself, and be faster.
    source.valid = ends.length > 0 || accepted < window;
    model.step(() => {
      if (source.valid && source.ready) {
        if (accepted === starting) start = model.cycle;
        accepted++;
      }
      if (sink.valid && ++produced % outputs === 0) ends.push(model.cycle);
    });
    if (model.idle > PATIENCE)
      throw new Error("the accelerator's control stands still: its handshakes are in a deadlock");
  }
  return { latency: (ends[0] ?? 0) - start + 1, ends };
}
