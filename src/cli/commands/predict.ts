import { Command, Option } from "commander";
import type { Surroundings } from "../command-context.js";
import { addSettings, settingsGiven } from "../options.js";
import { addExamples, addOutputOptions, type GeneralOptions } from "./step-command.js";

/** The settings that may differ from those of the run: how this file is written, and what is done about its faults. */
const predictSettings = [
  "data",
  "timestampColumn",
  "dateOrder",
  "stepSeconds",
  "delimiter",
  "decimal",
  "header",
  "missingTokens",
  "missing",
  "gaps",
  "duplicates",
  "unsorted",
  "irregular",
  "infinite",
] as const;

export function predictCommand(surroundings: Surroundings): Command {
  const command = new Command("predict")
    .summary("forecasts of the integer-only model of a run for a new recording")
    .description(
      "Runs the integer-only model, bit for bit what the hardware computes, on every window of a new recording (also the " +
        "last ones, whose future is not recorded yet) and writes the forecasts as CSV, in the signal's unit. The file is " +
        "read and cleaned as that of the run was, where no option says otherwise.",
    );
  addSettings(command, predictSettings, {});
  command
    .addOption(new Option("--run <folder>", "the run whose model is used").helpGroup("The run:"))
    .addOption(new Option("--out <file>", "where the CSV goes (default: standard output)").helpGroup("Output:"));
  addOutputOptions(command);
  addExamples(command, [
    "gatecast predict --run runs/flow --data new.csv --out forecasts.csv",
    "gatecast predict --run runs/flow --data new.csv | tail -1      # the forecast after the last sample",
  ]);
  return command.action(async () => {
    const { predict } = await import("../predict.js");
    await predict(command.opts<GeneralOptions>(), settingsGiven(command, predictSettings), surroundings);
  });
}
