import { shiftedRowScales, shiftedScoreScale } from "../../integer/index.js";
import { type Graph, multiplierBits, tensor } from "../../model/index.js";

/**
 * What power-of-two scales ask of an engine's quantisers (docs/training.md): each requantiser's factor is a power of two, and it is the scale of
 * the weight's row, or of the scores, that gives way. Everything is empty where scales are free.
 */
export interface ShiftConstraints {
  /** By weight: from the scales its rows should have to those they may have beside the present scales of input and output. */
  readonly rows: ReadonlyMap<string, (wanted: ArrayLike<number>) => Float32Array>;
  /** By attention operator: the same for the scale of its scores. */
  readonly scores: ReadonlyMap<string, (wanted: number) => number>;
  /** Tensors (and scores) whose scale cannot move without another scale's moving. */
  readonly scales: ReadonlySet<string>;
}

/** The constraints of a graph. `scaleOf`: the present scale of a tensor, asked whenever a constraint is. */
export function shiftConstraints(graph: Graph, scaleOf: (tensor: string) => number): ShiftConstraints {
  const rows = new Map<string, (wanted: ArrayLike<number>) => Float32Array>();
  const scores = new Map<string, (wanted: number) => number>();
  const scales = new Set<string>();
  if (graph.precision.scales === "free") return { rows, scores, scales };
  for (const operator of graph.operators) {
    if (operator.kind === "linear") {
      const { bits } = tensor(graph, operator.output);
      if (bits === null) continue; // its sums are requantised by nobody
      const { input, output } = operator;
      scales.add(input).add(output);
      rows.set(operator.weight.name, (wanted) =>
        shiftedRowScales(wanted, scaleOf(input), scaleOf(output), multiplierBits(bits)),
      );
    } else if (operator.kind === "attention") {
      const { query, key } = operator;
      const share = Math.sqrt(tensor(graph, query).features / operator.heads);
      scales.add(query).add(key).add(operator.name);
      scores.set(operator.name, (wanted) =>
        shiftedScoreScale(wanted, (scaleOf(query) * scaleOf(key)) / share, multiplierBits(operator.scoreBits)),
      );
    }
  }
  return { rows, scores, scales };
}
