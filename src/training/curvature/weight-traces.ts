import type { Graph, Parameters } from "../../model/index.js";
import { Random } from "../../numeric/random.js";
import { breather } from "../breathe.js";
import { Engine } from "../engine/engine.js";
import { batchOf } from "../float.js";
import type { WindowSource } from "../source.js";
import type { Threads } from "../threads.js";
import { batchesOf } from "./batches.js";

const BATCH = 64;
/** Stream of the random numbers that make the probes. */
const STREAM = 6;
/** How far a probe moves every weight, over the root mean square of the weights. */
const STEP = 2 ** -6;

export interface CurvatureHooks {
  readonly signal?: AbortSignal | undefined;
  readonly threads?: Threads | undefined;
  /** After every gradient of a batch. */
  readonly onPass?: () => void;
}

/**
 * Traces of the Hessian of a float model's mean squared error, one for each of some weight matrices (its block of the diagonal), by Hutchinson's
 * estimator: the mean of v . H v over probes v of random signs, as in HAWQ-V2 (Dong et al. 2020). H v is a central difference of the
 * gradients at w + h v and w - h v, batch normalisation by its running statistics.
 *
 * @param source windows; whole batches of 64 are used (or all, where they are fewer)
 * @param probes for each weight; the same signs for all batches
 * @returns by weight
 */
export async function weightTraces(
  graph: Graph,
  parameters: Parameters,
  weights: readonly string[],
  source: WindowSource,
  { probes, seed }: { readonly probes: number; readonly seed: number },
  { signal, threads, onPass }: CurvatureHooks = {},
): Promise<Map<string, number>> {
  const engine = new Engine(graph, batchOf(source, BATCH), { threads });
  try {
    const program = engine.program({ quantised: false, norm: "running", backward: true, mute: [] });
    const batches = batchesOf(graph, source, engine.batch);
    const random = new Random(seed, STREAM);
    const breath = breather(signal);
    const gradient = async (name: string, data: Float32Array): Promise<Float64Array> => {
      const kept = parameters.get(name);
      if (!kept) throw new Error(`there is no parameter "${name}"`);
      engine.load(new Map(parameters).set(name, { ...kept, data }));
      program.prepare();
      const sum = new Float64Array(data.length);
      for (const { x, y } of batches) {
        engine.setWindows(x);
        engine.setTargets(y);
        program.run();
        for (const [index, value] of engine.gradientOf(name).entries())
          sum[index] = (sum[index] ?? 0) + value / batches.length;
        onPass?.();
        await breath();
      }
      return sum;
    };
    const traces = new Map<string, number>();
    for (const name of weights) {
      const values = parameters.get(name)?.data ?? new Float32Array(0);
      const step = STEP * (rootMeanSquare(values) || 1);
      let trace = 0;
      for (let probe = 0; probe < probes; probe++) {
        const signs = Float32Array.from(values, () => (random.uint32() & 1 ? 1 : -1));
        const above = values.map((weight, index) => weight + step * (signs[index] ?? 0));
        const below = values.map((weight, index) => weight - step * (signs[index] ?? 0));
        const [up, down] = [await gradient(name, above), await gradient(name, below)];
        for (const [index, sign] of signs.entries()) {
          // Where the step was rounded, what was stepped counts.
          const stepped = (above[index] ?? 0) - (below[index] ?? 0);
          trace += (((up[index] ?? 0) - (down[index] ?? 0)) * sign * sign) / ((stepped || 1) * probes);
        }
      }
      traces.set(name, trace);
    }
    return traces;
  } finally {
    engine.close();
  }
}

function rootMeanSquare(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / Math.max(1, values.length));
}
