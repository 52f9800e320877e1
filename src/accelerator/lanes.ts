import { type Graph, type Operator, tensor } from "../model/index.js";
import type { Multiplier } from "../rtl/index.js";
import { FixedChoices, type FixedFields } from "./by-name/fixed-choices.js";
import { divisors } from "./divisors.js";
import { makeQueues, type QueueName, queuedTensor } from "./layer-queues.js";
import type { AttentionPlan } from "./operators/attention.js";
import type { LinearPlan } from "./operators/linear.js";
import { leastFeedForwardTokens, SLOTS } from "./operators/matrix-unit/derive.js";
import type { MatrixUnitPlan } from "./operators/matrix-unit/parameters.js";
import type { Choices, Mode, OperatorPlan } from "./plan.js";

/** Cycles that every operator may take for a token: `first` where tokens wait for each other (embedding, keys, values). */
export interface Pace {
  /** Embedding, keys and values: before the first query can be answered. */
  readonly first: number;
  /** Everything from the query on. */
  readonly second: number;
  /** Keys that attention works on in a cycle; 1 by default. */
  readonly keysAtOnce?: number;
  /** Cycles that attention may take for a query; `second` by default. */
  readonly query?: number;
}

/** Whether a gearbox turns beats of one width into the other. */
export function convertible(from: number, to: number): boolean {
  return from % to === 0 || to % from === 0;
}

/** The smallest divisor of `of` that is at least `least`, a multiple of `unit`, and that a gearbox reaches from `from` lanes. */
function leastDivisor(of: number, least: number, from = 1, unit = 1): number {
  const wanted = (lanes: number) => lanes >= least && lanes % unit === 0 && convertible(from, lanes);
  return divisors(of).find(wanted) ?? of;
}

/**
 * The fewest lanes with which a `rows x columns` product takes at most `cycles` cycles. Among equals the one with the
 * most columns side by side: an adder tree is cheaper than accumulators, and its sums leave one by one.
 */
export function linearLanes(
  rows: number,
  columns: number,
  cycles: number,
  inputLanes: number,
  fixed: Partial<LinearPlan> = {},
): Pick<LinearPlan, "lanesIn" | "lanesOut" | "lanes"> {
  let best = { lanesIn: fixed.lanesIn ?? columns, lanesOut: fixed.lanesOut ?? rows };
  let found = false;
  for (const lanesOut of fixed.lanesOut === undefined ? divisors(rows) : [fixed.lanesOut]) {
    if (fixed.lanes !== undefined && lanesOut % fixed.lanes !== 0) continue;
    const lanesIn = (fixed.lanesIn === undefined ? divisors(columns) : [fixed.lanesIn]).find(
      (candidate) => (rows / lanesOut) * (columns / candidate) <= cycles && convertible(inputLanes, candidate),
    );
    if (lanesIn === undefined) continue;
    if (found && lanesIn * lanesOut >= best.lanesIn * best.lanesOut) continue;
    best = { lanesIn, lanesOut };
    found = true;
  }
  // A beat of sums leaves every columns / lanesIn cycles and has to be requantised in that time.
  const lanes = fixed.lanes ?? divisors(best.lanesOut).find((candidate) => rows / candidate <= cycles) ?? best.lanesOut;
  return { ...best, lanes };
}

/** Yosys turns a product into a DSP48E1 from 9 operand bits in sum on. */
const DSP_FROM_BITS = 9;

/** Lanes and styles of all operators for a pace. */
export function choicesFor(
  graph: Graph,
  pace: Pace,
  mode: Mode,
  units: readonly MatrixUnitPlan[] = [],
  fixed: FixedChoices = new FixedChoices(graph),
): Choices {
  const operators = new Map<string, OperatorPlan>();
  const lanesOf = new Map<string, number>([[graph.input, graph.architecture.inputs]]);
  const ahead = Math.max(2, ...units.map((unit) => unit.ahead));
  for (const operator of graph.operators) {
    const unit = units.find((one) => one.operators.includes(operator.name));
    if (unit) {
      operators.set(operator.name, { kind: "shared", unit: unit.name });
      lanesOf.set(operator.output, unit.lanes);
      continue;
    }
    const held = fixed.operator(operator.name);
    const chosen = operatorChoice(graph, operator, pace, lanesOf, units.length > 0, held);
    const plan = { ...(chosen.kind === "attention" ? { ...chosen, queries: ahead } : chosen), ...held } as OperatorPlan;
    operators.set(operator.name, plan);
    lanesOf.set(operator.output, outputLanes(plan, operator, lanesOf));
  }
  const tokens = graph.architecture.window;
  /** LUTs hold 64 words without a tree of selectors behind them. */
  const style = (words: number) => (words > 64 ? "block" : "distributed");
  const least = leastQueueTokens(graph, units);
  const around = Math.min(tokens, 8);
  const room =
    units.length > 0 ? { ...least, attention: ahead + 3 } : { ...least, attention: around, feedForward: around };
  const queues = Array.from({ length: graph.architecture.layers }, (_, layer) =>
    makeQueues(graph, layer, (name) => {
      const beats = graph.architecture.dModel / (lanesOf.get(queuedTensor(layer, name)) ?? 1);
      return { tokens: room[name], style: style(room[name] * beats) };
    }),
  );
  return { mode, operators, units, queues: fixed.queues(queues), history: fixed.history("distributed") };
}

/** Tokens that the queues of a layer need room for, or tokens would wait for each other for ever. */
export function leastQueueTokens(graph: Graph, units: readonly MatrixUnitPlan[]): Record<QueueName, number> {
  const { window } = graph.architecture;
  if (units.length === 0) return { keys: 1, tokens: window, attention: 1, feedForward: 1 };
  return {
    // Tokens that wait for the lanes of their values: their keys must not keep them.
    keys: SLOTS.kv,
    tokens: window + SLOTS.kv,
    attention: 1,
    feedForward: leastFeedForwardTokens(graph, units),
  };
}

function outputLanes(plan: OperatorPlan, operator: Operator, lanesOf: ReadonlyMap<string, number>): number {
  switch (plan.kind) {
    case "linear":
    case "attention":
    case "residual":
      return plan.lanes;
    case "pool":
      return operator.kind === "pool" ? (lanesOf.get(operator.input) ?? 1) : 1;
    case "last":
      return 1;
    case "shared":
      throw new Error(`"${operator.name}" is on a matrix unit`);
  }
}

function bitsOf(graph: Graph, name: string): number {
  return tensor(graph, name).bits ?? 16;
}

function laneMultiplier(bits: number): Multiplier {
  return bits >= DSP_FROM_BITS + 3 ? "dsp" : "lut";
}

function operatorChoice(
  graph: Graph,
  operator: Operator,
  pace: Pace,
  lanesOf: ReadonlyMap<string, number>,
  shared: boolean,
  fixed: FixedFields,
): OperatorPlan {
  /** Where lanes are shared, tokens follow each other closely, and what a single one takes shows in the latency. */
  const brief = shared ? 2 : 1;
  const inputLanes = (name: string) => lanesOf.get(name) ?? 1;
  switch (operator.kind) {
    case "linear": {
      const { rows, columns, bits } = operator.weight;
      // Head and skip work once for a window, beside everything else.
      const once = operator.flatten || tensor(graph, operator.output).tokens === 1;
      const early = operator.name === "embed" || /\.(k|v)_proj$/.test(operator.name);
      const cycles = once ? (rows * columns) / (operator.flatten ? 1 : brief) : early ? pace.first : pace.second;
      const multiplier = laneMultiplier(bits + bitsOf(graph, operator.input));
      const lanes = linearLanes(rows, columns, cycles, inputLanes(operator.input), fixed);
      return {
        kind: "linear",
        ...lanes,
        multiplier,
        requantiser: "dsp",
        weights: rows * columns * bits > 8192 ? "block" : "rom",
        bias: operator.bias.perToken ? "block" : "rom",
        tokens: columns / lanes.lanesIn > 2 ? "distributed" : "registers",
        // A token of a single beat waits complete in the gearbox: a second place saves one cycle, and costs its width twice.
        slots: columns === lanes.lanesIn && rows / lanes.lanesOut > 8 ? 1 : 2,
      } satisfies LinearPlan;
    }
    case "attention": {
      const { tokens, features } = tensor(graph, operator.query);
      const width = features / operator.heads;
      const keysAtOnce = fixed.keysAtOnce ?? pace.keysAtOnce ?? 1;
      const keyBeats = (operator.heads * tokens) / keysAtOnce;
      const enough = (keyBeats * width) / (pace.query ?? pace.second);
      const lanesScore = fixed.lanesScore ?? leastDivisor(width, enough, inputLanes(operator.query));
      const lanesValue = fixed.lanesValue ?? leastDivisor(width, enough, inputLanes(operator.value), fixed.lanes);
      const lanes = divisors(lanesValue).find((candidate) => features / candidate <= pace.second / brief) ?? lanesValue;
      const kept = (lanes: number) => ((tokens * features) / lanes / keysAtOnce > 128 ? "block" : "distributed");
      return {
        kind: "attention",
        lanesScore,
        lanesValue,
        keysAtOnce,
        // A reciprocal has up to 20 digits, and is there for each head of a row.
        reciprocalDigits: keyBeats * (width / Math.min(lanesScore, lanesValue)) < 20 * operator.heads ? 2 : 1,
        lanes,
        scoreMultiplier: "lut",
        valueMultiplier: "lut",
        requantiser: "dsp",
        normaliser: "dsp",
        keys: kept(lanesScore),
        values: kept(lanesValue),
        rows: "distributed",
        table: "block",
        queries: 2,
        windows: 1,
      } satisfies AttentionPlan;
    }
    case "residual": {
      const { features, tokens } = tensor(graph, operator.output);
      const lanes = tokens === 1 ? 1 : leastDivisor(features, features / pace.second);
      // Where there is time for it, the addends take turns on one multiplier: always in the forecast, which is summed once a window.
      const cycles = (features / lanes) * operator.addends.length;
      const inTurn = tokens === 1 || cycles <= Math.max(pace.second, pace.query ?? 0);
      return { kind: "residual", lanes, multipliers: inTurn ? ["dsp"] : operator.addends.map(() => "dsp") };
    }
    case "pool":
      return { kind: "pool", sums: "distributed" };
    case "last":
      return { kind: "last", windows: 1 };
  }
}
