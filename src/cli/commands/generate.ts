import type { Command } from "commander";
import type { Surroundings } from "../command-context.js";
import { resultFiles } from "../results.js";
import { hardwareText } from "../texts.js";
import { stepCommand } from "./step-command.js";

export function generateCommand(surroundings: Surroundings): Command {
  return stepCommand(
    {
      name: "generate",
      summary: "VHDL, Verilog and a test bench from the integer model",
      description:
        "Plans the accelerator for the device (lanes, memories) and writes into hardware/: VHDL-2008 and Verilog-2005, one " +
        "file per operator, the file list in compile order, an instantiation template, a test bench with real test windows " +
        "and what they must give, and how the signal's unit becomes codes. What is generated is yours.",
      examples: [
        "gatecast generate --run runs/flow",
        "gatecast generate --run runs/flow --device xc7s15 --mode sample",
        "gatecast generate --run runs/flow --goal area --plan 'layers.*.self_attn.keys=block,head.weights=block'",
      ],
      steps: ["generate"],
      settings: ["device", "clock", "mode", "goal", "plan"],
      startsRun: false,
      result: { step: "generate", file: resultFiles.hardware },
      print: hardwareText,
    },
    surroundings,
  );
}
