import { buildGraph, type Graph } from "../../model/index.js";

/** A weight or hidden activation that a width is chosen for. */
export interface ChosenTensor {
  /** As `precision.overrides` names it. */
  readonly name: string;
  readonly kind: "weight" | "activation";
}

/** All of a graph, operator by operator: its weight, then what it makes. Window and forecast have widths of their own. */
export function chosenTensors(graph: Graph): readonly ChosenTensor[] {
  return graph.operators.flatMap((operator): ChosenTensor[] => {
    const weight = operator.kind === "linear" ? [{ name: operator.weight.name, kind: "weight" as const }] : [];
    const made = operator.output !== graph.output && graph.tensors.get(operator.output)?.kind === "code";
    return made ? [...weight, { name: operator.output, kind: "activation" }] : weight;
  });
}

/** The same network with all weights and hidden activations of `bits` bits, but for some. */
export function atWidths(graph: Graph, bits: number, but: Readonly<Record<string, number>> = {}): Graph {
  return buildGraph(graph.architecture, { ...graph.precision, weights: bits, activations: bits, overrides: but });
}
