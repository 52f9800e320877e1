import { Command, Option } from "commander";
import type { Surroundings } from "../command-context.js";
import { type ConfigurationKey, configurationSchema } from "../configuration.js";
import type { EstimateOptions } from "../estimate.js";
import { addSettings, settingsGiven } from "../options.js";
import { powerKeys } from "../power-keys.js";
import { untrainedKeys } from "../untrained-keys.js";
import { addExamples } from "./step-command.js";

const settings = [...untrainedKeys, "plan", ...powerKeys] as const satisfies readonly ConfigurationKey[];

export function estimateCommand(surroundings: Surroundings): Command {
  const command = new Command("estimate")
    .summary("resources, cycles, power and battery life of one network; nothing is trained")
    .description(
      "Plans the accelerator of a network that nobody has trained yet and tells all that is known of it: look-up tables, " +
        "flip-flops, multiplier and memory blocks by operator, cycles, latency, static and dynamic power, energy of an inference, " +
        "and for a period and a battery how long it lasts, and whether the device had better wait or be switched off between " +
        "two inferences. `gatecast plan` compares folds of the network; this tells one in full. Of the data only the numbers " +
        "of columns count: one target that is its own input, unless named.",
    );
  const { data: _data, target: _target, ...defaults } = configurationSchema.parse({ data: "-", target: "-" });
  addSettings(command, settings, defaults);
  command
    .addOption(
      new Option("--config <file>", "configuration file (default: gatecast.config.ts, if there)").helpGroup("The run:"),
    )
    .addOption(
      new Option("--json [file]", "everything as JSON, into a file beside the text, or instead of it").helpGroup(
        "Output:",
      ),
    )
    .addHelpOption(new Option("-h, --help", "this text").helpGroup("Output:"));
  addExamples(command, [
    "gatecast estimate --d-model 32 --folds value,query,tail",
    "gatecast estimate --period 60 --battery 1000 --battery-volts 3.6 --sleep-current 2",
    "gatecast estimate --device ice40up5k --d-model 8 --json estimate.json",
  ]);
  return command.action(async () => {
    const { estimate } = await import("../estimate.js");
    await estimate(command.opts<EstimateOptions>(), settingsGiven(command, settings), surroundings);
  });
}
