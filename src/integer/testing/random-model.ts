import { type Architecture, buildGraph, type Precision } from "../../model/index.js";
import { Random } from "../../numeric/random.js";
import { toIntegerModel } from "../conversion/index.js";
import { measureCoverage, sleepingTensors } from "../coverage.js";
import type { IntegerModel } from "../model.js";
import { conversions } from "../signal.js";
import { randomQuantisedParameters } from "./calibration.js";
import { randomWindows } from "./windows.js";

/** Windows on which a random model is found alive or not. */
const probeWindows = 64;
const attempts = 24;

/**
 * A random integer-only model that is alive: on 64 `randomWindows` every code tensor takes at least half of its codes and
 * reaches both clamps (`measureCoverage` tells on your own windows). The same seed gives the same model on every machine.
 *
 * @throws Error where none of 24 random networks of this shape and precision is alive
 */
export function randomIntegerModel(architecture: Architecture, precision: Precision, seed: number): IntegerModel {
  const random = new Random(seed, 4);
  const windows = randomWindows({ architecture, precision }, probeWindows, random.uint32());
  let sleeping: string[] = [];
  for (let attempt = 0; attempt < attempts; attempt++) {
    const model = drawModel(architecture, precision, random);
    sleeping = sleepingTensors(measureCoverage(model, windows));
    if (sleeping.length === 0) return model;
  }
  throw new Error(`no random network of this shape is alive; the last one slept in ${sleeping.join(", ")}`);
}

/**
 * Of a few random models the one in which the fewest tensors sleep: for shapes and widths of which hardly any network is wholly alive.
 * The same seed gives the same model on every machine.
 */
export function liveliestIntegerModel(
  architecture: Architecture,
  precision: Precision,
  seed: number,
  tries = 2,
): IntegerModel {
  const random = new Random(seed, 5);
  const windows = randomWindows({ architecture, precision }, probeWindows / 4, random.uint32());
  let best: { readonly model: IntegerModel; readonly sleeping: number } | undefined;
  for (let attempt = 0; attempt < tries && best?.sleeping !== 0; attempt++) {
    const model = drawModel(architecture, precision, random);
    const sleeping = sleepingTensors(measureCoverage(model, windows)).length;
    if (best === undefined || sleeping < best.sleeping) best = { model, sleeping };
  }
  if (best === undefined) throw new RangeError("no tries");
  return best.model;
}

function drawModel(architecture: Architecture, precision: Precision, random: Random): IntegerModel {
  const graph = buildGraph(architecture, precision);
  const quantised = randomQuantisedParameters(graph, random.uint32());
  const window = quantised.activations.get(graph.input);
  const forecast = quantised.activations.get(graph.output);
  if (!window || !forecast) throw new Error("the ends of the graph have no quantisers");
  const scaling = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      column: `${prefix}${index}`,
      mean: random.uniformBetween(-100, 100),
      deviation: random.uniformBetween(0.5, 50),
    }));
  const columns = { inputs: scaling("input", architecture.inputs), targets: scaling("target", architecture.targets) };
  return toIntegerModel(graph, quantised, conversions(graph, columns, window, forecast));
}
