/** Options of both phases of training. Every default is what docs/training.md measured. */
export interface CommonOptions {
  /** Same seed, data and options: same weights to the bit. */
  readonly seed?: number;
  /** Epochs of the schedule at most; early stopping may end before. */
  readonly epochs?: number;
  /** Steps of the schedule at most, while `epochs` is the default: long recordings need fewer epochs. */
  readonly steps?: number;
  /** Windows per step (fewer where the training part has fewer). */
  readonly batch?: number;
  /** Highest learning rate; it falls as a cosine to 0. */
  readonly learningRate?: number;
  /** Decoupled weight decay of the matrices. */
  readonly weightDecay?: number;
  /** Largest norm of the gradient. */
  readonly clip?: number;
  /** Epochs without a better validation loss before training ends. */
  readonly patience?: number;
}

/** Options of training in floats alone. */
export interface FloatOptions extends CommonOptions {
  /**
   * Where a target's level wanders (a unit root is not rejected): standard deviation, in those of the columns, of a random number added to all
   * samples of each such column, and to the targets it records, in each training window. The linear skip then stays what the
   * linear model is. 0: never.
   */
  readonly levelShift?: number;
  /** Whether the result is blended with the linear model where that is surer on validation. */
  readonly linear?: boolean;
}

/** Options of quantisation-aware training. */
export interface QuantisedOptions extends CommonOptions {
  /** Learning rate of scales and zero points (relative), as a share of `learningRate`. */
  readonly rangeRate?: number;
  /** The same for the scales of the weights' rows. */
  readonly rowRate?: number;
  /** Share of the epochs, at the end, in which the codes of the weights stay as they are and the rest is trained on. */
  readonly polish?: number;
  /** Highest learning rate of those epochs, as a share of `learningRate`. */
  readonly polishRate?: number;
  /** Share of the epochs before those, at their end, with batch normalisation by the running statistics. */
  readonly frozenNorm?: number;
  /** Share of the float model's forecast in the training targets (distillation), 0..1. */
  readonly distillation?: number;
}

export type ResolvedCommonOptions = Required<CommonOptions>;
export type ResolvedFloatOptions = Required<FloatOptions>;
export type ResolvedQuantisedOptions = Required<QuantisedOptions>;

export const floatDefaults: ResolvedFloatOptions = {
  seed: 1,
  epochs: 100,
  steps: 10_000,
  batch: 64,
  learningRate: 2e-3,
  weightDecay: 0.01,
  clip: 1,
  patience: 30,
  levelShift: 1,
  linear: true,
};

export const quantisedDefaults: ResolvedQuantisedOptions = {
  seed: 1,
  epochs: 40,
  steps: 8_000,
  batch: 64,
  learningRate: 1e-3,
  weightDecay: 0,
  clip: 1,
  patience: 30,
  rangeRate: 0.3,
  rowRate: 0.1,
  polish: 0.3,
  polishRate: 1,
  frozenNorm: 0.2,
  distillation: 0.7,
};

/**
 * Epochs planned for so many training windows: `epochs` as given; where it is the default, fewer for long recordings, by `steps`
 * (but at least ten).
 */
export function plannedEpochs(
  options: ResolvedCommonOptions,
  usual: ResolvedCommonOptions,
  windows: number,
  batch: number,
): number {
  if (options.epochs !== usual.epochs) return options.epochs;
  const stepsPerEpoch = Math.max(1, Math.floor(windows / batch));
  return Math.min(options.epochs, Math.max(10, Math.round(options.steps / stepsPerEpoch)));
}
