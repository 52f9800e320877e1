import type { Graph } from "../model/index.js";
import type { Choices } from "./plan.js";

/** The head's second half, where the tail is folded: of all hidden features, once for a window, and the forecast waits for it. */
const OPERATOR = "head_hidden";
/** Fewer cycles than these are not worth more lanes. */
const FEWEST_CYCLES = 8;

/** Columns that the head's second half multiplies in a cycle; 0 where there is none. */
export function headLanes(choices: Pick<Choices, "operators">): number {
  const plan = choices.operators.get(OPERATOR);
  return plan?.kind === "linear" ? plan.lanesIn : 0;
}

/** The choices with twice as many lanes for the head's second half; null where it has enough of them, or there is none. */
export function withWiderHead(graph: Graph, choices: Choices): Choices | null {
  const operator = graph.operators.find(({ name }) => name === OPERATOR);
  const plan = choices.operators.get(OPERATOR);
  if (operator?.kind !== "linear" || plan?.kind !== "linear") return null;
  const { rows, columns } = operator.weight;
  const lanesIn = 2 * plan.lanesIn;
  if (columns % lanesIn !== 0 || (rows / plan.lanesOut) * (columns / lanesIn) < FEWEST_CYCLES) return null;
  return { ...choices, operators: new Map(choices.operators).set(OPERATOR, { ...plan, lanesIn }) };
}
