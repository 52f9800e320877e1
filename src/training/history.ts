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

/** What a phase ends with. */
export interface Kept {
  /** The epoch whose weights were kept; 0: those before the first. */
  readonly epoch: number;
  /** Mean squared error of scaled targets on the validation windows, of the very model that is returned. */
  readonly validation: number;
}
