import {
  type Architecture,
  buildGraph,
  defineArchitecture,
  definePrecision,
  type Graph,
  type Precision,
} from "../../model/index.js";
import type { WindowShape } from "../../series/index.js";
import type { Configuration } from "../configuration.js";

/** The settings that, with the columns of the recording, make an architecture. */
export const architectureKeys = ["dModel", "heads", "layers", "feedForward", "folds"] as const;

/** The settings that say how wide all is, where widths are not chosen. */
export const precisionKeys = [
  "bits",
  "weightBits",
  "activationBits",
  "sampleBits",
  "forecastBits",
  "scales",
  "widths",
] as const;

/** The settings that, with the columns of the recording, make a network. */
export const networkKeys = [...architectureKeys, ...precisionKeys] as const;

type Settings<Keys extends readonly (keyof Configuration)[]> = Pick<Configuration, Keys[number]>;

/** A target that is also an input is forecast as the change from its last value. */
export function architectureOf(settings: Settings<typeof architectureKeys>, shape: WindowShape): Architecture {
  const { dModel, heads, layers, feedForward, folds } = settings;
  const columns = shape.targets.map((target) => shape.inputs.indexOf(target));
  return defineArchitecture({
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
}

export function precisionOf(settings: Settings<typeof precisionKeys>): Precision {
  const { bits, weightBits, activationBits, sampleBits, forecastBits, scales, widths } = settings;
  return definePrecision({
    bits,
    ...(weightBits === null ? {} : { weights: weightBits }),
    ...(activationBits === null ? {} : { activations: activationBits }),
    samples: sampleBits,
    forecast: forecastBits,
    overrides: widths,
    scales,
  });
}

/** The operator graph of a configuration whose widths are given. */
export function networkOf(settings: Settings<typeof networkKeys>, shape: WindowShape): Graph {
  return buildGraph(architectureOf(settings, shape), precisionOf(settings));
}
