import { type Graph, normEpsilon, outputs, type Parameters, tensor } from "../../model/index.js";
import { Random } from "../../numeric/random.js";
import { square } from "../../numeric/square.js";
import { breather } from "../breathe.js";
import { Engine } from "../engine/engine.js";
import { batchOf } from "../float.js";
import type { WindowSource } from "../source.js";
import { batchesOf } from "./batches.js";
import type { CurvatureHooks } from "./weight-traces.js";

const BATCH = 64;
/** Stream of the random numbers that are the forecasts' signs. */
const STREAM = 7;

/**
 * What errors of a tensor do to the mean squared forecast, to second order, with J the forecast's derivative for the tensor: the mean over
 * windows of |J e|^2 per output. The Hessian of a squared error is J^T J but for the curvature of the network itself (Gauss-Newton; the Fisher
 * information of a regression). J comes from the gradient of a loss whose targets are the forecasts plus random signs.
 *
 * @param errors what a tensor's values [..] would be wrong by, in as many ways as are to be compared
 * @returns by tensor, one for each of those ways
 */
export async function activationEffects(
  graph: Graph,
  parameters: Parameters,
  source: WindowSource,
  tensors: readonly string[],
  errors: (tensor: string, values: Float32Array) => readonly Float32Array[],
  seed: number,
  { signal, threads, onPass }: CurvatureHooks = {},
): Promise<Map<string, number[]>> {
  const engine = new Engine(graph, batchOf(source, BATCH), { threads });
  try {
    engine.load(parameters);
    const forward = engine.program({ quantised: false, norm: "running", backward: false, mute: [] });
    const backward = engine.program({ quantised: false, norm: "running", backward: true, mute: [] });
    const random = new Random(seed, STREAM);
    const breath = breather(signal);
    const { batch } = engine;
    const o = outputs(graph.architecture);
    const batches = batchesOf(graph, source, batch);
    const effects = new Map<string, number[]>(tensors.map((name) => [name, []]));
    const targets = new Float32Array(batch * o);
    for (const { x } of batches) {
      engine.setWindows(x);
      forward.prepare();
      forward.run();
      engine.getForecasts(targets, 0, batch);
      for (let index = 0; index < targets.length; index++) {
        targets[index] = (targets[index] ?? 0) + (random.uint32() & 1 ? 1 : -1);
      }
      engine.setTargets(targets);
      backward.prepare();
      backward.run();
      for (const [name, sums] of effects) {
        const { tokens, features } = tensor(graph, name);
        const size = tokens * features;
        const gradient = gradientOf(engine, name, parameters);
        for (const [way, error] of errors(name, engine.read(name, batch)).entries()) {
          let sum = 0;
          for (let window = 0; window < batch; window++) {
            let change = 0;
            for (let index = window * size; index < (window + 1) * size; index++) {
              change += (gradient[index] ?? Number.NaN) * (error[index] ?? Number.NaN);
            }
            // The loss is a mean over batch and outputs of squares of one: its gradient is 2 J / (batch o).
            sum += square((change * batch * o) / 2);
          }
          sums[way] = (sums[way] ?? 0) + sum / (batch * o * batches.length);
        }
      }
      onPass?.();
      await breath();
    }
    return effects;
  } finally {
    engine.close();
  }
}

/** The loss's derivative for a tensor's values, behind a pass in floats. */
function gradientOf(engine: Engine, name: string, parameters: Parameters): Float32Array {
  const gradient = engine.read(name, engine.batch, "gradient");
  const maker = engine.graph.operators.find(({ output }) => output === name);
  if (maker?.kind !== "residual" || maker.norm === null) return gradient;
  // Going back through a norm has multiplied it by the norm's factors, in place; behind a gain of 0 nothing is left of it.
  const of = (part: string) => parameters.get(`${maker.norm}.${part}`)?.data ?? new Float32Array(0);
  const variance = of("running_var");
  const inverse = Float64Array.from(of("weight"), (gain, c) =>
    gain === 0 ? 0 : Math.sqrt((variance[c] ?? 0) + normEpsilon) / gain,
  );
  return gradient.map((value, index) => value * (inverse[index % inverse.length] ?? Number.NaN));
}
