import { resolve } from "node:path";
import { Command, Option } from "commander";
import { GatecastError } from "../../errors.js";
import { createInterpreter, decodeForecast, type IntegerModel, parseIntegerModel } from "../../integer/index.js";
import { plural } from "../../report/format.js";
import { prepareNewData, type Scaler } from "../../series/index.js";
import { writeAtomic } from "../../toolchain/files.js";
import type { Surroundings } from "../command-context.js";
import { isBuiltin } from "../configuration.js";
import { addSettings, settingsGiven } from "../options.js";
import { predictionsCsv } from "../predictions-csv.js";
import { createProgress } from "../progress.js";
import { resolveConfiguration } from "../resolve-configuration.js";
import { decodePrepared, preparedFiles } from "../run-folder/prepared-data.js";
import { RunFolder } from "../run-folder/run-folder.js";
import { requireEarlierSteps } from "../steps/freshness.js";
import { allSteps } from "../steps/index.js";
import { integerModelFile, readsIntegerModel } from "../steps/integer.js";
import { inPieces } from "../steps/patient.js";
import { readsPrepared } from "../steps/prepare.js";
import { readRecording, seriesOptions } from "../steps/recording.js";
import { encodeWindows } from "../steps/test-windows.js";
import { addExamples, addOutputOptions, type GeneralOptions } from "./step-command.js";

/** The settings that may differ from those of the run: how this file is written, and what is done about its faults. */
const settings = [
  "data",
  "timestampColumn",
  "dateOrder",
  "stepSeconds",
  "delimiter",
  "decimal",
  "header",
  "missingTokens",
  "missing",
  "gaps",
  "duplicates",
  "unsorted",
  "irregular",
  "infinite",
] as const;

export function predictCommand(surroundings: Surroundings): Command {
  const command = new Command("predict")
    .summary("forecasts of the integer-only model of a run for a new recording")
    .description(
      "Runs the integer-only model, bit for bit what the hardware computes, on every window of a new recording (also the " +
        "last ones, whose future is not recorded yet) and writes the forecasts as CSV, in the signal's unit. The file is " +
        "read and cleaned as that of the run was, where no option says otherwise.",
    );
  addSettings(command, settings, {});
  command
    .addOption(new Option("--run <folder>", "the run whose model is used").helpGroup("The run:"))
    .addOption(new Option("--out <file>", "where the CSV goes (default: standard output)").helpGroup("Output:"));
  addOutputOptions(command);
  addExamples(command, [
    "gatecast predict --run runs/flow --data new.csv --out forecasts.csv",
    "gatecast predict --run runs/flow --data new.csv | tail -1      # the forecast after the last sample",
  ]);
  return command.action(async () => {
    const options = command.opts<GeneralOptions>();
    const progress = createProgress(surroundings.stderr, { quiet: options.quiet === true });
    const { model, scaler, configuration } = await loadModel(command, surroundings);
    const data = isBuiltin(configuration.data) ? configuration.data : resolve(surroundings.folder, configuration.data);
    const table = await readRecording(data, configuration.seed, configuration);
    const windows = prepareNewData(table, seriesOptions(configuration), scaler);
    const interpreter = createInterpreter(model);
    const codes = encodeWindows(model, windows);
    const forecasts = await inPieces(codes, windows.inputSize, (part) => interpreter.run(part), surroundings.signal);
    const csv = predictionsCsv(table, windows, decodeForecast(model, forecasts));
    if (options.out === undefined) surroundings.stdout.write(csv);
    else await writeAtomic(resolve(surroundings.folder, options.out), csv);
    progress.say(
      `${plural(windows.count, "forecast")}${options.out === undefined ? "" : ` written to ${options.out}`}`,
    );
  });
}

/** The model of the run named, its scaler, and the run's settings with those given now. */
async function loadModel(command: Command, surroundings: Surroundings) {
  const options = command.opts<GeneralOptions>();
  if (options.run === undefined) {
    throw new GatecastError("usage", "`gatecast predict` does not know which run is meant.", {
      remedy: "Name its folder: gatecast predict --run runs/NAME --data new.csv",
    });
  }
  const run = await RunFolder.openToRead(resolve(surroundings.folder, options.run));
  await requireEarlierSteps({ name: "predict", reads: { ...readsPrepared, ...readsIntegerModel } }, allSteps, run);
  const { data: _data, ...remembered } = run.configuration;
  const configuration = resolveConfiguration([
    { source: `in ${run.path}`, values: remembered },
    { source: "on the command line", values: settingsGiven(command, settings) },
  ]);
  const text = async (step: "prepare" | "integer", file: string) =>
    new TextDecoder().decode(await run.read(step, file));
  const model: IntegerModel = parseIntegerModel(await text("integer", integerModelFile), integerModelFile);
  const prepared = decodePrepared(
    await text("prepare", preparedFiles.description),
    await run.read("prepare", preparedFiles.arrays),
  );
  const scaler: Scaler = prepared.scaler;
  return { model, scaler, configuration };
}
