import type { ChoicesByName } from "../../accelerator/index.js";
import type { Assignment, Limits, Objective } from "../types.js";

export interface ChoiceOptions {
  readonly objective: Objective;
  /** Default: none but the device's resources. */
  readonly limits?: Limits;
  /** Widths that are not to be chosen, by name: "layers.0.hidden", "layers.0.linear1.weight". */
  readonly fixed?: Readonly<Record<string, number>>;
  /** Widths to choose from; default 2..8. */
  readonly allowed?: readonly number[];
  /**
   * Nodes of the search at most: it then ends with what it has, and says how far from the optimum that may be. A number and no time, so
   * that the same question always has the same answer. Default `usualEffort`.
   */
  readonly effort?: number;
  /** Ends the search with its reason, between two nodes. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SearchProgress) => void;
}

/** How far a search is. It may end before all of its nodes are looked at. */
export interface SearchProgress {
  /** 0..1 of the structures, then of the nodes. */
  readonly fraction: number;
  /** The objective of the best that was found so far, by the cost tables; null: nothing yet. */
  readonly value: number | null;
}

/** Some seconds. */
export const usualEffort = 800;

/** A limit or resource that keeps the objective from being less: there is less room than its next step would take. */
export interface Binding {
  /** "cycles", "microjoules", "added", "LUTs", "LUTs as memory", "flip-flops", "multiplier blocks" or "block memories". */
  readonly name: string;
  readonly used: number;
  readonly limit: number;
}

/** What was chosen, and how good it is. */
export interface Choice {
  readonly assignment: Assignment;
  /** Fixes the assignment's plan: `planAccelerator(model, { device, plan })` plans a trained model likewise. */
  readonly plan: ChoicesByName;
  readonly objective: Objective;
  /** Of the assignment: summed sensitivities, microjoules, LUTs or cycles. */
  readonly value: number;
  /** No assignment has less, as far as the cost tables are right. */
  readonly bound: number;
  /** How much less, as a share, the optimum may be by the tables; at most a thousandth where proven. */
  readonly gap: number;
  /** Whether the search has ended by itself: nothing in the space is better by more than a thousandth. */
  readonly proven: boolean;
  /** What binds, that with the least room first. */
  readonly binding: readonly Binding[];
  /** Structures (lanes) that were there to choose from, and those that were looked at closely. */
  readonly structures: { readonly all: number; readonly examined: number };
  /** Nodes of the search. */
  readonly nodes: number;
  /** LUTs by the tables less those of the estimate, as a share of the estimate. */
  readonly tableError: number;
}

/** Assignments from the least error to the least cost. */
export interface Front {
  readonly cost: FrontCost;
  /** By rising cost; none is better in both than another. */
  readonly choices: readonly Choice[];
}

export const frontCosts = ["microjoules", "lut", "cycles"] as const;
export type FrontCost = (typeof frontCosts)[number];

/** All widths alike, with the best structure for them. */
export interface UniformAssignment {
  readonly bits: number;
  /** null: nothing of these widths meets device and limits. */
  readonly choice: Choice | null;
}
