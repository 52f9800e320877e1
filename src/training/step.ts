import { outputs } from "../model/index.js";
import type { Random } from "../numeric/random.js";
import { Adam } from "./engine/adam.js";
import type { Engine } from "./engine/engine.js";
import type { Program } from "./engine/program.js";
import type { QuantiserOptimiser } from "./quantisation/optimiser.js";
import type { WindowSource } from "./source.js";

/** What a step of training needs. */
export interface StepPlan {
  readonly engine: Engine;
  /** Where the windows come from. */
  readonly source: WindowSource;
  readonly options: { readonly learningRate: number; readonly weightDecay: number; readonly clip: number };
  /** Learns scales and zero points behind each step. */
  readonly quantisers: {
    readonly optimiser: QuantiserOptimiser;
    readonly rate: number;
    readonly rowRate: number;
  } | null;
  /** Parameters that are not trained. */
  readonly still: readonly string[];
  /** Changes windows and targets of a batch in place (augmentation). */
  readonly augment: ((x: Float32Array, y: Float32Array, random: Random) => void) | null;
  /** Changes the targets of a batch in place (distillation). */
  readonly retarget: ((indices: Uint32Array, y: Float32Array) => void) | null;
}

/** One step of training, in its two halves; nothing is allocated. */
export class Stepper {
  /** The windows of the next batch. */
  readonly indices: Uint32Array;
  readonly adam: Adam;
  readonly #x: Float32Array;
  readonly #y: Float32Array;

  constructor(readonly plan: StepPlan) {
    const { batch, graph } = plan.engine;
    this.indices = new Uint32Array(batch);
    this.adam = new Adam(plan.engine, plan.options, plan.still);
    this.#x = new Float32Array(batch * graph.architecture.window * graph.architecture.inputs);
    this.#y = new Float32Array(batch * outputs(graph.architecture));
  }

  /** Gathers the batch and runs a program on it; returns its loss. */
  pass(program: Program, random: Random): number {
    const { engine, source, retarget, augment } = this.plan;
    source.gather(this.indices, this.#x, this.#y);
    retarget?.(this.indices, this.#y);
    augment?.(this.#x, this.#y, random);
    engine.setWindows(this.#x);
    engine.setTargets(this.#y);
    program.prepare();
    program.run();
    return engine.loss;
  }

  /**
   * Moves what is trained along the pass's derivatives, at a share of every learning rate, and returns that of the parameters.
   * `matrices`: false leaves matrices and the scales of their rows as they are.
   */
  learn(share: number, matrices: boolean): number {
    const { options, quantisers } = this.plan;
    const rate = options.learningRate * share;
    this.adam.step(rate, matrices);
    quantisers?.optimiser.step(quantisers.rate * share, matrices ? quantisers.rowRate * share : 0, !matrices);
    return rate;
  }
}
