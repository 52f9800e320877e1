import { Command, Option } from "commander";
import type { CalibrateOptions } from "../calibrate-power.js";
import type { Surroundings } from "../command-context.js";
import { addExamples } from "./step-command.js";

export function calibratePowerCommand(surroundings: Surroundings): Command {
  const command = new Command("calibrate-power")
    .summary("fits the power model to a bench, or to a report of Vivado or Radiant")
    .description(
      "Fits the energies of the power model, and static power, to what somebody has measured or a vendor's tool reports, by least " +
        "squares without negative numbers, and writes them to a file that `--power-calibration` of `estimate`, `run` and `report` takes. " +
        "A report is of the design of a run, whose simulated activity says what toggles; a table brings its own numbers " +
        "(docs/power.md has its columns).",
    )
    .addOption(new Option("--table <file>", "CSV of bench measurements").helpGroup("Measurements:"))
    .addOption(
      new Option("--report <file>", "text of Vivado's report_power, or of Radiant's Power Calculator").helpGroup(
        "Measurements:",
      ),
    )
    .addOption(new Option("--run <folder>", "the run whose design the report is of").helpGroup("Measurements:"))
    .addOption(
      new Option("--design <name>", "top of the report's design (default: the run's)").helpGroup("Measurements:"),
    )
    .addOption(
      new Option("--device <name>", "the device that a table is of (default: the run's, or xc7s15)").helpGroup(
        "Measurements:",
      ),
    )
    .addOption(
      new Option("--clock <MHz>", "clock of the report (default: the run's)")
        .argParser(Number)
        .helpGroup("Measurements:"),
    )
    .addOption(new Option("--out <file>", "where the calibration goes").default("power.json").helpGroup("Output:"))
    .addOption(new Option("--json", "the calibration as JSON on standard output, too").helpGroup("Output:"))
    .addHelpOption(new Option("-h, --help", "this text").helpGroup("Output:"));
  addExamples(command, [
    "gatecast calibrate-power --table bench.csv --device xc7s15 --out power.json",
    "gatecast calibrate-power --run runs/flow --report power.rpt --out power.json",
    "gatecast report --run runs/flow --power-calibration power.json",
  ]);
  return command.action(async () => {
    const { calibratePower } = await import("../calibrate-power.js");
    await calibratePower(command.opts<CalibrateOptions>(), surroundings);
  });
}
