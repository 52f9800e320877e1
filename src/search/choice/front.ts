import { exp, log } from "../../numeric/elementary.js";
import type { DesignSpace } from "../space/design-space.js";
import { type Limits, type Objective, type Sensitivity, widths } from "../types.js";
import { choose } from "./choose.js";
import type { Question } from "./opened.js";
import type { Choice, ChoiceOptions, Front, FrontCost, UniformAssignment } from "./options.js";
import { questionOf } from "./question.js";

export interface FrontOptions extends Omit<ChoiceOptions, "objective"> {
  readonly cost: FrontCost;
  /** Assignments looked for; default 9. */
  readonly points?: number;
}

const objectiveOf = { microjoules: "energy", lut: "area", cycles: "latency" } as const satisfies Record<
  FrontCost,
  Objective
>;

/** Nodes for each point. */
const usualFrontEffort = 300;

/**
 * Assignments from the least error to the least cost: the least cost for each of several limits of the added error (an epsilon sweep),
 * from what is least to what the least cost has. Fewer than asked for where some are no better in either than others.
 */
export async function assignmentFront(
  space: DesignSpace,
  sensitivity: Sensitivity,
  options: FrontOptions,
): Promise<Front> {
  const { cost, points = 9, effort = usualFrontEffort, signal } = options;
  const limits: Limits = options.limits ?? {};
  const question = questionOf(space, sensitivity, { ...options, objective: "error" });
  const nodes = { nodes: effort, ...(signal ? { signal } : {}) };
  const best = (objective: Objective, of: Limits) => choose({ ...question, objective, limits: of }, nodes);
  const least = await best("error", limits);
  if (!least) return { cost, choices: [] };
  const cheapest = await best(objectiveOf[cost], limits);
  const found: Choice[] = [least, ...(cheapest ? [cheapest] : [])];
  const most = cheapest?.assignment.added ?? least.assignment.added;
  const floor = Math.max(least.assignment.added, most * 1e-4, 1e-6);
  const ratio = most > floor ? log(most / floor) : 0;
  for (let point = 1; ratio > 0 && point < points - 1; point++) {
    const added = floor * exp((ratio * point) / (points - 1));
    if (added > (limits.added ?? Number.POSITIVE_INFINITY)) continue;
    const choice = await best(objectiveOf[cost], { ...limits, added });
    if (choice) found.push(choice);
  }
  return { cost, choices: unbeaten(found, cost) };
}

function costOf({ assignment }: Choice, cost: FrontCost): number {
  if (cost === "microjoules") return assignment.microjoules;
  return cost === "lut" ? assignment.plan.estimate.lut : assignment.plan.cyclesPerInference;
}

/** By rising cost, without those that another one beats. */
function unbeaten(choices: readonly Choice[], cost: FrontCost): Choice[] {
  const sorted = [...choices].sort(
    (a, b) => costOf(a, cost) - costOf(b, cost) || a.assignment.added - b.assignment.added,
  );
  let least = Number.POSITIVE_INFINITY;
  return sorted.filter(({ assignment }) => {
    if (assignment.added >= least) return false;
    least = assignment.added;
    return true;
  });
}

/** All widths alike, 2 to 8, each with the structure, memories and multipliers that are best for the objective within the limits. */
export async function uniformAssignments(
  space: DesignSpace,
  sensitivity: Sensitivity,
  options: Omit<ChoiceOptions, "allowed" | "fixed">,
): Promise<UniformAssignment[]> {
  const all: UniformAssignment[] = [];
  const { effort = usualFrontEffort, signal } = options;
  for (const bits of widths) {
    const question: Question = questionOf(space, sensitivity, { ...options, allowed: [bits] });
    all.push({ bits, choice: await choose(question, { nodes: effort, ...(signal ? { signal } : {}) }) });
  }
  return all;
}
