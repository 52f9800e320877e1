import type { MemoryStyle } from "../rtl/index.js";
import type { Device } from "./devices.js";
import type { LayerQueues } from "./layer-queues.js";
import type { AttentionPlan } from "./operators/attention.js";
import type { LastPlan } from "./operators/last.js";
import type { LinearPlan } from "./operators/linear.js";
import type { MatrixUnitPlan } from "./operators/matrix-unit/parameters.js";
import type { PoolPlan } from "./operators/pool.js";
import type { ResidualPlan } from "./operators/residual.js";

/** A `linear` that takes turns on the lanes of a matrix unit. */
export interface SharedPlan {
  readonly kind: "shared";
  /** Name of the unit. */
  readonly unit: string;
}

export type { LayerQueues } from "./layer-queues.js";
export type { QueuePlan } from "./parts/queue.js";

export type OperatorPlan = LinearPlan | SharedPlan | AttentionPlan | ResidualPlan | PoolPlan | LastPlan;

/** `window`: n samples in, a forecast out. `sample`: the last n are kept on chip; each new sample gives a forecast. */
export type Mode = "window" | "sample";

/** What is chosen freely: everything else about the accelerator follows from it and the model. */
export interface Choices {
  readonly mode: Mode;
  /** By operator name. */
  readonly operators: ReadonlyMap<string, OperatorPlan>;
  /** Lanes that several operators share. */
  readonly units: readonly MatrixUnitPlan[];
  /** By layer. */
  readonly queues: readonly LayerQueues[];
  /** Ring of the last samples, in mode `sample`. */
  readonly history: Exclude<MemoryStyle, "rom">;
}

/** An estimate before any tool has run: from fitted costs of each part. */
export interface Estimate {
  readonly lut: number;
  readonly lutram: number;
  readonly ff: number;
  readonly dsp: number;
  readonly blockRam: number;
}

/** One operator of a plan, or lanes that several share, for reports. */
export interface PlannedOperator {
  readonly name: string;
  readonly kind: OperatorPlan["kind"] | "matrix-unit";
  /** Name of the matrix unit whose lanes it uses, and whose row has its estimate; null: it has its own. */
  readonly unit: string | null;
  /** Multiplications in a cycle. */
  readonly lanes: number;
  /** "16 x 1": as the operator divides its lanes. */
  readonly layout: string;
  /** Cycles that it is busy for one token (for one window: head, skip, forecast). */
  readonly cyclesPerToken: number;
  /** Width of an element of its (widest) input, its weights or coefficients (null: none), its widest sum and its output. */
  readonly bits: {
    readonly input: number;
    readonly weights: number | null;
    readonly accumulator: number;
    readonly output: number;
  };
  readonly estimate: Estimate;
}

/** An accelerator decided in every detail, with what is known of it before it is generated. */
export interface Plan extends Choices {
  readonly device: Device;
  /** First input accepted to last output, one window on an idle machine; exact, not an estimate. */
  readonly cyclesPerInference: number;
  /** From one forecast to the next with windows back to back; exact. */
  readonly initiationInterval: number;
  readonly report: readonly PlannedOperator[];
  readonly estimate: Estimate;
}
