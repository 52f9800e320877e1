import type { Command } from "commander";
import type { Surroundings } from "../command-context.js";
import { resultFiles } from "../results.js";
import { evaluationText } from "../texts.js";
import { stepCommand } from "./step-command.js";

export function evaluateCommand(surroundings: Surroundings): Command {
  return stepCommand(
    {
      name: "evaluate",
      summary: "errors of the models of a run on its test windows, beside the baselines",
      description:
        "Measures float, fake-quantised and integer-only model, the integer model with its Transformer's branch zeroed, " +
        "persistence, seasonal naive and a linear model on identical test windows, in the signal's unit, and requires that " +
        "training's evaluation mode and the integer interpreter agree on every one of them. Writes evaluation.json.",
      examples: ["gatecast evaluate --run runs/flow", "gatecast evaluate --run runs/flow --json"],
      steps: ["evaluate"],
      settings: [],
      startsRun: false,
      result: { step: "evaluate", file: resultFiles.evaluation },
      print: evaluationText,
    },
    surroundings,
  );
}
