import type { Engine } from "./engine.js";

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

export interface AdamState {
  readonly steps: number;
  readonly power1: number;
  readonly power2: number;
}

/** Adam over the engine's block of parameters, with the gradient's norm limited and decoupled weight decay of the matrices. */
export class Adam {
  #steps = 0;
  // beta^steps by multiplication: no power function decides a weight.
  #power1 = 1;
  #power2 = 1;
  readonly #segments: {
    readonly offset: number;
    readonly floats: number;
    readonly matrix: boolean;
    readonly still: boolean;
  }[] = [];

  constructor(
    readonly engine: Engine,
    readonly options: { readonly weightDecay: number; readonly clip: number },
    /** Parameters that are never moved. */
    still: readonly string[] = [],
  ) {
    const { slots, blocks } = engine;
    for (const [index, { name, offset, matrix }] of slots.entries()) {
      const floats = (slots[index + 1]?.offset ?? blocks.floats) - offset;
      const isStill = still.includes(name);
      const last = this.#segments.at(-1);
      if (last?.matrix === matrix && last.still === isStill)
        this.#segments[this.#segments.length - 1] = { ...last, floats: last.floats + floats };
      else this.#segments.push({ offset, floats, matrix, still: isStill });
    }
  }

  /** Forgets everything about past gradients. */
  reset(): void {
    const { kernels, blocks } = this.engine;
    kernels.fill(blocks.first, blocks.floats, 0);
    kernels.fill(blocks.second, blocks.floats, 0);
    this.restore({ steps: 0, power1: 1, power2: 1 });
  }

  /** One step at a learning rate, from the gradients of the last pass; `matrices`: false leaves the matrices as they are. */
  step(rate: number, matrices = true): void {
    const { kernels, blocks } = this.engine;
    this.#steps++;
    this.#power1 *= BETA1;
    this.#power2 *= BETA2;
    const norm = Math.sqrt(kernels.sumOfSquares(blocks.gradients, blocks.floats));
    const clip = norm > this.options.clip ? this.options.clip / norm : 1;
    const correction = 1 / Math.sqrt(1 - this.#power2);
    for (const { offset, floats, matrix, still } of this.#segments) {
      if (still || (matrix && !matrices)) continue;
      const at = 4 * offset;
      kernels.adam(
        blocks.parameters + at,
        blocks.gradients + at,
        blocks.first + at,
        blocks.second + at,
        floats,
        rate / (1 - this.#power1),
        correction,
        BETA1,
        BETA2,
        EPSILON,
        clip,
        matrix ? rate * this.options.weightDecay : 0,
      );
    }
  }

  save(): AdamState {
    return { steps: this.#steps, power1: this.#power1, power2: this.#power2 };
  }

  restore(state: AdamState): void {
    this.#steps = state.steps;
    this.#power1 = state.power1;
    this.#power2 = state.power2;
  }
}
