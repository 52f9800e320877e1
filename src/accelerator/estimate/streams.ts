import type { Graph } from "../../model/index.js";
import { type Wiring, wireNetwork } from "../network.js";
import type { Parameters } from "../parameters.js";
import { indexBits } from "../parts/counter.js";
import type { Choices } from "../plan.js";
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
  amounts.logic("linear counters", indexBits(window), indexBits(window));
  if (choices.mode === "sample") {
    const samples = parameters.beats.get(graph.input);
    amounts.memory(window, samples ? samples.lanes * samples.type.width : 0, choices.history);
    amounts.logic("queue", 1, 1);
    amounts.logic("queue counters", 5 * indexBits(window), 4 * indexBits(window));
  }
  const wiring: Wiring<null> = {
    operator: () => null,
    unit: ({ jobs }) => jobs.flatMap(({ tasks }) => tasks.map(() => null)),
    later: () => ({ stream: null, connect: () => undefined }),
    fork: (_, __, ___, count) => {
      if (count > 1) amounts.logic("fork", count, 0);
      return Array.from({ length: count }, () => null);
    },
    queue: (_, __, beat, depth, style) => {
      amounts.queue(depth, beat.lanes * beat.type.width, style);
      return null;
    },
    lanes: (_, __, from, lanes) => {
      amounts.gearbox(from, lanes);
      return null;
    },
  };
  wireNetwork(graph, parameters, choices, null, wiring);
  return amounts;
}
