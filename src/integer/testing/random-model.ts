import { type Architecture, buildGraph, type Precision } from "../../model/index.js";
import { Random } from "../../numeric/random.js";
import { toIntegerModel } from "../conversion/index.js";
import type { IntegerModel } from "../model.js";
import { conversions } from "../signal.js";
import { randomQuantisedParameters } from "./calibration.js";

/**
 * A random integer-only model that is alive: on `randomWindows` every code tensor takes most of its codes and reaches both
 * clamps (`measureCoverage` tells). The same seed gives the same model on every machine.
 */
export function randomIntegerModel(architecture: Architecture, precision: Precision, seed: number): IntegerModel {
  const graph = buildGraph(architecture, precision);
  const quantised = randomQuantisedParameters(graph, seed);
  const window = quantised.activations.get(graph.input);
  const forecast = quantised.activations.get(graph.output);
  if (!window || !forecast) throw new Error("the ends of the graph have no quantisers");
  const random = new Random(seed, 3);
  const scaling = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      column: `${prefix}${index}`,
      mean: random.uniformBetween(-100, 100),
      deviation: random.uniformBetween(0.5, 50),
    }));
  const columns = { inputs: scaling("input", architecture.inputs), targets: scaling("target", architecture.targets) };
  return toIntegerModel(graph, quantised, conversions(graph, columns, window, forecast));
}
