import { type Graph, tensor } from "../../model/index.js";

/**
 * Least scale of a weight's row, as a share of the largest among its rows. A requantiser's multipliers have digits for the largest: one of a row far
 * below it keeps few of them, while the row's biases, in ever smaller steps, need ever more. A feature that the window hardly moves would so end
 * with a multiplier of 0 and biases of 20 bits. In the steps of the result, such a row is still rounded more finely than the largest.
 */
const LEAST_SHARE = 1 / 16;

/** Weights whose rows have such a least scale: those whose sums are requantised, where scales are free. */
export function flooredWeights(graph: Graph): ReadonlySet<string> {
  if (graph.precision.scales !== "free") return new Set();
  return new Set(
    graph.operators.flatMap((operator) =>
      operator.kind === "linear" && tensor(graph, operator.output).bits !== null ? [operator.weight.name] : [],
    ),
  );
}

/** Raises what is below the least scale to it, in place. */
export function raiseSmallScales(scales: Float32Array | Float64Array): void {
  let most = 0;
  for (const scale of scales) most = Math.max(most, scale);
  for (let row = 0; row < scales.length; row++) scales[row] = Math.max(scales[row] ?? 0, LEAST_SHARE * most);
}
