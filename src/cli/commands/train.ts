import type { Command } from "commander";
import type { Surroundings } from "../command-context.js";
import { resultFiles } from "../results.js";
import { trainingText } from "../texts.js";
import { runSettings, stepCommand } from "./step-command.js";

export function trainCommand(surroundings: Surroundings): Command {
  return stepCommand(
    {
      name: "train",
      summary: "a trained integer-only model from a recording",
      description:
        "Reads and cleans the recording, trains the network in floating point, then quantisation-aware, and turns it into an " +
        "integer-only model (integer-model.json). After each epoch a checkpoint is kept: Ctrl-C, then " +
        "`gatecast train --run FOLDER`, goes on from there and ends with the same bits as if it had not been interrupted.",
      examples: [
        "gatecast train --data flow.csv --target flow --out runs/flow",
        "gatecast train --data air.csv --target pm2.5 --inputs pm2.5,TEMP,PRES --missing interpolate:3 --gaps drop",
        "gatecast train --run runs/flow --epochs 80",
      ],
      steps: ["prepare", "train", "integer"],
      settings: runSettings,
      startsRun: true,
      result: { step: "train", file: resultFiles.training },
      print: trainingText,
    },
    surroundings,
  );
}
