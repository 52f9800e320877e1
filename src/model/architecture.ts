import { GatecastError } from "../errors.js";

/** What the network is for. Classification and anomaly detection come as further members with heads of their own. */
export type Task = "forecasting";

/**
 * What algebra takes out of a network (docs/arithmetic.md):
 * - `value`: the output projection, Wo (Wv x) = (Wo Wv) x; with one head only.
 * - `query`: the key projection, (Wq x) (Wk y) = (Wk^T Wq x) y; with one head only.
 * - `tail`: the last layer's second feed-forward matrix and second norm, which the head takes in behind the sums over time.
 */
export const foldNames = ["value", "query", "tail"] as const;
export type Fold = (typeof foldNames)[number];

/**
 * The shape of a network. Everything else (operators, tensors, parameters) follows from it, in `buildGraph`.
 *
 * A Transformer encoder with batch normalisation after each residual connection, a sum over time, and a linear head;
 * beside it two short-cuts that a quantised forecaster lives on: a learned linear skip from the window to the forecast,
 * and the last recorded value itself (`persistence`), so that the network predicts the change from it.
 */
export interface Architecture {
  readonly task: Task;
  /** n: length of the look-back window, in steps. */
  readonly window: number;
  /** m: columns of the window. */
  readonly inputs: number;
  /** Columns that are forecast. */
  readonly targets: number;
  /** Steps ahead; the forecast holds `horizon * targets` values, step by step, targets innermost. */
  readonly horizon: number;
  /** d: features of a token. */
  readonly dModel: number;
  /** h: attention heads; divides d. */
  readonly heads: number;
  /** L: encoder layers. */
  readonly layers: number;
  /** f: hidden features of the feed-forward part (4 d by default). */
  readonly feedForward: number;
  /** A learned linear map from the whole window to the forecast, added to the Transformer's branch. */
  readonly skip: boolean;
  /** For each target the input column that records it, whose last value is added to the forecast; null: not added. */
  readonly persistence: readonly number[] | null;
  /** In the order of `foldNames`; none by default. */
  readonly folds: readonly Fold[];
}

/** Smallest and largest value of each dimension that the later rooms are built and tested for. */
export const limits = {
  window: [2, 256],
  inputs: [1, 64],
  targets: [1, 64],
  horizon: [1, 64],
  dModel: [2, 128],
  heads: [1, 16],
  layers: [1, 8],
  feedForward: [2, 512],
} as const;

export type ArchitectureOptions = Partial<Architecture> & { readonly window: number };

/**
 * Fills in the defaults (one input, one target, one step, d_model 16, one head, one layer, FFN 4 d, skip, persistence
 * where the target is recorded in the window as the same-numbered column) and checks every dimension.
 *
 * @throws GatecastError "model" that names the dimension, its value and what is allowed
 */
export function defineArchitecture(options: ArchitectureOptions): Architecture {
  const inputs = options.inputs ?? 1;
  const targets = options.targets ?? 1;
  const dModel = options.dModel ?? 16;
  const architecture: Architecture = {
    task: options.task ?? "forecasting",
    window: options.window,
    inputs,
    targets,
    horizon: options.horizon ?? 1,
    dModel,
    heads: options.heads ?? 1,
    layers: options.layers ?? 1,
    feedForward: options.feedForward ?? 4 * dModel,
    skip: options.skip ?? true,
    persistence:
      options.persistence !== undefined
        ? options.persistence
        : targets <= inputs
          ? Array.from({ length: targets }, (_, target) => target)
          : null,
    folds: foldNames.filter((fold) => options.folds?.includes(fold)),
  };
  for (const [key, [least, most]] of Object.entries(limits) as [keyof typeof limits, readonly [number, number]][]) {
    const value = architecture[key];
    if (Number.isInteger(value) && value >= least && value <= most) continue;
    throw new GatecastError("model", `${key} is ${value}; it must be a whole number from ${least} to ${most}.`, {
      where: { key },
      remedy: `Choose ${key} between ${least} and ${most}.`,
    });
  }
  if (architecture.dModel % architecture.heads !== 0) {
    throw new GatecastError("model", `d_model ${dModel} is not divisible by ${architecture.heads} heads.`, {
      where: { key: "heads" },
      remedy: "Choose a number of heads that divides d_model: every head works on d_model / heads features.",
    });
  }
  checkFolds(options.folds ?? [], architecture.heads);
  const { persistence } = architecture;
  if (
    persistence &&
    (persistence.length !== targets || persistence.some((column) => !(column >= 0 && column < inputs)))
  ) {
    throw new GatecastError("model", `persistence [${persistence}] does not name one input column for each target.`, {
      where: { key: "persistence" },
      remedy: `Give ${targets} column numbers from 0 to ${inputs - 1}, or null.`,
    });
  }
  return architecture;
}

/**
 * With h heads a folded value or query has h d features: its projection takes h d^2 multiplications a token where the two it replaces take
 * 2 d^2, and attention h times as many as before. With two heads or more nothing is saved.
 */
function checkFolds(folds: readonly string[], heads: number): void {
  const stranger = folds.find((fold) => !foldNames.some((name) => name === fold));
  if (stranger !== undefined) {
    throw new GatecastError("model", `There is no fold "${stranger}".`, {
      where: { key: "folds" },
      remedy: `Choose among ${foldNames.join(", ")}.`,
    });
  }
  const single = heads > 1 && folds.find((fold) => fold !== "tail");
  if (!single) return;
  throw new GatecastError("model", `The fold "${single}" needs a network of one head; this one has ${heads}.`, {
    where: { key: "folds" },
    remedy: `Leave it out, or choose heads: 1. With ${heads} heads a folded ${single} would have ${heads} d_model features, and cost more than it saves.`,
  });
}

/** Values in one forecast: `horizon * targets`. */
export function outputs(architecture: Pick<Architecture, "horizon" | "targets">): number {
  return architecture.horizon * architecture.targets;
}
