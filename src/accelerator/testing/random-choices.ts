import { type Graph, tensor } from "../../model/index.js";
import type { Random } from "../../numeric/random.js";
import type { MemoryStyle, Multiplier } from "../../rtl/index.js";
import { divisors } from "../divisors.js";
import { leastQueueTokens } from "../lanes.js";
import { makeQueues } from "../layer-queues.js";
import { stageBehindAttention, stageOf } from "../operators/matrix-unit/derive.js";
import type { MatrixUnitPlan } from "../operators/matrix-unit/parameters.js";
import type { TableStyle } from "../parts/table.js";
import type { Choices, Mode, OperatorPlan, QueuePlan } from "../plan.js";

/** Random lanes, multipliers and memories of every operator: plans that no planner would make, but that must be right. */
export function randomChoices(graph: Graph, random: Random, mode: Mode = "window", shared = false): Choices {
  const one = <T>(of: readonly T[]): T => {
    const chosen = of[random.integer(of.length)];
    if (chosen === undefined) throw new Error("nothing to choose from");
    return chosen;
  };
  const multiplier = (): Multiplier => one(["lut", "dsp"] as const);
  const memory = (): Exclude<MemoryStyle, "rom"> => one(["block", "distributed", "registers"] as const);
  const table = () => one(["rom", "block", "mixed"] as const);
  const lanesOf = new Map<string, number>([[graph.input, graph.architecture.inputs]]);
  const units = shared ? randomUnits(graph, random, { one, multiplier, memory, table }) : [];
  const unitOf = (name: string) => units.find((unit) => unit.operators.includes(name));
  // What goes to or comes from a unit meets its lanes through a gearbox.
  const meets = (lanes: number) =>
    units.every((unit) => [unit.lanesIn, unit.lanes].every((other) => lanes % other === 0 || other % lanes === 0));
  const operators = new Map<string, OperatorPlan>();
  for (const operator of graph.operators) {
    const from = (name: string) => lanesOf.get(name) ?? 1;
    const reachable = (of: number, beat: number) =>
      divisors(of).filter((lanes) => lanes % beat === 0 || beat % lanes === 0);
    let lanes = 1;
    const unit = unitOf(operator.name);
    if (unit) {
      lanes = unit.lanes;
      operators.set(operator.name, { kind: "shared", unit: unit.name });
    } else if (operator.kind === "linear") {
      const lanesOut = one(divisors(operator.weight.rows));
      lanes = one(divisors(lanesOut).filter(meets));
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
      lanes = one(divisors(lanesValue).filter(meets));
      operators.set(operator.name, {
        kind: "attention",
        lanesScore: one(both),
        lanesValue,
        keysAtOnce: one(divisors(graph.architecture.window).filter((keys) => keys <= 4)),
        reciprocalDigits: one([1, 2] as const),
        lanes,
        scoreMultiplier: multiplier(),
        valueMultiplier: multiplier(),
        requantiser: multiplier(),
        normaliser: multiplier(),
        keys: memory(),
        values: memory(),
        rows: memory(),
        table: one(["rom", "block"] as const),
        queries: 1 + random.integer(4),
        windows: one([1, 2] as const),
      });
    } else if (operator.kind === "residual") {
      const { features } = tensor(graph, operator.output);
      const all = operator.addends.map((addend) => reachable(features, from(addend)));
      lanes = one(divisors(features).filter((l) => meets(l) && all.every((possible) => possible.includes(l))));
      const multipliers = one([1, operator.addends.length]) === 1 ? [multiplier()] : operator.addends.map(multiplier);
      operators.set(operator.name, { kind: "residual", lanes, multipliers });
    } else if (operator.kind === "pool") {
      lanes = from(operator.input);
      operators.set(operator.name, { kind: "pool", sums: one(["distributed", "registers"] as const) });
    } else operators.set(operator.name, { kind: "last", windows: one([1, 2] as const) });
    lanesOf.set(operator.output, lanes);
  }
  const { layers } = graph.architecture;
  const queue = (least: number): QueuePlan => ({ tokens: least + random.integer(4), style: memory() });
  const least = leastQueueTokens(graph, units);
  const queues = Array.from({ length: layers }, (_, layer) => makeQueues(graph, layer, (name) => queue(least[name])));
  return { mode, operators, units, queues, history: memory() };
}

interface Draw {
  one<T>(of: readonly T[]): T;
  multiplier(): Multiplier;
  memory(): Exclude<MemoryStyle, "rom">;
  table(): TableStyle;
}

/** One or two units for some or all of the encoder's `linear` operators. */
function randomUnits(graph: Graph, random: Random, draw: Draw): MatrixUnitPlan[] {
  const { dModel, feedForward } = graph.architecture;
  const common = divisors(dModel).filter((lanes) => feedForward % lanes === 0);
  const encoder = graph.operators.filter(({ kind, name }) => kind === "linear" && name.startsWith("layers."));
  const names = encoder.map(({ name }) => name);
  const { layers, folds } = graph.architecture;
  // Without the output projection, queries share lanes with keys and values only where linear1 does, too.
  const kind = random.integer(layers > 1 ? 3 : folds.includes("value") ? 2 : 4);
  const chosen = names.filter(() => random.integer(3) > 0);
  // Keys and queries of a layer share lanes only where what is behind attention does, too.
  const behind = stageBehindAttention(graph);
  const some = chosen.filter((name) => {
    const place = stageOf(name);
    if (place?.stage !== "q") return true;
    return chosen.some((other) => stageOf(other)?.layer === place.layer && stageOf(other)?.stage === behind);
  });
  const late = names.filter((name) => /\.(q|out)_proj$/.test(name));
  const feed = names.filter((name) => /\.linear[12]$/.test(name));
  const rest = (of: readonly string[]) => names.filter((name) => !of.includes(name));
  const byLayer = Array.from({ length: layers }, (_, layer) => names.filter((name) => stageOf(name)?.layer === layer));
  const members = [[names], [some], layers > 1 ? byLayer : [late, rest(late)], [feed, rest(feed)]][kind] ?? [];
  const lanesIn = draw.one(common);
  const lanesOut = draw.one(common);
  const lanes = draw.one(divisors(lanesOut).filter((l) => l % lanesIn === 0 || lanesIn % l === 0));
  return members
    .filter((operators) => operators.length > 0)
    .map((operators, index) => ({
      name: `matrix_${index}`,
      operators,
      lanesIn,
      lanesOut,
      lanes,
      packedColumns: random.integer(lanesIn + 1),
      requantiser: draw.multiplier(),
      weights: draw.table(),
      bias: draw.table(),
      tokens: draw.memory(),
      results: { tokens: 1 + random.integer(3), style: draw.memory() },
      ahead: 1 + random.integer(5),
    }));
}
