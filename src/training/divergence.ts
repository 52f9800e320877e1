import { GatecastError } from "../errors.js";
import type { Engine } from "./engine/engine.js";
import type { Phase } from "./history.js";

/** Restarts of a phase before it is given up. */
const RESTARTS = 2;
/** An epoch's mean training loss, over the loss of the first weights, above which it has exploded. */
const EXPLOSION = 100;

export interface DivergenceState {
  /** Loss of the first weights: on validation, or on the first batch, whichever is larger. */
  readonly reference: number;
  readonly restarts: number;
}

/** A training that diverged and went on from its last good epoch. */
export interface Restart {
  readonly phase: Phase;
  /** The epoch that diverged, and is done again. */
  readonly epoch: number;
  /** What was noticed. */
  readonly reason: string;
  /** The highest learning rate from now on. */
  readonly learningRate: number;
}

/**
 * What is done about a training that diverges: it goes on from the end of its last good epoch with half the learning rate, at most
 * twice in a phase; then it ends with an error.
 */
export class DivergencePolicy {
  #reference = 0;
  #restarts = 0;

  constructor(
    readonly phase: Phase,
    readonly learningRate: number,
  ) {}

  /** Of every learning rate. */
  get factor(): number {
    return 1 / (1 << this.#restarts);
  }

  /** Takes a loss of the first weights. */
  startsAt(loss: number): void {
    this.#reference = Math.max(this.#reference, loss);
  }

  /** What is wrong behind an epoch's steps with this mean loss; null: nothing. */
  judge(engine: Engine, loss: number): string | null {
    if (!Number.isFinite(loss)) return "the loss is no longer a finite number";
    const { parameters, floats } = engine.blocks;
    if (!Number.isFinite(engine.kernels.sumOfSquares(parameters, floats)))
      return "a weight is no longer a finite number";
    if (loss > EXPLOSION * this.#reference) {
      return `the loss exploded to ${loss.toPrecision(3)}, ${EXPLOSION} times what it was at the start`;
    }
    return null;
  }

  /** @throws GatecastError "training" where the phase was restarted often enough */
  restart(epoch: number, reason: string): Restart {
    const { phase } = this;
    const learningRate = this.learningRate * this.factor;
    if (this.#restarts === RESTARTS) {
      const option = phase === "float" ? "--learning-rate" : "--qat-learning-rate";
      const before = `two restarts with half the learning rate each did not help (last ${learningRate})`;
      throw new GatecastError("training", `The ${phase} training diverged in epoch ${epoch}: ${reason}; ${before}.`, {
        remedy: `Try a lower learning rate (${option}), such as ${learningRate / 4}, or look for absurd values in the recording.`,
        where: { key: "learningRate", phase },
      });
    }
    this.#restarts++;
    return { phase, epoch, reason, learningRate: learningRate / 2 };
  }

  save(): DivergenceState {
    return { reference: this.#reference, restarts: this.#restarts };
  }

  restore(state: DivergenceState): void {
    this.#reference = state.reference;
    this.#restarts = state.restarts;
  }
}
