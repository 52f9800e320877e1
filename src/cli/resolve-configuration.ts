import type { z } from "zod";
import { device } from "../accelerator/devices.js";
import { GatecastError } from "../errors.js";
import { type Architecture, defineArchitecture } from "../model/index.js";
import { nearestName } from "../series/nearest-name.js";
import { checkPrecision } from "./check-precision.js";
import { type Configuration, type ConfigurationKey, configurationKeys, configurationSchema } from "./configuration.js";

/** Settings from one place. Of several layers, later ones override earlier ones, key by key. */
export interface SettingsLayer {
  /** As it stands in an error: "in gatecast.config.ts", "on the command line", "in runs/pems/manifest.json". */
  readonly source: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Merges the layers and checks the result as a whole, so that every command and every source obeys the same rules.
 *
 * @throws GatecastError "usage" that names the key, its value, where it stands and what was expected; "model" where the
 *   settings are fine one by one but make no network (d_model not divisible by heads), or name a tensor it does not have; "usage" for an unknown device, or
 *   limits where nothing is chosen
 */
export function resolveConfiguration(layers: readonly SettingsLayer[]): Configuration {
  const merged: Record<string, unknown> = {};
  const sources = new Map<string, string>();
  for (const layer of layers) {
    for (const [key, value] of Object.entries(layer.values)) {
      if (value === undefined) continue;
      merged[key] = value;
      sources.set(key, layer.source);
    }
  }
  const result = configurationSchema.safeParse(merged);
  if (!result.success) throw configurationError(result.error, merged, sources);
  checkPrecision(result.data, architectureLike(result.data), sources, flagOf);
  device(result.data.device);
  return result.data;
}

/** An architecture of these dimensions, if they fit together; the model room knows how. Inputs that are not named are the targets themselves. */
function architectureLike(configuration: Configuration): Architecture {
  return defineArchitecture({
    ...architectureOptions(configuration),
    targets: configuration.target.length,
    inputs: Math.max(1, configuration.inputs.length || configuration.target.length),
    persistence: null,
  });
}

/** The part of an architecture that settings alone decide; targets, inputs and persistence follow from the data. */
export function architectureOptions(
  configuration: Pick<Configuration, "window" | "horizon" | "dModel" | "heads" | "layers" | "feedForward" | "folds">,
) {
  const { window, horizon, dModel, heads, layers, feedForward, folds } = configuration;
  return { window, horizon, dModel, heads, layers, folds, ...(feedForward === null ? {} : { feedForward }) };
}

function configurationError(
  error: z.ZodError,
  merged: Readonly<Record<string, unknown>>,
  sources: ReadonlyMap<string, string>,
): GatecastError {
  const [first] = error.issues;
  if (first === undefined) throw error;
  if (first.code === "unrecognized_keys" && first.path.length === 0) {
    const key = first.keys[0] ?? "";
    const near = nearestName(key, configurationKeys);
    return new GatecastError("usage", `There is no setting "${key}" (${sources.get(key)}).`, {
      remedy: `${near === undefined ? "" : `Did you mean "${near}"? `}The settings are ${configurationKeys.join(", ")}.`,
      where: { key },
    });
  }
  const key = String(first.path[0] ?? "");
  const expected = first.code === "unrecognized_keys" ? `no key "${first.keys.join(", ")}"` : first.message;
  if (!(key in merged)) {
    return new GatecastError("usage", `The setting "${key}" is not given; expected ${expected}.`, {
      remedy: `Give ${flagOf(key)} on the command line or "${key}" in gatecast.config.ts.`,
      where: { key },
    });
  }
  return new GatecastError("usage", `"${key}" is ${shown(merged[key])} (${sources.get(key)}); expected ${expected}.`, {
    remedy: `Change ${flagOf(key)} on the command line, or "${key}" in the configuration file.`,
    where: { key, value: shown(merged[key]) },
  });
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

/** The option of the command line that sets a key: dModel -> --d-model. */
export function flagOf(key: ConfigurationKey | string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
