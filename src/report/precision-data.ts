import type { Objective, Sensitivity } from "../search/types.js";

/** Widths that were chosen, how, and why these (`--precision auto`). */
export interface PrecisionReport {
  readonly objective: Objective;
  readonly limits: {
    readonly cycles?: number;
    readonly microjoules?: number;
    /** Of the RMSE of the integer-only model against the float model's, as a share. */
    readonly rmseLoss?: number;
  };
  readonly sensitivity: Sensitivity;
  /** Bits of each weight and hidden activation, by its name. */
  readonly widths: Readonly<Record<string, number>>;
  /** Those of them that the user fixed. */
  readonly fixed: readonly string[];
  readonly choice: PlannedPoint;
  /** Choices between the cheapest and the most exact, by the summed sensitivities; the cheapest first. */
  readonly front: readonly PlannedPoint[];
  /** One width for all, where that fits the device. */
  readonly uniform: readonly (PlannedPoint & { readonly bits: number })[];
  /** Widths that do not fit the device when all have them. */
  readonly uniformMisfits: readonly number[];
  /** What keeps a better one out, in plain words; empty: nothing does. */
  readonly binding: readonly string[];
  /** How far the choice may be from the best of its kind by the estimates, as a share; 0: proven optimal. */
  readonly gap: number;
  /** What was trained (or quantised without training), in this order. */
  readonly tried: readonly TriedPoint[];
  readonly quantisation: "qat" | "post-training";
}

/** A choice of widths with its accelerator, by estimate. */
export interface PlannedPoint {
  /** What its widths are predicted to add to the mean squared error, as a share of the float model's. */
  readonly added: number;
  readonly cycles: number;
  readonly microjoules: number;
  readonly lut: number;
  readonly lutram: number;
  readonly ff: number;
  readonly dsp: number;
  readonly blockRam: number;
}

export interface TriedPoint extends PlannedPoint {
  /** Of the RMSE on the validation windows, measured: as a share of the float model's. */
  readonly rmseLoss: number;
  readonly taken: boolean;
}

/** What a mean squared error that grows by the share `added` means for its root. */
export function rmseLossOf(added: number): number {
  return Math.sqrt(Math.max(0, 1 + added)) - 1;
}
