import type { Graph } from "../../model/index.js";
import { convertible } from "../lanes.js";
import { inputsOf } from "../network.js";
import type { OperatorParameters, Parameters } from "../parameters.js";

/** Lanes that each input of an operator is turned into beats of. */
function lanesTaken(parameters: OperatorParameters): readonly number[] {
  switch (parameters.kind) {
    case "linear":
      return [parameters.plan.lanesIn];
    case "shared":
      return [parameters.unit.lanesIn];
    case "attention":
      return [parameters.plan.lanesScore, parameters.plan.lanesScore, parameters.plan.lanesValue];
    case "residual":
      return parameters.addends.map(() => parameters.plan.lanes);
    default:
      return [];
  }
}

/** The first place where no gearbox turns the beats of a producer into those of its consumer; null: there is none. */
export function misfit(graph: Graph, parameters: Pick<Parameters, "operators" | "beats">): string | null {
  for (const operator of graph.operators) {
    const made = parameters.operators.get(operator.name);
    const taken = made ? lanesTaken(made) : [];
    for (const [index, name] of inputsOf(operator).entries()) {
      const has = parameters.beats.get(name)?.lanes;
      const takes = taken[index];
      if (has === undefined || takes === undefined || convertible(has, takes)) continue;
      return `"${operator.name}" takes ${takes} elements at once, and "${name}" comes in beats of ${has}: one must divide the other`;
    }
  }
  return null;
}
