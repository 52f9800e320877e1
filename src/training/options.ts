import { GatecastError } from "../errors.js";

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
  /** Highest learning rate. */
  readonly learningRate?: number;
  /** How the learning rate goes on behind its rise: down to 0 as a cosine, or as it is. */
  readonly schedule?: "cosine" | "constant";
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
  /**
   * Batch normalisation towards the end: by the running statistics ("frozen"), by each batch's to the last step ("moving"), or the same with
   * statistics estimated anew behind every epoch ("reestimated").
   */
  readonly norm?: "frozen" | "moving" | "reestimated";
  /** Ranges of activations: learned step sizes and zero points, or moving averages of each batch's extremes. */
  readonly ranges?: "learned" | "averaged";
  /** What calibration starts from: the shrunken range of least squared error, or the extremes. */
  readonly start?: "shrunken" | "extremes";
  /** Scales of the weights: one for each row, or one for each matrix (the default where scales are powers of two). */
  readonly weightScales?: "rows" | "matrix";
  /** The linear skip: rounded once so that its codes make up for each other's errors, and then kept; or trained like all weights. */
  readonly skip?: "fixed" | "trained";
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
  schedule: "cosine",
  weightDecay: 0.01,
  clip: 1,
  patience: 30,
  levelShift: 1,
  linear: true,
};

export const quantisedDefaults: ResolvedQuantisedOptions = {
  seed: 1,
  epochs: 80,
  steps: 8_000,
  batch: 64,
  learningRate: 2e-3,
  schedule: "cosine",
  weightDecay: 0,
  clip: 1,
  patience: 30,
  rangeRate: 0.3,
  rowRate: 0.1,
  polish: 0.3,
  polishRate: 1,
  frozenNorm: 0.2,
  norm: "frozen",
  ranges: "learned",
  start: "shrunken",
  weightScales: "rows",
  skip: "fixed",
  distillation: 1,
};

const choices = {
  schedule: ["cosine", "constant"],
  norm: ["frozen", "moving", "reestimated"],
  ranges: ["learned", "averaged"],
  start: ["shrunken", "extremes"],
  weightScales: ["rows", "matrix"],
  skip: ["fixed", "trained"],
} as const;
/** Least and largest value, and whether the number is whole. */
const limits: Readonly<Record<string, readonly [number, number, boolean]>> = {
  seed: [0, 2 ** 32 - 1, true],
  epochs: [0, 1e6, true],
  steps: [1, 1e9, true],
  batch: [1, 65_536, true],
  learningRate: [0, 1, false],
  weightDecay: [0, 1, false],
  clip: [Number.MIN_VALUE, Number.POSITIVE_INFINITY, false],
  patience: [1, 1e6, true],
  levelShift: [0, 100, false],
  rangeRate: [0, 100, false],
  rowRate: [0, 100, false],
  polish: [0, 1, false],
  polishRate: [0, 100, false],
  frozenNorm: [0, 1, false],
  distillation: [0, 1, false],
};

/**
 * Looks at every option.
 *
 * @throws GatecastError "usage" that names the option, its value and what is allowed
 */
export function checkOptions(options: object): void {
  const wrong = (key: string, value: unknown, allowed: string) =>
    new GatecastError("usage", `The training option ${key} is ${JSON.stringify(value)}.`, {
      remedy: `Choose ${allowed}.`,
      where: { key },
    });
  for (const [key, value] of Object.entries(options)) {
    const allowed: readonly string[] | undefined = key in choices ? choices[key as keyof typeof choices] : undefined;
    if (allowed) {
      if (!allowed.includes(value)) throw wrong(key, value, allowed.join(" or "));
      continue;
    }
    const [least, most, whole] = limits[key] ?? [];
    if (least === undefined || most === undefined) continue;
    const number = typeof value === "number" && value >= least && value <= most && (!whole || Number.isInteger(value));
    if (!number) throw wrong(key, value, `a ${whole ? "whole " : ""}number from ${least} to ${most}`);
  }
}

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
