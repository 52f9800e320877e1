import { GatecastError } from "../errors.js";
import { type IntegerModel, standInModel } from "../integer/index.js";
import type { Graph } from "../model/index.js";
import type { Surroundings } from "./command-context.js";
import type { GeneralOptions } from "./commands/step-command.js";
import { loadConfigFile } from "./config-file.js";
import type { Configuration } from "./configuration.js";
import { resolveConfiguration, type SettingsLayer } from "./resolve-configuration.js";
import { networkOf } from "./steps/network.js";

/** A configuration without data, and the network that it makes: of the data only the numbers of columns count. */
export interface Untrained {
  readonly configuration: Configuration;
  readonly graph: Graph;
  /** Stands in for a trained model. */
  readonly model: IntegerModel;
}

/** From the configuration file, if there is one, and the command line. */
export async function untrained(
  options: Pick<GeneralOptions, "config">,
  given: Readonly<Record<string, unknown>>,
  surroundings: Surroundings,
): Promise<Untrained> {
  const file = await loadConfigFile(options.config, surroundings.folder);
  const none: SettingsLayer = { source: "in no data", values: { data: "-", target: "target" } };
  const line: SettingsLayer = { source: "on the command line", values: given };
  const configuration = resolveConfiguration([none, ...(file ? [file] : []), line]);
  if (configuration.precision === "auto") {
    throw new GatecastError(
      "usage",
      'Widths are chosen for a trained network, and this command trains none: precision is "auto".',
      {
        remedy:
          "Take precision out of the configuration for this command and say which widths to look at (bits, widths).",
        where: { key: "precision" },
      },
    );
  }
  const { target, inputs, window, horizon } = configuration;
  const columns = inputs.length > 0 ? inputs : target;
  const graph = networkOf(configuration, { window, horizon, inputs: columns, targets: target });
  return { configuration, graph, model: standInModel(graph.architecture, graph.precision) };
}
