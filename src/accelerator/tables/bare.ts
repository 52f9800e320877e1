import type { Graph } from "../../model/index.js";
import { withoutDsps } from "../allot-dsps.js";
import { FixedChoices } from "../by-name/fixed-choices.js";
import { changeQueues } from "../layer-queues.js";
import type { Choices, OperatorPlan } from "../plan.js";
import type { Technology } from "../technology.js";

/** Which memories a plan may have. `lut-only`: weights, keys, values and tokens in look-up tables and registers, nothing in block RAM. */
export const memoryKinds = ["lut-only", "selectable"] as const;
export type Memories = (typeof memoryKinds)[number];

/** Where memories are that are in no block RAM. */
export function softStyle({ lutram }: Technology): "distributed" | "registers" {
  return lutram ? "distributed" : "registers";
}

/** Lanes with every multiplier in look-up tables and every memory outside block RAM: what free choices are counted from. */
export function bareChoices(graph: Graph, wanted: Choices, technology: Technology, memories: Memories): Choices {
  const soft = softStyle(technology);
  const memory = <Style extends string>(style: Style) => (technology.lutram && style === "registers" ? style : soft);
  const operator = (plan: OperatorPlan): OperatorPlan => {
    switch (plan.kind) {
      case "linear":
        return { ...plan, weights: "rom", bias: "rom", tokens: memory(plan.tokens) };
      case "attention":
        return { ...plan, keys: soft, values: soft, rows: soft, table: "rom" };
      case "pool":
        return { ...plan, sums: soft };
      default:
        return plan;
    }
  };
  const bare = withoutDsps(wanted, new FixedChoices(graph));
  return {
    ...bare,
    operators: new Map([...bare.operators].map(([name, plan]) => [name, operator(plan)])),
    units: bare.units.map((unit) => ({
      ...unit,
      weights: "rom",
      bias: "rom",
      tokens: soft,
      results: { ...unit.results, style: soft },
    })),
    queues: bare.queues.map((queues) => changeQueues(queues, (queue) => ({ ...queue, style: soft }))),
    history: technology.lutram ? "distributed" : memories === "lut-only" ? "registers" : "block",
  };
}
