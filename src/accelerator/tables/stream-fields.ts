import { Amounts, type Stream, streamAmounts, streamsOf } from "../estimate/index.js";
import { type QueueName, queuedTensor, queueNames, queuesOfLayer } from "../layer-queues.js";
import { identifier } from "../network.js";
import type { Parameters } from "../parameters.js";
import type { Choices, Estimate } from "../plan.js";
import type { Technology } from "../technology.js";
import { type Memories, softStyle } from "./bare.js";
import { type CostField, estimated, nothing, plus, same } from "./cost-field.js";
import type { LocalOperators, Widths } from "./local-operators.js";

/** How `network.ts` labels the queues of a layer. */
const labels = {
  keys: "keys",
  tokens: "waiting",
  attention: "around",
  feedForward: "around",
} as const satisfies Record<QueueName, string>;

/**
 * Costs of what stands between the operators, by the tensor that passes it.
 *
 * @param parameters of `choices` at any widths
 */
export function streamFields(
  local: LocalOperators,
  parameters: Parameters,
  choices: Choices,
  technology: Technology,
  memories: Memories,
): CostField[] {
  const tensors = new Map([...parameters.beats].map(([name, beat]) => [beat, name]));
  // Sums of a unit that wait for a residual.
  const results = new Map([...parameters.beats.keys()].map((name) => [`${identifier(name)}_results`, name]));
  const byTensor = new Map<string, Stream[]>();
  let rest = estimated(streamAmounts(local.graph, parameters, choices, technology));
  for (const stream of streamsOf(local.graph, parameters, choices)) {
    const tensor = tensors.get(stream.beat) ?? results.get(stream.name);
    if (tensor === undefined || local.scopeOf(tensor).length === 0) continue;
    byTensor.set(tensor, [...(byTensor.get(tensor) ?? []), stream]);
    rest = plus(rest, costOf(stream, stream.beat, technology), -1);
  }
  const fields: CostField[] = [{ scope: [], options: [{ cost: () => rest, apply: same }] }];
  for (const [tensor, streams] of byTensor) {
    const scope = local.scopeOf(tensor);
    const key = (widths: Widths) => String(local.typeOf(tensor, widths).width);
    const at = (stream: Stream, widths: Widths, style?: Stream["style"]) =>
      costOf(stream, { ...stream.beat, type: local.typeOf(tensor, widths) }, technology, style);
    const cost = (widths: Widths) => streams.reduce((sum, stream) => plus(sum, at(stream, widths)), nothing);
    fields.push({ scope, key, options: [{ cost, apply: same }] });
    if (memories === "lut-only") continue;
    for (const stream of streams) {
      const queue = layerQueue(local, stream.name);
      if (stream.style !== softStyle(technology) || queue === null) continue;
      fields.push({
        scope,
        key,
        options: [
          { cost: () => nothing, apply: same },
          { cost: (widths) => plus(at(stream, widths, "block"), at(stream, widths), -1), apply: inBlock(queue) },
        ],
      });
    }
  }
  return fields;
}

function costOf(stream: Stream, beat: Stream["beat"], technology: Technology, style?: Stream["style"]): Estimate {
  const amounts = new Amounts(technology);
  stream.add(amounts, beat, style ?? undefined);
  return estimated(amounts);
}

interface Queue {
  readonly layer: number;
  readonly name: QueueName;
}

/** The queue of a layer that is wired under this label. */
function layerQueue({ graph }: LocalOperators, label: string): Queue | null {
  for (let layer = 0; layer < graph.architecture.layers; layer++) {
    for (const name of queueNames) {
      if (!queuesOfLayer(graph, layer).includes(name)) continue;
      if (`${identifier(queuedTensor(layer, name))}_${labels[name]}` === label) return { layer, name };
    }
  }
  return null;
}

function inBlock({ layer, name }: Queue): (to: Choices) => Choices {
  return (to) => ({
    ...to,
    queues: to.queues.map((queues, index) => {
      const queue = queues[name];
      return index === layer && queue ? { ...queues, [name]: { ...queue, style: "block" as const } } : queues;
    }),
  });
}
