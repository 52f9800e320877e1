import { type Graph, tensor } from "../../model/index.js";
import type { Random } from "../../numeric/random.js";
import type { MemoryStyle, Multiplier } from "../../rtl/index.js";
import { divisors } from "../lanes.js";
import type { Choices, LayerQueues, Mode, OperatorPlan, QueuePlan } from "../plan.js";

/** Random lanes, multipliers and memories of every operator: plans that no planner would make, but that must be right. */
export function randomChoices(graph: Graph, random: Random, mode: Mode = "window"): Choices {
  const one = <T>(of: readonly T[]): T => {
    const chosen = of[random.integer(of.length)];
    if (chosen === undefined) throw new Error("nothing to choose from");
    return chosen;
  };
  const multiplier = (): Multiplier => one(["lut", "dsp"] as const);
  const memory = (): Exclude<MemoryStyle, "rom"> => one(["block", "distributed", "registers"] as const);
  const table = () => one(["rom", "block"] as const);
  const lanesOf = new Map<string, number>([[graph.input, graph.architecture.inputs]]);
  const operators = new Map<string, OperatorPlan>();
  for (const operator of graph.operators) {
    const from = (name: string) => lanesOf.get(name) ?? 1;
    const reachable = (of: number, beat: number) =>
      divisors(of).filter((lanes) => lanes % beat === 0 || beat % lanes === 0);
    let lanes = 1;
    if (operator.kind === "linear") {
      const lanesOut = one(divisors(operator.weight.rows));
      lanes = one(divisors(lanesOut));
      operators.set(operator.name, {
        kind: "linear",
        lanesIn: one(reachable(operator.weight.columns, from(operator.input))),
        lanesOut,
        lanes,
        multiplier: multiplier(),
        requantiser: multiplier(),
        weights: table(),
        bias: table(),
        tokens: memory(),
        slots: one([1, 2] as const),
      });
    } else if (operator.kind === "attention") {
      const width = tensor(graph, operator.query).features / operator.heads;
      const both = reachable(width, from(operator.query)).filter((l) =>
        reachable(width, from(operator.key)).includes(l),
      );
      const lanesValue = one(reachable(width, from(operator.value)));
      lanes = one(divisors(lanesValue));
      operators.set(operator.name, {
        kind: "attention",
        lanesScore: one(both),
        lanesValue,
        lanes,
        scoreMultiplier: multiplier(),
        valueMultiplier: multiplier(),
        requantiser: multiplier(),
        normaliser: multiplier(),
        keys: memory(),
        values: memory(),
        rows: memory(),
        table: table(),
        windows: one([1, 2] as const),
      });
    } else if (operator.kind === "residual") {
      const { features } = tensor(graph, operator.output);
      const all = operator.addends.map((addend) => reachable(features, from(addend)));
      lanes = one(divisors(features).filter((l) => all.every((possible) => possible.includes(l))));
      operators.set(operator.name, { kind: "residual", lanes, multipliers: operator.addends.map(multiplier) });
    } else if (operator.kind === "pool") {
      lanes = from(operator.input);
      operators.set(operator.name, { kind: "pool", sums: one(["distributed", "registers"] as const) });
    } else operators.set(operator.name, { kind: "last" });
    lanesOf.set(operator.output, lanes);
  }
  const { window, layers } = graph.architecture;
  const queue = (least: number): QueuePlan => ({ tokens: least + random.integer(4), style: memory() });
  const queues = Array.from(
    { length: layers },
    (): LayerQueues => ({
      tokens: queue(window),
      attention: queue(1),
      feedForward: queue(1),
    }),
  );
  return { mode, operators, queues, history: memory() };
}
