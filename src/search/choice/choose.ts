import { choicesByName, type Plan, planAccelerator, planOf } from "../../accelerator/index.js";
import { GatecastError } from "../../errors.js";
import type { DesignSpace } from "../space/design-space.js";
import type { Assignment, Objective, Sensitivity } from "../types.js";
import { bindingOf } from "./binding.js";
import { microjoulesOf } from "./goal.js";
import { infeasible } from "./infeasible.js";
import { type Found, precisionOf, type Question } from "./opened.js";
import { type Choice, type ChoiceOptions, usualEffort } from "./options.js";
import { questionOf } from "./question.js";
import { type Effort, type Outcome, search, TOLERANCE } from "./search.js";

/**
 * Chooses widths, lanes, memories and multipliers together: the least of one objective within the limits and the device, proven for the
 * space's cost tables, or with the gap to what may be better. What is returned is estimated exactly and planned.
 *
 * @throws GatecastError "hardware": nothing meets limits and device; says what would. "model", "usage": see `questionOf`
 */
export async function chooseWidths(
  space: DesignSpace,
  sensitivity: Sensitivity,
  options: ChoiceOptions,
): Promise<Choice> {
  const question = questionOf(space, sensitivity, options);
  const { signal, onProgress } = options;
  const effort = { nodes: options.effort ?? usualEffort, ...(signal && { signal }), ...(onProgress && { onProgress }) };
  const choice = await choose(question, effort);
  if (choice) return choice;
  throw await infeasible(question, effort);
}

/** Null where nothing meets limits and device. */
export async function choose(question: Question, effort: Effort): Promise<Choice | null> {
  let { limits } = question;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const outcome = await search({ ...question, limits }, effort);
    if (!outcome.found) return null;
    const plan = planFor(question, outcome.found);
    if (keeps(question, plan)) return choiceOf(question, outcome, outcome.found, plan);
    // The search counts intervals roughly, and energy by them: the limit is lowered by what that missed.
    const wanted = question.limits.microjoules ?? Number.POSITIVE_INFINITY;
    const microjoules = (limits.microjoules ?? wanted) * Math.min(0.99, wanted / microjoulesOf(question.space, plan));
    limits = { ...limits, microjoules };
  }
  return null;
}

/** Searches with a lower limit of the energy, where the plan has more than the search has counted. */
const ATTEMPTS = 4;

/** Whether a plan keeps the limits by what is counted exactly. */
function keeps({ space, limits }: Question, plan: Plan): boolean {
  return (
    plan.cyclesPerInference <= (limits.cycles ?? Number.POSITIVE_INFINITY) &&
    microjoulesOf(space, plan) <= (limits.microjoules ?? Number.POSITIVE_INFINITY)
  );
}

function choiceOf(question: Question, outcome: Outcome, found: Found, plan: Plan): Choice {
  const { space, objective } = question;
  const precision = precisionOf(space, found.point);
  const added = found.metrics[0] ?? 0;
  const assignment: Assignment = { precision, plan, added, microjoules: microjoulesOf(space, plan) };
  const value = valueOfAssignment(objective, assignment);
  const bound = Math.min(value, outcome.bound);
  // Of what the search has counted: the plan's energy may differ a little.
  const gap = found.value > 0 ? Math.max(0, found.value - outcome.bound) / found.value : 0;
  return {
    assignment,
    plan: choicesByName(plan),
    objective,
    value,
    bound,
    gap,
    proven: gap <= TOLERANCE * (1 + 1e-9),
    binding: bindingOf(question, found, assignment),
    structures: { all: space.structures.length, examined: outcome.examined },
    nodes: outcome.nodes,
    tableError: found.tableError,
  };
}

export function valueOfAssignment(objective: Objective, { plan, added, microjoules }: Assignment): number {
  switch (objective) {
    case "error":
      return added;
    case "energy":
      return microjoules;
    case "area":
      return plan.estimate.lut;
    case "latency":
      return plan.cyclesPerInference;
  }
}

/** The plan of what was found, faster where the device has room for it and the limits allow; the planner's own where that is better. */
function planFor(question: Question, { model, decided }: Found): Plan {
  const { space, objective } = question;
  const { device, utilisation, mode, memories } = space;
  const cost = (plan: Plan) =>
    valueOfAssignment(objective, {
      precision: model.precision,
      plan,
      added: 0,
      microjoules: microjoulesOf(space, plan),
    });
  const slow = planOf(model, decided, { device, utilisation, speed: false });
  const plans = [slow];
  if (objective !== "area") plans.push(planOf(model, decided, { device, utilisation, speed: true }));
  if (objective !== "error" && memories === "selectable") {
    const goal = objective;
    try {
      plans.push(planAccelerator(model, { device, utilisation, mode, goal, advice: false }));
    } catch (error) {
      // The planner's own trials need not fit where the search's do.
      if (!(error instanceof GatecastError && error.kind === "hardware")) throw error;
    }
  }
  return plans
    .filter((plan) => keeps(question, plan))
    .reduce((best, plan) => (cost(plan) < cost(best) ? plan : best), slow);
}
