import { GatecastError } from "../errors.js";
import { standInModel } from "../integer/index.js";
import {
  type Architecture,
  buildGraph,
  countMultiplications,
  defineArchitecture,
  type Fold,
  foldNames,
  type Multiplications,
  type Precision,
} from "../model/index.js";
import type { Plan } from "./plan.js";
import { type PlanOptions, planAccelerator } from "./planner.js";
import { remainingOverrides } from "./what-fits.js";

/** A network with some folds, and the accelerator planned for it. */
export interface FoldedPlan {
  readonly folds: readonly Fold[];
  readonly multiplications: Multiplications;
  /** null: it does not fit the device. */
  readonly plan: Plan | null;
}

/**
 * What each fold would save: the network as it is, with each fold alone that it may have, and with all of them. Plans are made for
 * models that stand in for trained ones (`standInModel`), so that nothing has to be trained first: a trained one's cycles may differ where
 * its plan just fits or just does not.
 *
 * @param options.plan is left out: it may name what a folded network does not have
 */
export function compareFolds(
  architecture: Architecture,
  precision: Precision,
  options: Omit<PlanOptions, "plan">,
): FoldedPlan[] {
  const possible = foldNames.filter((fold) => fold === "tail" || architecture.heads === 1);
  const sets: (readonly Fold[])[] = [[], ...possible.map((fold) => [fold])];
  if (possible.length > 1) sets.push(possible);
  return sets.map((folds) => {
    const folded = defineArchitecture({ ...architecture, folds });
    const widths = { ...precision, overrides: Object.fromEntries(remainingOverrides(folded, precision)) };
    const multiplications = countMultiplications(buildGraph(folded, widths));
    return { folds, multiplications, plan: planOrNull(folded, widths, options) };
  });
}

function planOrNull(architecture: Architecture, precision: Precision, options: PlanOptions): Plan | null {
  try {
    return planAccelerator(standInModel(architecture, precision), { ...options, advice: false });
  } catch (error) {
    if (error instanceof GatecastError && error.kind === "hardware") return null;
    throw error;
  }
}
