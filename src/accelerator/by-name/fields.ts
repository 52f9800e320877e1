import { type Graph, type Operator, tensor } from "../../model/index.js";
import { type QueueName, queuesOfLayer } from "../layer-queues.js";

/** What a field of a plan may be. */
export type Field =
  | {
      readonly kind: "choice";
      readonly values: readonly string[];
      /** Other names of a value. */
      readonly also?: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: "lanes";
      /** The number that lanes divide, and what it is. */
      readonly of: number;
      readonly what: string;
      /** A field of the same plan whose value they divide, too. */
      readonly within?: string;
    }
  | {
      readonly kind: "count";
      readonly least: number;
      /** A field of the same plan whose value is the most. */
      readonly most?: string;
    }
  | { readonly kind: "multipliers"; readonly count: number }
  | { readonly kind: "unit" };

export type Fields = Readonly<Record<string, Field>>;

/** Something of a plan that has a name: an operator, a queue, the history, a matrix unit. */
export interface Target {
  readonly name: string;
  /** "linear", "attention", "queue" ... */
  readonly kind: string;
  readonly fields: Fields;
}

const multiplier: Field = { kind: "choice", values: ["lut", "dsp"] };
const memory: Field = { kind: "choice", values: ["block", "distributed", "registers"] };
/** Constants in look-up tables are logic. */
const constants: Field = { kind: "choice", values: ["rom", "block", "mixed"], also: { distributed: "rom" } };
const exponentials: Field = { kind: "choice", values: ["rom", "block"], also: { distributed: "rom" } };
const queue: Fields = { tokens: { kind: "count", least: 1 }, style: memory };
const lanes = (of: number, what: string, within?: string): Field => ({
  kind: "lanes",
  of,
  what,
  ...(within === undefined ? {} : { within }),
});

/** The fields of an operator's plan that can be chosen. */
export function operatorFields(graph: Graph, operator: Operator): Fields {
  switch (operator.kind) {
    case "linear": {
      const { rows, columns } = operator.weight;
      return {
        unit: { kind: "unit" },
        lanesIn: lanes(columns, "columns"),
        lanesOut: lanes(rows, "rows"),
        lanes: lanes(rows, "rows", "lanesOut"),
        multiplier,
        requantiser: multiplier,
        weights: constants,
        bias: constants,
        tokens: memory,
        slots: { kind: "choice", values: ["1", "2"] },
      };
    }
    case "attention": {
      const features = tensor(graph, operator.query).features / operator.heads;
      return {
        lanesScore: lanes(features, "features of a head"),
        lanesValue: lanes(features, "features of a head"),
        lanes: lanes(features, "features of a head", "lanesValue"),
        scoreMultiplier: multiplier,
        valueMultiplier: multiplier,
        requantiser: multiplier,
        normaliser: multiplier,
        keys: memory,
        values: memory,
        rows: memory,
        table: exponentials,
        queries: { kind: "count", least: 1 },
        windows: { kind: "choice", values: ["1", "2"] },
        keysAtOnce: lanes(tensor(graph, operator.key).tokens, "tokens of a window"),
        reciprocalDigits: { kind: "choice", values: ["1", "2"] },
      };
    }
    case "residual":
      return {
        lanes: lanes(tensor(graph, operator.output).features, "features"),
        multipliers: { kind: "multipliers", count: operator.addends.length },
      };
    case "pool":
      return { sums: { kind: "choice", values: ["distributed", "registers"] } };
    case "last":
      return { windows: { kind: "choice", values: ["1", "2"] } };
    default:
      return {};
  }
}

/** The fields of a matrix unit's plan that can be chosen. */
export function unitFields(graph: Graph): Fields {
  const { dModel, feedForward } = graph.architecture;
  const common = greatestDivisor(dModel, feedForward);
  const what = "features that d_model and the feed-forward width have in common";
  return {
    lanesIn: lanes(common, what),
    lanesOut: lanes(common, what),
    lanes: lanes(common, what, "lanesOut"),
    packedColumns: { kind: "count", least: 0, most: "lanesIn" },
    requantiser: multiplier,
    weights: constants,
    bias: constants,
    tokens: memory,
    ahead: { kind: "count", least: 1 },
  };
}

/** The queues of sums behind a unit. */
export const resultFields: Fields = queue;

export function queueTarget(layer: number, name: QueueName): string {
  return `layers.${layer}.queues.${name}`;
}

/** Everything with a name that each plan of the graph has: not the units, which only some have. */
export function targetsOf(graph: Graph): Target[] {
  const operators = graph.operators.map((operator) => ({
    name: operator.name,
    kind: operator.kind,
    fields: operatorFields(graph, operator),
  }));
  const queues = Array.from({ length: graph.architecture.layers }, (_, layer) =>
    queuesOfLayer(graph, layer).map((name) => ({ name: queueTarget(layer, name), kind: "queue", fields: queue })),
  ).flat();
  return [...operators, ...queues, { name: "history", kind: "history", fields: { style: memory } }];
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
