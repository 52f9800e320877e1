import { type ColumnScaling, conversions, type IntegerModel, toIntegerModel } from "../../src/integer/index.js";
import {
  type Architecture,
  buildGraph,
  defineArchitecture,
  definePrecision,
  type Graph,
  type QuantisedParameters,
} from "../../src/model/index.js";
import { scaleOf, type WindowSet } from "../../src/series/index.js";

/** Look-back window of every bench, as in the papers. */
export const WINDOW = 24;

/** The network the command line would build for these windows; with one layer and one head unless `more` says otherwise. */
export function networkFor(
  windows: WindowSet,
  dModel: number,
  bits: number,
  more: Partial<Pick<Architecture, "heads" | "layers">> = {},
): Graph {
  const columns = windows.targets.map((target) => windows.inputs.indexOf(target));
  const architecture = defineArchitecture({
    window: windows.window,
    horizon: windows.horizon,
    inputs: windows.inputs.length,
    targets: windows.targets.length,
    dModel,
    ...more,
    persistence: columns.includes(-1) ? null : columns,
  });
  return buildGraph(architecture, definePrecision({ bits }));
}

/** The integer-only model of what was trained on windows of this series. */
export function integerModelFor(graph: Graph, quantised: QuantisedParameters, windows: WindowSet): IntegerModel {
  const window = quantised.activations.get(graph.input);
  const forecast = quantised.activations.get(graph.output);
  if (window === undefined || forecast === undefined) throw new Error("window or forecast has no quantiser");
  const scaling = (names: readonly string[]): ColumnScaling[] =>
    names.map((column) => {
      const { offset, scale } = scaleOf(windows.scaler, column);
      return { column, mean: offset, deviation: scale };
    });
  const both = { inputs: scaling(windows.inputs), targets: scaling(windows.targets) };
  return toIntegerModel(graph, quantised, conversions(graph, both, window, forecast));
}
