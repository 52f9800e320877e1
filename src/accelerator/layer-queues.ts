import type { Graph } from "../model/index.js";
import type { QueuePlan } from "./parts/queue.js";

/** The queues of one encoder layer; null: the layer has no such queue. */
export interface LayerQueues {
  /** Tokens on their way to the keys, where they are the keys themselves (the fold `query`). */
  readonly keys: QueuePlan | null;
  /** Tokens of the layer's input until all keys and values are there. */
  readonly tokens: QueuePlan;
  /** Tokens on the way through attention, for the first residual. */
  readonly attention: QueuePlan;
  /** Tokens on the way through the feed-forward part, for the second residual; none where that is folded into the head. */
  readonly feedForward: QueuePlan | null;
}

export type QueueName = keyof LayerQueues;

export const queueNames = ["keys", "tokens", "attention", "feedForward"] as const satisfies readonly QueueName[];

/** The queues that a layer has. */
export function queuesOfLayer(graph: Graph, layer: number): QueueName[] {
  const { folds, layers } = graph.architecture;
  return queueNames.filter((name) => {
    if (name === "keys") return folds.includes("query");
    return name !== "feedForward" || layer < layers - 1 || !folds.includes("tail");
  });
}

/** The tensor whose tokens wait in a queue. */
export function queuedTensor(layer: number, name: QueueName): string {
  if (name === "feedForward") return `layers.${layer}.norm1`;
  return layer === 0 ? "embedded" : `layers.${layer - 1}.norm2`;
}

/** The queues of a layer, each that it has made by `make`. */
export function makeQueues(graph: Graph, layer: number, make: (name: QueueName) => QueuePlan): LayerQueues {
  const has = queuesOfLayer(graph, layer);
  const perhaps = (name: QueueName) => (has.includes(name) ? make(name) : null);
  return {
    keys: perhaps("keys"),
    tokens: make("tokens"),
    attention: make("attention"),
    feedForward: perhaps("feedForward"),
  };
}

/** The same queues, each that there is changed by `change`. */
export function changeQueues(
  queues: LayerQueues,
  change: (queue: QueuePlan, name: QueueName) => QueuePlan,
): LayerQueues {
  const { keys, tokens, attention, feedForward } = queues;
  return {
    keys: keys && change(keys, "keys"),
    tokens: change(tokens, "tokens"),
    attention: change(attention, "attention"),
    feedForward: feedForward && change(feedForward, "feedForward"),
  };
}
