import type { Command } from "commander";
import type { Surroundings } from "../command-context.js";
import { powerKeys } from "../power-keys.js";
import { resultFiles } from "../results.js";
import { summaryText } from "../texts.js";
import { stepCommand } from "./step-command.js";

export function reportCommand(surroundings: Surroundings): Command {
  return stepCommand(
    {
      name: "report",
      summary: "report.html and summary.json of a run",
      description:
        "Gathers what the steps of a run have measured into one self-contained HTML file (report.html) and the figures that " +
        "other programs read (summary.json).",
      examples: ["gatecast report --run runs/flow", "gatecast report --run runs/flow --period 60 --battery 1000"],
      steps: ["report"],
      settings: powerKeys,
      startsRun: false,
      result: { step: "report", file: resultFiles.summary },
      print: summaryText,
    },
    surroundings,
  );
}
