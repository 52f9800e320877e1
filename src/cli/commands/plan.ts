import { Command, Option } from "commander";
import type { Surroundings } from "../command-context.js";
import { configurationSchema } from "../configuration.js";
import { addSettings, settingsGiven } from "../options.js";
import { untrainedKeys } from "../untrained-keys.js";
import { addExamples, addOutputOptions, type GeneralOptions } from "./step-command.js";

const settings = untrainedKeys.filter((key) => key !== "folds");

export function planCommand(surroundings: Surroundings): Command {
  const command = new Command("plan")
    .summary("what an accelerator would take, and what each fold would save; nothing is trained")
    .description(
      "Plans the accelerator of a network that nobody has trained yet, as it is and with what algebra can take out of it " +
        "(--folds of `gatecast run`): multiplications, cycles, and resources by estimate. Of the data only the numbers of " +
        "columns count: one target that is its own input, unless named.",
    );
  const { data: _data, target: _target, ...defaults } = configurationSchema.parse({ data: "-", target: "-" });
  addSettings(command, settings, defaults);
  command.addOption(
    new Option("--config <file>", "configuration file (default: gatecast.config.ts, if there)").helpGroup("The run:"),
  );
  addOutputOptions(command);
  addExamples(command, ["gatecast plan", "gatecast plan --d-model 32 --bits 6 --inputs a,b,c --target a"]);
  return command.action(async () => {
    const { plan } = await import("../plan.js");
    await plan(command.opts<GeneralOptions>(), settingsGiven(command, settings), surroundings);
  });
}
