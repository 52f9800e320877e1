import { GatecastError } from "../errors.js";
import { type Architecture, buildGraph } from "../model/index.js";
import { type Configuration, type ConfigurationKey, configurationSchema } from "./configuration.js";
import { precisionOf } from "./steps/network.js";

/** Settings that only mean something where the precision is chosen; null: not given. */
const ofChoice = ["maxLatency", "maxEnergy", "maxRmseLoss", "objective", "sensitivity", "trainings", "effort"] as const;
/** Settings that say what is otherwise chosen. */
const ofUniform = ["bits", "weightBits", "activationBits"] as const;

/**
 * Looks at how the settings of the precision go together, and at the names of tensors whose widths are given.
 *
 * @param sources where each setting that was given stands
 * @param flagOf the option of a setting
 * @throws GatecastError "usage" for limits without a choice, or widths given for what is chosen; "model" for a name the network does not have
 */
export function checkPrecision(
  configuration: Configuration,
  architecture: Architecture,
  sources: ReadonlyMap<string, string>,
  flagOf: (key: ConfigurationKey) => string,
): void {
  const place = (key: string) => sources.get(key) ?? "by default";
  if (configuration.precision === "uniform") {
    const key = ofChoice.find((name) => configuration[name] !== null);
    if (key !== undefined) {
      throw new GatecastError(
        "usage",
        `"${key}" is ${JSON.stringify(configuration[key])} (${place(key)}), but "precision" is "uniform" (${place("precision")}), which chooses nothing.`,
        {
          remedy: `Give --precision auto to have widths, lanes and memories chosen within the limits, or leave ${flagOf(key)} out.`,
          where: { key },
        },
      );
    }
  } else {
    const usual = configurationSchema.shape;
    const key = ofUniform.find((name) => configuration[name] !== usual[name].parse(undefined));
    if (key !== undefined) {
      throw new GatecastError(
        "usage",
        `"${key}" is ${configuration[key]} (${place(key)}), but "precision" is "auto" (${place("precision")}), which chooses the widths.`,
        {
          remedy: `Leave ${flagOf(key)} out; --widths NAME=BITS,... fixes the widths of single tensors.`,
          where: { key },
        },
      );
    }
  }
  checkNames(configuration, architecture, place("widths"));
}

/** The graph knows the names. */
function checkNames(configuration: Configuration, architecture: Architecture, place: string): void {
  try {
    buildGraph(architecture, precisionOf(configuration));
  } catch (error) {
    const name = error instanceof GatecastError ? String(error.where.key) : "";
    if (!(error instanceof GatecastError) || !(name in configuration.widths)) throw error;
    throw new GatecastError("model", `"widths" names "${name}" (${place}), which this network does not have.`, {
      remedy: error.remedy,
      where: { key: "widths", tensor: name },
      cause: error,
    });
  }
}
