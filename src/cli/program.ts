import { Command, CommanderError } from "commander";
import { GatecastError } from "../errors.js";
import type { Surroundings } from "./command-context.js";
import { calibratePowerCommand } from "./commands/calibrate-power.js";
import { demoCommand } from "./commands/demo.js";
import { estimateCommand } from "./commands/estimate.js";
import { evaluateCommand } from "./commands/evaluate.js";
import { generateCommand } from "./commands/generate.js";
import { planCommand } from "./commands/plan.js";
import { predictCommand } from "./commands/predict.js";
import { reportCommand } from "./commands/report.js";
import { runCommand } from "./commands/run.js";
import { simulateCommand } from "./commands/simulate.js";
import { studyCommand } from "./commands/study.js";
import { synthesizeCommand } from "./commands/synthesize.js";
import { trainCommand } from "./commands/train.js";
import { reportError } from "./errors.js";
import { gatecastVersion } from "./version.js";

/**
 * The command line: does what `args` (without node and script) say and returns the exit code. Nothing is thrown; what
 * goes wrong is told on `surroundings.stderr`.
 */
export async function runCommandLine(args: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    await createProgram(surroundings).parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // help or version was asked for and shown
    const { text, exitCode } = reportError(asUsageError(error), { json: args.includes("--json") });
    surroundings.stderr.write(`${text}\n`);
    return exitCode;
  }
}

/** What commander finds wrong with the command line is told as every other mistake is. */
function asUsageError(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error;
  const [first = "", hint] = error.message.replace(/^error: /, "").split("\n");
  return new GatecastError("usage", `${first.charAt(0).toUpperCase()}${first.slice(1)}.`, {
    remedy: `${hint === undefined ? "" : `${hint.replace(/^\(|\)$/g, "")} `}\`gatecast COMMAND --help\` shows the options of a command.`,
    cause: error,
  });
}

function createProgram(surroundings: Surroundings): Command {
  const program = new Command("gatecast")
    .description(
      "Turns a recorded time series into an integer-only quantised Transformer for a small FPGA: data in, VHDL out,\n" +
        "every figure on the way measured.",
    )
    .version(gatecastVersion, "-V, --version", "the version of Gatecast")
    .helpOption("-h, --help", "this text")
    .helpCommand(false)
    .addHelpText(
      "after",
      `
Start here:
  $ gatecast demo                                           # the whole job on a built-in series
  $ gatecast run --data flow.csv --target flow              # the whole job on yours, into runs/flow
  $ gatecast predict --run runs/flow --data new.csv         # forecasts of the integer-only model

A run is a folder. Steps whose inputs have not changed are not done again, Ctrl-C leaves a run that can go on, and
options may stand in a gatecast.config.ts instead of on the command line.

Exit codes: 0 done, 2 usage, 3 data, 4 model, 5 training, 6 run folder, 7 hardware, 8 external tool, 9 verification
(two things that must be equal are not), 10 system (disk, permissions), 70 a bug of Gatecast, 130 interrupted.`,
    );
  program.commandsGroup("The whole job:");
  program.addCommand(runCommand(surroundings));
  program.addCommand(demoCommand(surroundings));
  program.commandsGroup("Its steps, each on a run folder:");
  program.addCommand(trainCommand(surroundings));
  program.addCommand(evaluateCommand(surroundings));
  program.addCommand(generateCommand(surroundings));
  program.addCommand(simulateCommand(surroundings));
  program.addCommand(synthesizeCommand(surroundings));
  program.addCommand(reportCommand(surroundings));
  program.commandsGroup("Before a training:");
  program.addCommand(estimateCommand(surroundings));
  program.addCommand(planCommand(surroundings));
  program.commandsGroup("Many trainings:");
  program.addCommand(studyCommand(surroundings));
  program.commandsGroup("With a measurement, or the report of a vendor's tool:");
  program.addCommand(calibratePowerCommand(surroundings));
  program.commandsGroup("Use of a model:");
  program.addCommand(predictCommand(surroundings));
  for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => surroundings.stdout.write(text),
      writeErr: () => undefined, // what is wrong is told once, by runCommandLine
      getOutHelpWidth: () => surroundings.stdout.columns ?? 110,
    });
    command.configureHelp({ sortOptions: false, sortSubcommands: false });
  }
  return program;
}
