import type { Graph } from "../../model/index.js";
import { type Wiring, wireNetwork } from "../network.js";
import type { Parameters } from "../parameters.js";
import type { Beat } from "../parts/beat.js";
import { indexBits } from "../parts/counter.js";
import type { Choices, QueuePlan } from "../plan.js";
import type { Technology } from "../technology.js";
import { Amounts } from "./amounts.js";

/**
 * What stands between the operators: forks, queues and gearboxes, as the network is wired; the ring of samples where there is one; and
 * the control of waking and sleeping.
 */
export function streamAmounts(
  graph: Graph,
  parameters: Parameters,
  choices: Pick<Choices, "queues" | "mode" | "history">,
  technology: Technology,
): Amounts {
  const amounts = new Amounts(technology);
  const { window } = graph.architecture;
  amounts.logic("design", 1, 1);
  amounts.counters("linear counters", window);
  if (choices.mode === "sample") {
    const samples = parameters.beats.get(graph.input);
    amounts.memory(window, samples ? samples.lanes * samples.type.width : 0, choices.history);
    amounts.logic("queue", 1, 1);
    amounts.logic("queue counters", 5 * indexBits(window), 4 * indexBits(window));
  }
  for (const stream of streamsOf(graph, parameters, choices)) stream.add(amounts, stream.beat);
  return amounts;
}

/** A fork, queue or gearbox between operators. */
export interface Stream {
  /** As it is wired ("embedded_waiting"). */
  readonly name: string;
  /** What passes it: the beats of a tensor, the very ones that its maker has in `Parameters.beats` but at the network's end. */
  readonly beat: Beat;
  /** For a queue, what its words are in. */
  readonly style: QueuePlan["style"] | null;
  /** Adds what it is made of where such beats pass it. */
  add(to: Amounts, beat: Beat, style?: QueuePlan["style"]): void;
}

/** All that stands between the operators, in the order in which the network is wired. */
export function streamsOf(graph: Graph, parameters: Parameters, choices: Pick<Choices, "queues">): Stream[] {
  const streams: Stream[] = [];
  const wiring: Wiring<null> = {
    operator: () => null,
    unit: ({ jobs }) => jobs.flatMap(({ tasks }) => tasks.map(() => null)),
    later: () => ({ stream: null, connect: () => undefined }),
    fork: (name, _, beat, count) => {
      const add = (to: Amounts) => to.logic("fork", count, 0);
      if (count > 1) streams.push({ name, beat, style: null, add });
      return Array.from({ length: count }, () => null);
    },
    queue: (name, _, beat, depth, planned) => {
      const add = (to: Amounts, { lanes, type }: Beat, style = planned) => to.queue(depth, lanes * type.width, style);
      streams.push({ name, beat, style: planned, add });
      return null;
    },
    lanes: (name, _, from, lanes) => {
      streams.push({ name, beat: from, style: null, add: (to, beat) => to.gearbox(beat, lanes) });
      return null;
    },
  };
  wireNetwork(graph, parameters, choices, null, wiring);
  return streams;
}
