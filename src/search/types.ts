import type { Plan } from "../accelerator/index.js";
import type { Precision } from "../model/index.js";

/** Widths in bits that are chosen from, for every weight and every hidden activation. */
export const widths = [2, 3, 4, 5, 6, 7, 8] as const;

/** How sensitivities are come by (docs/search.md). */
export const sensitivityMethods = ["post-training", "masked", "hessian"] as const;
export type SensitivityMethod = (typeof sensitivityMethods)[number];

/** What the widths of one weight or hidden activation cost. */
export interface TensorSensitivity {
  /** As `precision.overrides` names it: "layers.0.hidden", "layers.0.linear1.weight". */
  readonly name: string;
  readonly kind: "weight" | "activation";
  /**
   * For each of `widths`: what it alone adds to the validation error, as a share of the float model's mean squared error (0.01: 1 %).
   * Never negative, and never more for a greater width.
   */
  readonly added: readonly number[];
}

/** Sensitivities of all that widths are chosen for, in the graph's order. */
export interface Sensitivity {
  readonly method: SensitivityMethod;
  readonly tensors: readonly TensorSensitivity[];
  /** Evaluations of the validation windows (or gradients of a batch) that it took. */
  readonly measurements: number;
}

/** What a user wants no more of; what is absent is not limited. The device's resources are always a limit. */
export interface Limits {
  /** Cycles of an inference. */
  readonly cycles?: number;
  /** Microjoules of an inference, static power over its latency included. */
  readonly microjoules?: number;
  /** Of the summed sensitivities (`TensorSensitivity.added`). */
  readonly added?: number;
}

/** What is made least, within the limits. */
export const objectives = ["error", "energy", "area", "latency"] as const;
export type Objective = (typeof objectives)[number];

/** Widths with the accelerator that they were chosen together with. */
export interface Assignment {
  readonly precision: Precision;
  /** Planned for a model that stands in for the trained one. */
  readonly plan: Plan;
  /** Sum of the sensitivities of its widths. */
  readonly added: number;
  /** Of one inference, estimated. */
  readonly microjoules: number;
}
