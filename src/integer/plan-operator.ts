import { codeRange, type Graph, type Operator, tensor } from "../model/index.js";
import type { IntegerOperator } from "./model.js";
import { type AttentionInternals, attentionInternals, planAttention } from "./operators/attention.js";
import { planLast } from "./operators/last.js";
import { planLinear } from "./operators/linear.js";
import { planPool } from "./operators/pool.js";
import { planResidual } from "./operators/residual.js";
import type { TensorData } from "./tensor.js";

/** The function of one operator on kept tensors. `internals`, where given, receives those of attention. */
export function planOperator(
  graph: Graph,
  operator: Operator,
  data: IntegerOperator,
  of: (name: string) => TensorData,
  internals?: Map<string, AttentionInternals>,
): () => void {
  const output = of(operator.output);
  if (operator.kind === "linear" && data.kind === "linear")
    return planLinear(operator, data, of(operator.input), output);
  if (operator.kind === "attention" && data.kind === "attention") {
    const { tokens, features } = tensor(graph, operator.query);
    const { query, key, value } = operator;
    const largest = {
      query: largestCode(graph, query),
      key: largestCode(graph, key),
      value: largestCode(graph, value),
    };
    const inputs = { features, query: of(query), key: of(key), value: of(value), largest };
    const room = internals && attentionInternals(operator, tokens, features);
    if (room) internals.set(operator.name, room);
    return planAttention(operator, data, inputs, output, room);
  }
  if (operator.kind === "residual" && data.kind === "residual") {
    return planResidual(data, operator.addends.map(of), output);
  }
  if (operator.kind === "pool") return planPool(of(operator.input), output);
  if (operator.kind === "last") {
    return planLast(operator, tensor(graph, operator.input).features, of(operator.input), output);
  }
  throw new Error(`the model's "${operator.name}" is a ${data.kind}, the graph's a ${operator.kind}`);
}

function largestCode(graph: Graph, name: string): number {
  const { bits, symmetric } = tensor(graph, name);
  return codeRange(bits ?? 8, symmetric).hi;
}
