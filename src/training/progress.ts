import type { Restart } from "./divergence.js";
import type { EpochRecord } from "./history.js";
import type { BestEpoch, TrainingState } from "./state.js";
import type { Threads } from "./threads.js";

export interface Progress extends EpochRecord {
  /** Epochs planned; early stopping may end before. */
  readonly epochs: number;
  /** Training windows per second of this epoch, validation included. */
  readonly samplesPerSecond: number;
  /** For the epochs planned of this phase. */
  readonly secondsLeft: number;
  /** The epoch that would be kept (0: before the first), and its validation loss. */
  readonly best: BestEpoch;
}

export interface TrainingHooks {
  /** When the training diverged and is about to go on from its last good epoch with half the learning rate. */
  readonly onRestart?: (restart: Restart) => void | Promise<void>;
  /** Threads to train on; default: the calling one alone. The result is the same to the bit. */
  readonly threads?: Threads;
  /** After every epoch. `save` copies all that is needed to go on from here to the bit; call it as often as is wanted. */
  readonly onEpoch?: (progress: Progress, save: () => TrainingState) => void | Promise<void>;
  /** Ends the training between two batches by throwing the signal's reason. */
  readonly signal?: AbortSignal;
  /** A state that `save` of the same phase, graph, data and options gave: training goes on behind its epoch. */
  readonly resume?: TrainingState;
}
