import type { Command } from "commander";
import type { Surroundings } from "../command-context.js";
import { resultFiles } from "../results.js";
import { synthesisText } from "../texts.js";
import { stepCommand } from "./step-command.js";

export function synthesizeCommand(surroundings: Surroundings): Command {
  return stepCommand(
    {
      name: "synthesize",
      summary: "resources by Yosys against the device's budget, the netlist proven; place and route, and a bitstream",
      description:
        "Synthesises the Verilog with Yosys, counts what it takes against the device's budget, and simulates the netlist itself " +
        "on test windows against the integer model. Then places and routes it: for iCE40 with nextpnr, behind a serial line on a " +
        "board, with a bitstream; for the 7 series with Vivado (--tool vivado) or openXC7 (--tool openxc7), of which the scripts " +
        "are written in any case. Writes synthesis.json and implementation.json.",
      examples: [
        "gatecast synthesize --run runs/flow",
        "gatecast synthesize --run runs/flow --yosys native",
        "gatecast synthesize --run runs/flow --tool vivado --board arty-s7-25",
      ],
      steps: ["synthesize", "implement"],
      settings: ["yosys", "tool", "route", "board"],
      startsRun: false,
      result: {
        step: "synthesize",
        file: resultFiles.synthesis,
        more: { implementation: { step: "implement", file: resultFiles.implementation } },
      },
      print: synthesisText,
    },
    surroundings,
  );
}
