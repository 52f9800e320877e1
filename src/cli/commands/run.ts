import type { Command } from "commander";
import type { Surroundings } from "../command-context.js";
import { resultFiles } from "../results.js";
import { stepNames } from "../run-folder/manifest.js";
import { summaryText } from "../texts.js";
import { runSettings, stepCommand } from "./step-command.js";

export function runCommand(surroundings: Surroundings): Command {
  return stepCommand(
    {
      name: "run",
      summary: "the whole job: from a recording to proven, synthesised VHDL and a report",
      description:
        "Trains a Transformer on a recording, first in floating point and then quantisation-aware, turns it into an " +
        "integer-only model, writes the accelerator as VHDL and Verilog, simulates it on windows of the test part against " +
        "the model, synthesises it, and writes summary.json and report.html. What is already done in the folder and " +
        "whose inputs have not changed is not done again; Ctrl-C leaves a run that goes on with --run.",
      examples: [
        "gatecast run --data flow.csv --target flow --window 24 --d-model 16 --bits 4 --device xc7s15 --out runs/flow",
        "gatecast run --run runs/flow --bits 3        # the same again with narrower weights and activations",
        "gatecast run                                 # with the settings of gatecast.config.ts",
      ],
      steps: stepNames,
      settings: runSettings,
      startsRun: true,
      result: { step: "report", file: resultFiles.summary },
      print: summaryText,
    },
    surroundings,
  );
}
