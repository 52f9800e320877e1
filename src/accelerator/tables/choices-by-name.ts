import type { ChosenValue } from "../by-name/check-field.js";
import { queueTarget } from "../by-name/fields.js";
import type { ChoicesByName } from "../by-name/fixed-choices.js";
import { queueNames } from "../layer-queues.js";
import type { Choices, OperatorPlan } from "../plan.js";

/** All of a plan by name: `planAccelerator` with it chooses nothing else. */
export function choicesByName({ operators, units, queues, mode, history }: Choices): ChoicesByName {
  const named: Record<string, Record<string, ChosenValue>> = {};
  for (const [name, plan] of operators) {
    const fields = plan.kind === "shared" ? { unit: plan.unit } : fieldsOf(plan);
    if (Object.keys(fields).length > 0) named[name] = fields;
  }
  for (const { name, operators: _, results, ...fields } of units) {
    const { name: __, ...values } = { name, ...fields };
    named[`unit ${name}`] = { ...values };
    named[`unit ${name}.results`] = { tokens: results.tokens, style: results.style };
  }
  queues.forEach((layer, index) => {
    for (const name of queueNames) {
      const queue = layer[name];
      if (queue) named[queueTarget(index, name)] = { tokens: queue.tokens, style: queue.style };
    }
  });
  if (mode === "sample") named.history = { style: history };
  return named;
}

function fieldsOf(plan: Exclude<OperatorPlan, { kind: "shared" }>): Record<string, ChosenValue> {
  const { kind, ...fields } = plan;
  return kind === "linear" ? { ...fields, unit: "none" } : { ...fields };
}
