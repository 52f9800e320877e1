import { type ColumnScaling, conversions, type IntegerModel, toIntegerModel } from "../../integer/index.js";
import type { Graph, QuantisedParameters } from "../../model/index.js";
import { type Scaler, scaleOf } from "../../series/index.js";
import type { PreparedData } from "../run-folder/prepared-data.js";

/** The integer-only model of trained parameters, with the conversions between the signals' units and codes. */
export function convert(
  graph: Graph,
  quantised: QuantisedParameters,
  { scaler, shape }: Pick<PreparedData, "scaler" | "shape">,
): IntegerModel {
  const window = quantised.activations.get(graph.input);
  const forecast = quantised.activations.get(graph.output);
  if (window === undefined || forecast === undefined) throw new Error("window or forecast has no quantiser");
  const scaling = { inputs: scalingOf(scaler, shape.inputs), targets: scalingOf(scaler, shape.targets) };
  return toIntegerModel(graph, quantised, conversions(graph, scaling, window, forecast));
}

function scalingOf(scaler: Scaler, names: readonly string[]): ColumnScaling[] {
  return names.map((column) => {
    const { offset, scale } = scaleOf(scaler, column);
    return { column, mean: offset, deviation: scale };
  });
}
