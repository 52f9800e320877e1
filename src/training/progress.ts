import type { TrainingState } from "./state.js";

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

export interface Progress extends EpochRecord {
  /** Epochs planned; early stopping may end before. */
  readonly epochs: number;
  /** Training windows per second of this epoch, validation included. */
  readonly samplesPerSecond: number;
  /** For the epochs planned of this phase. */
  readonly secondsLeft: number;
  /** Least validation loss so far, and its epoch (0: before the first). */
  readonly best: { readonly epoch: number; readonly validation: number };
}

export interface TrainingHooks {
  /** After every epoch. `save` copies all that is needed to go on from here to the bit; call it as often as is wanted. */
  readonly onEpoch?: (progress: Progress, save: () => TrainingState) => void | Promise<void>;
  /** Ends the training between two batches by throwing the signal's reason. */
  readonly signal?: AbortSignal;
  /** A state that `save` of the same phase, graph, data and options gave: training goes on behind its epoch. */
  readonly resume?: TrainingState;
}
