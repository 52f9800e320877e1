import { GatecastError } from "../../errors.js";
import type { Graph } from "../../model/index.js";
import type { Parameters } from "../parameters.js";
import type { Choices } from "../plan.js";
import { checkField } from "./check-field.js";
import { type Fields, operatorFields, unitFields } from "./fields.js";
import { misfit } from "./misfit.js";

/**
 * A plan that was changed by hand: whether its lanes divide, and its fields are what they may be.
 *
 * @throws GatecastError "hardware" that names the operator or unit, the field and what was expected
 */
export function checkChoices(graph: Graph, { operators, units }: Pick<Choices, "operators" | "units">): void {
  for (const operator of graph.operators) {
    const plan = operators.get(operator.name);
    if (!plan) throw wrong(operator.name, "has no plan");
    if (plan.kind === "shared") {
      const unit = units.find(({ name }) => name === plan.unit);
      if (unit?.operators.includes(operator.name)) continue;
      throw wrong(operator.name, `is to share the lanes of unit "${plan.unit}", which does not have it`);
    }
    if (plan.kind !== operator.kind)
      throw wrong(operator.name, `is of kind ${operator.kind}, its plan of ${plan.kind}`);
    checkFields(operator.name, operatorFields(graph, operator), { ...plan });
  }
  for (const { ...unit } of units) checkFields(`unit ${unit.name}`, unitFields(graph), unit);
}

/** @throws GatecastError "hardware" where no gearbox turns the beats of a producer into those of its consumer */
export function checkBeats(graph: Graph, parameters: Pick<Parameters, "operators" | "beats">): void {
  const found = misfit(graph, parameters);
  if (found === null) return;
  throw new GatecastError("hardware", `The plan does not fit together: ${found}.`, {
    remedy: "Change the lanes of either.",
  });
}

function checkFields(name: string, fields: Fields, plan: Readonly<Record<string, unknown>>): void {
  for (const [key, field] of Object.entries(fields)) {
    if (field.kind === "unit") continue;
    const result = checkField(field, plan[key], plan);
    if ("expected" in result) throw wrong(name, `has ${key} ${JSON.stringify(plan[key])}; expected ${result.expected}`);
  }
}

function wrong(name: string, what: string): GatecastError {
  return new GatecastError("hardware", `The plan cannot be built: "${name}" ${what}.`, {
    remedy: "Change it in the plan, or let the planner choose it.",
    where: { operator: name },
  });
}
