import type { Graph } from "../../src/model/index.js";
import { Random } from "../../src/numeric/random.js";
import { nodeThreads } from "../../src/toolchain/threads.js";
import { Adam } from "../../src/training/engine/adam.js";
import { Engine } from "../../src/training/engine/engine.js";
import { initialise } from "../../src/training/initialise.js";
import { calibrate } from "../../src/training/quantisation/calibrate.js";
import { QuantiserOptimiser } from "../../src/training/quantisation/optimiser.js";
import type { WindowSource } from "../../src/training/source.js";
import { type Contender, measureHere } from "../common/side-by-side.js";

const learningRate = 1e-3;

/** Quantisation-aware training steps of this engine as `runPhase` does them: gather, forward, backward, Adam, learned step sizes. */
export function gatecastTraining(graph: Graph, source: WindowSource, batch: number, threads: number): Contender {
  const engine = new Engine(graph, batch, { threads: nodeThreads(threads) });
  engine.load(initialise(graph, 1));
  calibrate(engine, source);
  const program = engine.program({ quantised: true, norm: "batch", backward: true, mute: [] });
  const adam = new Adam(engine, { weightDecay: 0, clip: 1 });
  const quantisers = new QuantiserOptimiser(engine, [graph.input, graph.output]);
  const { window, inputs, horizon, targets } = graph.architecture;
  const x = new Float32Array(batch * window * inputs);
  const y = new Float32Array(batch * horizon * targets);
  const indices = new Uint32Array(batch);
  const random = new Random(1);
  const step = (): number => {
    for (let index = 0; index < batch; index++) indices[index] = random.integer(source.count);
    source.gather(indices, x, y);
    engine.setWindows(x);
    engine.setTargets(y);
    program.prepare();
    program.run();
    if (!Number.isFinite(engine.loss)) throw new Error("the training diverged");
    adam.step(learningRate);
    quantisers.step(learningRate, learningRate);
    return batch;
  };
  return { name: "gatecast", measure: async (cpuSeconds) => measureHere(step, cpuSeconds) };
}
