import type { Graph } from "./graph.js";
import { normParameters } from "./graph.js";

/** A named float parameter; `shape` as PyTorch would print it, data in row-major order. */
export interface Parameter {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** All parameters of a model by name. */
export type Parameters = ReadonlyMap<string, Parameter>;

/** Names and shapes of a graph's parameters, in graph order. Norms have PyTorch's four (weight, bias, running_mean, running_var). */
export function parameterShapes(graph: Graph): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  for (const operator of graph.operators) {
    if (operator.kind === "linear") {
      shapes.set(operator.weight.name, [operator.weight.rows, operator.weight.columns]);
      shapes.set(
        operator.bias.name,
        operator.bias.perToken ? [graph.architecture.window, operator.weight.rows] : [operator.weight.rows],
      );
    } else if (operator.kind === "residual" && operator.norm !== null) {
      for (const name of normParameters) shapes.set(`${operator.norm}.${name}`, [graph.architecture.dModel]);
    }
  }
  return shapes;
}

/** Float scale and integer zero point of one code tensor: value = scale * (q - zeroPoint). */
export interface TensorQuantiser {
  readonly scale: number;
  readonly zeroPoint: number;
}

/**
 * What quantisation-aware training ends with, and what the integer-only model is made from.
 * - `activations`: one quantiser per code tensor of the graph (window and forecast included), by tensor name.
 * - `scores`: by attention operator, the scale of its score codes (symmetric; value = scale * code).
 * - `weights`: by weight name, the scale of each row.
 * Batch normalisation is in evaluation mode: running mean and variance with epsilon `normEpsilon`.
 */
export interface QuantisedParameters {
  readonly parameters: Parameters;
  readonly activations: ReadonlyMap<string, TensorQuantiser>;
  readonly scores: ReadonlyMap<string, number>;
  readonly weights: ReadonlyMap<string, Float32Array>;
}

/** As PyTorch's BatchNorm1d. */
export const normEpsilon = 1e-5;
