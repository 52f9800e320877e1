import { buildGraph, defineArchitecture, definePrecision } from "../../src/model/index.js";
import { sha256 } from "../../src/numeric/sha256.js";
import { type Threads, trainFloat, trainQuantised } from "../../src/training/index.js";
import { oscillations } from "../../src/training/testing/source.js";

/** Trains a small network in both phases; the hash of every number that comes out. */
export async function shortTraining(threads?: Threads): Promise<string> {
  const window = 8;
  const graph = buildGraph(defineArchitecture({ window, dModel: 8, heads: 2 }), definePrecision({ bits: 4 }));
  const data = oscillations(window);
  const hooks = threads ? { threads } : {};
  const options = { epochs: 6, batch: 48, learningRate: 5e-3 };
  const { parameters } = await trainFloat(graph, data, options, hooks);
  const { quantised } = await trainQuantised(graph, parameters, data, options, hooks);
  const numbers = [...parameters.values(), ...quantised.parameters.values()].flatMap(({ data: values }) => [...values]);
  const scales = [...quantised.weights.values()].flatMap((values) => [...values]);
  const ranges = [...quantised.activations.values()].flatMap(({ scale, zeroPoint }) => [scale, zeroPoint]);
  const all = Float64Array.from([...numbers, ...scales, ...ranges, ...quantised.scores.values()]);
  return sha256(new Uint8Array(all.buffer));
}
