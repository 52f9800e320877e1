import type { Command } from "commander";
import type { Surroundings } from "../command-context.js";
import { resultFiles } from "../results.js";
import { simulationText } from "../texts.js";
import { stepCommand } from "./step-command.js";

export function simulateCommand(surroundings: Surroundings): Command {
  return stepCommand(
    {
      name: "simulate",
      summary: "the accelerator on test windows, bit by bit against the integer model",
      description:
        "Simulates the accelerator cycle by cycle on real test windows and compares every output bit with the integer model, " +
        "in Gatecast's own simulator and, where GHDL is on the PATH, from the generated VHDL. Seeded faults show that the " +
        "comparison can fail. Writes simulation.json.",
      examples: ["gatecast simulate --run runs/flow", "gatecast simulate --run runs/flow --windows 1000 --ghdl yes"],
      steps: ["simulate"],
      settings: ["windows", "ghdl", "icarus"],
      startsRun: false,
      result: { step: "simulate", file: resultFiles.simulation },
      print: simulationText,
    },
    surroundings,
  );
}
