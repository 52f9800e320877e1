import { branchTensors, type Graph, outputs, type Parameters, type QuantisedParameters } from "../model/index.js";
import { Engine } from "./engine/engine.js";
import type { Program } from "./engine/program.js";
import { loadQuantised } from "./quantisation/parameters.js";
import type { WindowSource } from "./source.js";

const BATCH = 64;

export interface ForwardOptions {
  /** false: the Transformer's branch is replaced by 0, which leaves the skip and the last sample. Default true. */
  readonly branch?: boolean;
}

/**
 * Forecasts of all windows of a source, [count][horizon * targets], scaled as the targets are. From `Parameters` in plain f32,
 * from `QuantisedParameters` with fake quantisation (whose integer-only counterpart is src/integer).
 */
export function forward(
  graph: Graph,
  model: Parameters | QuantisedParameters,
  windows: WindowSource,
  options: ForwardOptions = {},
): Float32Array {
  const engine = new Engine(graph, Math.min(BATCH, Math.max(1, windows.count)));
  const quantised = "activations" in model;
  if (quantised) loadQuantised(engine, model);
  else engine.load(model);
  const mute = options.branch === false ? branchTensors(graph) : [];
  return runAll(engine, engine.program({ quantised, norm: "running", backward: false, mute }), windows);
}

/** Runs a forward program over all windows of a source. */
export function runAll(engine: Engine, program: Program, windows: WindowSource): Float32Array {
  const { batch, graph } = engine;
  const { window: n, inputs: m } = graph.architecture;
  const o = outputs(graph.architecture);
  const x = new Float32Array(batch * n * m);
  const y = new Float32Array(batch * o);
  const forecasts = new Float32Array(windows.count * o);
  program.prepare();
  for (let start = 0; start < windows.count; start += batch) {
    const count = Math.min(batch, windows.count - start);
    windows.gather(
      Uint32Array.from({ length: count }, (_, index) => start + index),
      x,
      y,
    );
    engine.setWindows(x, count);
    program.run();
    engine.getForecasts(forecasts, start * o, count);
  }
  return forecasts;
}

/** All targets of a source, [count][horizon * targets]. */
export function allTargets(graph: Graph, windows: WindowSource): Float32Array {
  const { window: n, inputs: m } = graph.architecture;
  const o = outputs(graph.architecture);
  const targets = new Float32Array(windows.count * o);
  const x = new Float32Array(BATCH * n * m);
  const y = new Float32Array(BATCH * o);
  for (let start = 0; start < windows.count; start += BATCH) {
    const count = Math.min(BATCH, windows.count - start);
    windows.gather(
      Uint32Array.from({ length: count }, (_, index) => start + index),
      x,
      y,
    );
    targets.set(y.subarray(0, count * o), start * o);
  }
  return targets;
}

/** Mean squared difference, in double precision. */
export function meanSquaredError(forecasts: ArrayLike<number>, targets: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < targets.length; index++) {
    const error = (forecasts[index] ?? Number.NaN) - (targets[index] ?? Number.NaN);
    sum += error * error;
  }
  return sum / targets.length;
}
