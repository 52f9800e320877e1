/** Float training, or quantisation-aware training from its weights. */
export type Phase = "float" | "quantised";

/** One finished epoch. Losses are mean squared errors of scaled targets. */
export interface EpochRecord {
  readonly phase: Phase;
  /** From 1. */
  readonly epoch: number;
  /** Mean over the epoch's batches, while the weights moved. */
  readonly loss: number;
  /** On the validation windows: of the float model, or of the integer-only model. */
  readonly validation: number;
  readonly learningRate: number;
}
