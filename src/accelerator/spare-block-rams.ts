import { changeQueues } from "./layer-queues.js";
import type { Choices, OperatorPlan } from "./plan.js";

/**
 * Choices with ever fewer block RAMs, each one further in look-up tables than the one before: tables of exponentials and per-token
 * biases first, then queues of tokens, then keys and values, and the weights of units last.
 */
function* withFewerBlocks(choices: Choices): Generator<Choices> {
  const operators = new Map<string, OperatorPlan>(choices.operators);
  let now: Choices = { ...choices, operators };
  for (const [name, plan] of operators) {
    if (plan.kind === "attention" && plan.table === "block") operators.set(name, { ...plan, table: "rom" });
    else if (plan.kind === "linear" && plan.bias === "block") operators.set(name, { ...plan, bias: "rom" });
    else continue;
    yield now;
  }
  const inLuts = <T extends { readonly style: string }>(queue: T): T =>
    queue.style === "block" ? { ...queue, style: "distributed" } : queue;
  now = {
    ...now,
    queues: now.queues.map((queues) => changeQueues(queues, inLuts)),
  };
  yield now;
  for (const part of ["keys", "values"] as const) {
    for (const [name, plan] of operators) {
      if (plan.kind !== "attention" || plan[part] !== "block") continue;
      operators.set(name, { ...plan, [part]: "distributed" });
      yield now;
    }
  }
  for (const unit of [...now.units].reverse()) {
    now = { ...now, units: now.units.map((one) => (one.name === unit.name ? { ...one, weights: "rom" } : one)) };
    yield now;
  }
}

/** The choices themselves, or the first ones with fewer block RAMs that keep within `limit`; the last ones tried where none do. */
export function sparingBlockRams(choices: Choices, limit: number, count: (choices: Choices) => number): Choices {
  if (count(choices) <= limit) return choices;
  let last = choices;
  for (const fewer of withFewerBlocks(choices)) {
    last = { ...fewer, operators: new Map(fewer.operators) };
    if (count(last) <= limit) break;
  }
  return last;
}
