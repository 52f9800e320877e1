import { buildGraph, defineArchitecture, definePrecision, type Graph } from "../../model/index.js";
import type { WindowShape } from "../../series/index.js";
import type { Configuration } from "../configuration.js";

/** The settings that, with the columns of the recording, make a network. */
export const networkKeys = [
  "dModel",
  "heads",
  "layers",
  "feedForward",
  "folds",
  "bits",
  "weightBits",
  "activationBits",
  "sampleBits",
  "forecastBits",
  "scales",
] as const;

/** The operator graph of a configuration. A target that is also an input is forecast as the change from its last value. */
export function networkOf(settings: Pick<Configuration, (typeof networkKeys)[number]>, shape: WindowShape): Graph {
  const { dModel, heads, layers, feedForward, folds } = settings;
  const { bits, weightBits, activationBits, sampleBits, forecastBits, scales } = settings;
  const columns = shape.targets.map((target) => shape.inputs.indexOf(target));
  const architecture = defineArchitecture({
    window: shape.window,
    horizon: shape.horizon,
    inputs: shape.inputs.length,
    targets: shape.targets.length,
    dModel,
    heads,
    layers,
    folds,
    ...(feedForward === null ? {} : { feedForward }),
    persistence: columns.includes(-1) ? null : columns,
  });
  const precision = definePrecision({
    bits,
    ...(weightBits === null ? {} : { weights: weightBits }),
    ...(activationBits === null ? {} : { activations: activationBits }),
    samples: sampleBits,
    forecast: forecastBits,
    scales,
  });
  return buildGraph(architecture, precision);
}
