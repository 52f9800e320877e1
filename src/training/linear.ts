import { branchTensors, type Graph, outputs, type Parameter, type Parameters } from "../model/index.js";
import { applyLinear, fitRidge, type RidgeFit, type RidgeSource, unitRootStatistics } from "../series/index.js";
import { blockMeans, cautiousMean } from "./blocks.js";
import type { TrainingData, WindowSource } from "./source.js";

/** Critical value at 1 % of the test for a unit root. */
const STATIONARY = -3.43;
/** Steps of the share between the linear model and the trained one. */
const SHARES = 16;

/**
 * The window's columns whose level wanders (a unit root is not rejected at 1 % on the training windows), where a target's own does;
 * null where every target returns to a mean, or none is recorded in the window.
 */
export function wanderingColumns(graph: Graph, train: WindowSource): boolean[] | null {
  const { window, inputs, persistence } = graph.architecture;
  const shape = { window, inputs, outputs: outputs(graph.architecture) };
  const wanders = unitRootStatistics(doubles(train), shape).map((statistic) => statistic > STATIONARY);
  return persistence?.some((column) => wanders[column]) ? wanders : null;
}

/** The ridge regression of the training windows (`fitRidge`); undefined where it cannot be solved. */
export function linearModel(graph: Graph, data: TrainingData): RidgeFit | undefined {
  const { window, inputs } = graph.architecture;
  return fitRidge(doubles(data.train), doubles(data.validation), { window, inputs, lastColumns: lastColumns(graph) });
}

/**
 * The model between the linear one and the trained one that is surely no worse than the linear one: forecast = (1 - share) linear +
 * share * trained, which is again a model of the graph (of its skip and its head). The share in 1/16 .. 1 is the one of least
 * error on validation, where a gain over the linear model counts for its mean over the stretches of the validation windows less its
 * standard error (`cautiousMean`).
 * Where the branch has learned nothing that lasts, the linear model is what remains, but for the sixteenth by which faults
 * in any part of the network still show in its forecasts.
 *
 * @param trained forecasts of all validation windows, scaled
 */
export function blendWithLinear(
  graph: Graph,
  parameters: Parameters,
  linear: RidgeFit,
  validation: WindowSource,
  trained: Float32Array,
): Parameters {
  const { window, inputs } = graph.architecture;
  const count = outputs(graph.architecture);
  const x = new Float64Array(validation.count * window * inputs);
  const y = new Float64Array(validation.count * count);
  doubles(validation).gather(
    Uint32Array.from({ length: validation.count }, (_, index) => index),
    x,
    y,
  );
  const reference = applyLinear(linear.weights, x, validation.count, count);
  const share = bestShare(y, reference, trained, count);
  return share === 1 ? parameters : blend(graph, parameters, linear, share);
}

/** @param reference forecasts at share 0, `trained` at share 1 */
export function bestShare(
  truth: ArrayLike<number>,
  reference: ArrayLike<number>,
  trained: ArrayLike<number>,
  outputs: number,
): number {
  const change = Float64Array.from(trained, (value, index) => value - (reference[index] ?? Number.NaN));
  const gains = change.map(
    (value, index) => 2 * value * ((truth[index] ?? Number.NaN) - (reference[index] ?? Number.NaN)),
  );
  const slopes = blockMeans(gains, outputs);
  const squares = blockMeans(
    change.map((value) => value * value),
    outputs,
  );
  let best = { share: 0, loss: Number.POSITIVE_INFINITY };
  for (let step = 1; step <= SHARES; step++) {
    const share = step / SHARES;
    const loss = cautiousMean(slopes.map((slope, block) => share * (share * (squares[block] ?? 0) - slope)));
    if (loss < best.loss) best = { share, loss };
  }
  return best.share;
}

/** The model whose forecasts are (1 - share) linear + share * those of the given parameters. */
export function blend(graph: Graph, parameters: Parameters, linear: RidgeFit, share: number): Map<string, Parameter> {
  const { window, inputs, persistence } = graph.architecture;
  const columns = window * inputs;
  const last = lastColumns(graph);
  const result = new Map(parameters);
  const change = (name: string, value: (old: number, index: number) => number) => {
    const parameter = result.get(name);
    if (!parameter) throw new Error(`the network has no parameter "${name}"`);
    result.set(name, { shape: parameter.shape, data: parameter.data.map(value) });
  };
  const between = (old: number, fitted: number) => share * old + (1 - share) * fitted;
  change("skip.weight", (old, index) => {
    const row = Math.floor(index / columns);
    const k = index % columns;
    // The graph adds the last value itself.
    const added = persistence !== null && k === (window - 1) * inputs + (last[row] ?? 0) ? 1 : 0;
    return between(old, (linear.weights[k * last.length + row] ?? 0) - added);
  });
  change("skip.bias", (old, row) => between(old, linear.weights[columns * last.length + row] ?? 0));
  const branch = branchTensors(graph);
  for (const operator of graph.operators) {
    if (operator.kind !== "linear" || !branch.includes(operator.output)) continue;
    change(operator.weight.name, (old) => share * old);
    change(operator.bias.name, (old) => share * old);
  }
  return result;
}

/** For each output the column of the window that records it; -1: none does. */
function lastColumns(graph: Graph): number[] {
  const { persistence } = graph.architecture;
  return Array.from({ length: outputs(graph.architecture) }, (_, o) => persistence?.[o % persistence.length] ?? -1);
}

/** The windows in double precision. */
function doubles(source: WindowSource): RidgeSource {
  return {
    count: source.count,
    gather(indices, x, y) {
      const windows = new Float32Array(x.length);
      const targets = new Float32Array(y.length);
      source.gather(indices, windows, targets);
      x.set(windows);
      y.set(targets);
    },
  };
}
