import type { Graph } from "../../src/model/index.js";
import { Random } from "../../src/numeric/random.js";
import { nodeThreads } from "../../src/toolchain/threads.js";
import { Engine } from "../../src/training/engine/engine.js";
import { initialise } from "../../src/training/initialise.js";
import { quantisedDefaults } from "../../src/training/options.js";
import { calibrate } from "../../src/training/quantisation/calibrate.js";
import { QuantiserOptimiser } from "../../src/training/quantisation/optimiser.js";
import type { WindowSource } from "../../src/training/source.js";
import { Stepper } from "../../src/training/step.js";
import { type Contender, measureHere } from "../common/side-by-side.js";

const learningRate = 1e-3;

/** Quantisation-aware training steps of this engine as `runPhase` does them, by the same `Stepper`: gather, forward, backward, Adam, learned step sizes. */
export function gatecastTraining(graph: Graph, source: WindowSource, batch: number, threads: number): Contender {
  const engine = new Engine(graph, batch, { threads: nodeThreads(threads) });
  engine.load(initialise(graph, 1));
  calibrate(engine, source, quantisedDefaults);
  const program = engine.program({ quantised: true, norm: "batch", backward: true, mute: [] });
  const random = new Random(1);
  const stepper = new Stepper({
    engine,
    source,
    options: { learningRate, weightDecay: 0, clip: 1 },
    quantisers: {
      optimiser: new QuantiserOptimiser(engine, [graph.input, graph.output], quantisedDefaults),
      rate: learningRate,
      rowRate: learningRate,
    },
    still: [],
    augment: null,
    retarget: null,
  });
  const { indices } = stepper;
  const step = (): number => {
    for (let index = 0; index < batch; index++) indices[index] = random.integer(source.count);
    if (!Number.isFinite(stepper.pass(program, random))) throw new Error("the training diverged");
    stepper.learn(1, true);
    return batch;
  };
  return { name: "gatecast", measure: async (cpuSeconds) => measureHere(step, cpuSeconds) };
}
