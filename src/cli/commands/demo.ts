import type { Command } from "commander";
import type { Surroundings } from "../command-context.js";
import { builtinSeries } from "../configuration.js";
import { resultFiles } from "../results.js";
import { stepNames } from "../run-folder/manifest.js";
import { summaryText } from "../texts.js";
import { runSettings, stepCommand } from "./step-command.js";

export function demoCommand(surroundings: Surroundings): Command {
  return stepCommand(
    {
      name: "demo",
      summary: "the whole job on a built-in series; needs nothing but Node",
      description:
        "Does what `gatecast run` does on a built-in, seeded series that resembles 5-minute traffic counts over four weeks, " +
        "in a few minutes, and writes runs/demo.",
      examples: ["gatecast demo", "gatecast demo --seed 7 --bits 6 --out runs/demo-6-bits"],
      steps: stepNames,
      settings: runSettings.filter((key) => key !== "data" && key !== "target" && key !== "inputs"),
      startsRun: true,
      preset: {
        source: "in the demo",
        values: {
          data: builtinSeries,
          target: "flow",
          splitColumn: "split",
          out: "runs/demo",
        },
      },
      ignoresConfigFile: true,
      result: { step: "report", file: resultFiles.summary },
      print: summaryText,
    },
    surroundings,
  );
}
