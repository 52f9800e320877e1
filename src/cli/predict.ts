import { resolve } from "node:path";
import { GatecastError } from "../errors.js";
import { createInterpreter, decodeForecast, type IntegerModel, parseIntegerModel } from "../integer/index.js";
import { plural } from "../report/format.js";
import { prepareNewData, type Scaler } from "../series/index.js";
import { writeAtomic } from "../toolchain/files.js";
import type { Surroundings } from "./command-context.js";
import type { GeneralOptions } from "./commands/step-command.js";
import { isBuiltin } from "./configuration.js";
import { predictionsCsv } from "./predictions-csv.js";
import { createProgress } from "./progress.js";
import { resolveConfiguration } from "./resolve-configuration.js";
import { decodePrepared, preparedFiles } from "./run-folder/prepared-data.js";
import { RunFolder } from "./run-folder/run-folder.js";
import { requireEarlierSteps } from "./steps/freshness.js";
import { allSteps } from "./steps/index.js";
import { integerModelFile, readsIntegerModel } from "./steps/integer.js";
import { inPieces } from "./steps/patient.js";
import { readsPrepared } from "./steps/prepare.js";
import { readRecording, seriesOptions } from "./steps/recording.js";
import { encodeWindows } from "./steps/test-windows.js";

/**
 * Forecasts of a run's integer-only model for every window of a new recording, as CSV.
 *
 * @param given settings that differ from those of the run
 */
export async function predict(
  options: GeneralOptions,
  given: Readonly<Record<string, unknown>>,
  surroundings: Surroundings,
): Promise<void> {
  const progress = createProgress(surroundings.stderr, { quiet: options.quiet === true });
  const { model, scaler, configuration } = await loadModel(options, given, surroundings);
  const data = isBuiltin(configuration.data) ? configuration.data : resolve(surroundings.folder, configuration.data);
  const table = await readRecording(data, configuration.seed, configuration);
  const windows = prepareNewData(table, seriesOptions(configuration), scaler);
  const interpreter = createInterpreter(model);
  const codes = encodeWindows(model, windows);
  const forecasts = await inPieces(codes, windows.inputSize, (part) => interpreter.run(part), surroundings.signal);
  const csv = predictionsCsv(table, windows, decodeForecast(model, forecasts));
  if (options.out === undefined) surroundings.stdout.write(csv);
  else await writeAtomic(resolve(surroundings.folder, options.out), csv);
  progress.say(`${plural(windows.count, "forecast")}${options.out === undefined ? "" : ` written to ${options.out}`}`);
}

/** The model of the run named, its scaler, and the run's settings with those given now. */
async function loadModel(
  options: GeneralOptions,
  given: Readonly<Record<string, unknown>>,
  surroundings: Surroundings,
) {
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
    { source: "on the command line", values: given },
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
