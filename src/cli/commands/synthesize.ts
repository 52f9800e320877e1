import type { Command } from "commander";
import type { Surroundings } from "../command-context.js";
import { resultFiles } from "../results.js";
import { synthesisText } from "../texts.js";
import { stepCommand } from "./step-command.js";

export function synthesizeCommand(surroundings: Surroundings): Command {
  return stepCommand(
    {
      name: "synthesize",
      summary: "resources by Yosys against the device's budget, and the netlist proven",
      description:
        "Synthesises the Verilog with Yosys, counts LUTs, flip-flops, DSPs and block memories against the device's budget, " +
        "and simulates the netlist itself on test windows against the integer model. Writes synthesis.json.",
      examples: ["gatecast synthesize --run runs/flow", "gatecast synthesize --run runs/flow --yosys native"],
      steps: ["synthesize"],
      settings: ["yosys"],
      startsRun: false,
      result: { step: "synthesize", file: resultFiles.synthesis },
      print: synthesisText,
    },
    surroundings,
  );
}
