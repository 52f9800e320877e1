import { Command, Option } from "commander";
import type { Surroundings } from "../command-context.js";
import { type ConfigurationKey, configurationKeys, configurationSchema } from "../configuration.js";
import { addSettings, settingsGiven } from "../options.js";
import type { StudyFormatsOptions } from "../study/study-formats.js";
import { addExamples } from "./step-command.js";

/** What formats decide themselves, what is done with generated hardware, and how long a battery lasts. */
const others: readonly ConfigurationKey[] = [
  ...(["bits", "weightBits", "activationBits", "widths", "scales", "precision", "out"] as const),
  ...(["windows", "ghdl", "icarus", "yosys", "tool", "route", "board"] as const),
  ...(["period", "battery", "batteryVolts", "sleepCurrent", "configurationEnergy", "configurationTime"] as const),
];
const settings = configurationKeys.filter((key) => !others.includes(key));

export function studyFormatsCommand(surroundings: Surroundings): Command {
  const command = new Command("formats")
    .summary("what each number format loses and costs on your data")
    .description(
      "Trains the network once in floating point and quantises it in many formats: uniform ones from W8A8 (8-bit weights and hidden " +
        "activations) down to ternary weights (2 bits: -1, 0 and 1), with free and with power-of-two scales, and the mixed one that " +
        "--precision auto would choose (by default the least energy that loses at most 1 % of RMSE). Of each: the integer-only model's error on " +
        "the test part, resources, latency and energy of its accelerator, in one table and one page with the front of error against cost " +
        "marked. Every finished format is kept: the same command goes on after an interruption.",
    );
  const { data: _data, target: _target, ...defaults } = configurationSchema.parse({ data: "-", target: "-" });
  command
    .addOption(
      new Option(
        "--formats <names>",
        'formats with commas, as W4A8 or "mixed" (default: W8A8,W6A6,W4A8,W4A4,W3A3,W2A8,W2A4,W2A2,mixed)',
      ).helpGroup("The study:"),
    )
    .addOption(
      new Option("--scales <kinds>", '"free", "power-of-two" or "both" (default: both)').helpGroup("The study:"),
    )
    .addOption(
      new Option("--out <folder>", "the study's folder (default: studies/NAME-OF-THE-DATA)").helpGroup("The study:"),
    )
    .addOption(
      new Option("--config <file>", "configuration file (default: gatecast.config.ts, if there)").helpGroup(
        "The study:",
      ),
    );
  addSettings(command, settings, defaults);
  command
    .addOption(new Option("--quiet", "no progress, only results and errors").helpGroup("Output:"))
    .addOption(
      new Option("--json [file]", "everything as JSON, into a file beside the text, or instead of it").helpGroup(
        "Output:",
      ),
    )
    .addHelpOption(new Option("-h, --help", "this text").helpGroup("Output:"));
  addExamples(command, [
    "gatecast study formats --data flow.csv --target flow --d-model 16",
    "gatecast study formats --data flow.csv --target flow --formats W8A8,W4A4,mixed --scales free --quantisation post-training",
  ]);
  return command.action(async () => {
    const { studyFormats } = await import("../study/study-formats.js");
    await studyFormats(command.opts<StudyFormatsOptions>(), settingsGiven(command, settings), surroundings);
  });
}
