import { basename, join, resolve } from "node:path";
import { device, type Plan, planAccelerator } from "../../accelerator/index.js";
import { GatecastError } from "../../errors.js";
import { createInterpreter, decodeForecast, type IntegerModel } from "../../integer/index.js";
import { buildGraph, definePrecision, type Graph, type ScaleKind, unfoldedGraph } from "../../model/index.js";
import {
  type FormatResult,
  type FormatsStudy,
  formatsText,
  renderFormatsPage,
  type StudiedFormat,
  withFronts,
} from "../../report/index.js";
import { fitLinear, forecastErrors, persistence, predictLinear, prepareSeries } from "../../series/index.js";
import { contentHash, ensureWritableFolder, writeAtomic } from "../../toolchain/files.js";
import { forward } from "../../training/index.js";
import type { Surroundings } from "../command-context.js";
import { loadConfigFile } from "../config-file.js";
import { type Configuration, isBuiltin } from "../configuration.js";
import { Interrupted } from "../errors.js";
import { createProgress, type Progress } from "../progress.js";
import { resolveConfiguration, type SettingsLayer } from "../resolve-configuration.js";
import { lockFolder } from "../run-folder/lock.js";
import { encodePrepared, type PreparedData } from "../run-folder/prepared-data.js";
import { checkpointFolder } from "../steps/checkpoint.js";
import { convert } from "../steps/convert.js";
import { clockOf } from "../steps/hardware.js";
import { architectureOf } from "../steps/network.js";
import { inPieces } from "../steps/patient.js";
import { readRecording, seriesOptions } from "../steps/recording.js";
import { encodeWindows } from "../steps/test-windows.js";
import { chooseAndTrain } from "../training/automatic.js";
import { figuresOf } from "../training/chooser.js";
import { EpochLog } from "../training/epoch-log.js";
import { folderScratch } from "../training/folder-scratch.js";
import { KeptTrainings } from "../training/kept-trainings.js";
import { type TrainedFloat, Trainer, type Workplace } from "../training/trainer.js";
import { microjoulesOf } from "../training/verify.js";
import { gatecastVersion } from "../version.js";
import { type Format, formatTitle, parseFormat, parseScales, unavailableFormats, usualFormats } from "./formats.js";

export interface StudyFormatsOptions {
  readonly formats?: string;
  readonly scales?: string;
  readonly out?: string;
  readonly config?: string;
  readonly quiet?: true;
  /** true: on standard output; else the file. */
  readonly json?: true | string;
}

/** What the page and the figures are called in the study's folder. */
export const studyFiles = { json: "formats.json", page: "formats.html" } as const;

/** Trains one float model and quantises it in many formats: error, resources, latency and energy of each. */
export async function studyFormats(
  options: StudyFormatsOptions,
  given: Readonly<Record<string, unknown>>,
  surroundings: Surroundings,
): Promise<void> {
  const formats = (options.formats?.split(",").map((name) => name.trim()) ?? usualFormats).map(parseFormat);
  const kinds = parseScales(options.scales ?? "both");
  const configuration = await settingsOf(options, given, surroundings);
  const folder = await ensureWritableFolder(
    resolve(surroundings.folder, options.out ?? `studies/${nameOf(configuration.data)}`),
  );
  const release = lockFolder(folder);
  const { signal } = surroundings;
  const progress = createProgress(surroundings.stderr, { quiet: options.quiet === true, signal });
  try {
    const study = await new Study(configuration, folder, progress, signal).formats(formats, kinds);
    const json = `${JSON.stringify(study, undefined, 2)}\n`;
    await writeAtomic(join(folder, studyFiles.json), json);
    await writeAtomic(join(folder, studyFiles.page), renderFormatsPage(study));
    if (typeof options.json === "string") await writeAtomic(resolve(surroundings.folder, options.json), json);
    const text = `${formatsText(study)}\n\nChart: ${join(folder, studyFiles.page)}\n`;
    surroundings.stdout.write(options.json === true ? json : text);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Interrupted("Interrupted. Every finished format is kept; the same command goes on from there.");
  } finally {
    progress.close();
    release();
  }
}

/** The settings of one study: the widths are the formats' own. */
async function settingsOf(
  options: StudyFormatsOptions,
  given: Readonly<Record<string, unknown>>,
  surroundings: Surroundings,
): Promise<Configuration> {
  const file = await loadConfigFile(options.config, surroundings.folder);
  const own: SettingsLayer = {
    source: "in a study of formats",
    values: { precision: "auto", bits: 4, weightBits: null, activationBits: null, widths: {}, out: null },
  };
  const line: SettingsLayer = { source: "on the command line", values: given };
  const configuration = resolveConfiguration([...(file ? [file] : []), own, line]);
  const { data, from, powerCalibration, objective, maxRmseLoss, maxLatency, maxEnergy } = configuration;
  const unlimited = [objective, maxRmseLoss, maxLatency, maxEnergy].every((value) => value === null);
  const path = (name: string) => resolve(surroundings.folder, name);
  return {
    ...configuration,
    data: isBuiltin(data) ? data : path(data),
    from: from === null ? null : path(from),
    powerCalibration: powerCalibration === null ? null : path(powerCalibration),
    // The mixed choice: the least energy that loses no more than this, where nothing else is asked for.
    maxRmseLoss: unlimited ? "1%" : maxRmseLoss,
  };
}

function nameOf(data: string): string {
  return isBuiltin(data) ? data.slice("builtin:".length) : basename(data).replace(/\.\w+$/, "");
}

type Unmarked = Omit<StudiedFormat, "result"> & { readonly result: Omit<FormatResult, "front"> | null };

class Study {
  private readonly log: EpochLog;

  constructor(
    private readonly settings: Configuration,
    private readonly folder: string,
    private readonly progress: Progress,
    private readonly signal: AbortSignal,
  ) {
    this.log = new EpochLog(folderScratch(folder), "training.jsonl");
  }

  async formats(formats: readonly Format[], kinds: readonly ScaleKind[]): Promise<FormatsStudy> {
    const { settings, progress } = this;
    const table = await readRecording(settings.data, settings.seed, settings);
    const data = prepareSeries(table, seriesOptions(settings));
    for (const { message } of data.findings) progress.say(`${" ".repeat(12)}${message}`);
    const { description, arrays } = encodePrepared(data);
    const dataHash = contentHash([contentHash(description), contentHash(arrays)].join());
    const place: Workplace = {
      scratch: folderScratch(this.folder),
      inputsHash: contentHash(JSON.stringify([gatecastVersion, dataHash, { ...settings, threads: null }])),
      folder: this.folder,
      progress,
      signal: this.signal,
    };
    await forgetOthers(place);
    const trainer = new Trainer(place, settings, data, this.log);
    const kept = new KeptTrainings({ place, settings, dataHash });
    const architecture = architectureOf(settings, data.shape);
    const unfolded = unfoldedGraph(buildGraph(architecture, definePrecision()));
    const float = await kept.float(unfolded, () => trainer.float(unfolded));
    const references = {
      float: forecastErrors(data.test, data.test.unscale(forward(unfolded, float.parameters, data.test))).rmse,
      linear: forecastErrors(data.test, predictLinear(fitLinear(data.train, data.validation), data.test)).rmse,
      persistence: forecastErrors(data.test, persistence(data.test)).rmse,
    };
    const bench = { place, trainer, kept, data, float, references };
    const rows: Unmarked[] = [];
    const all = kinds.flatMap((scales) => formats.map((format) => ({ format, scales })));
    const task = progress.start("formats");
    for (const { format, scales } of all) {
      const title = formatTitle(format, scales);
      task.update(rows.length / all.length, `${rows.length} of ${all.length} done; ${title}`);
      progress.say(`${"formats".padEnd(11)} ${rows.length + 1} of ${all.length}: ${title}`);
      rows.push({ name: format.name, title, scales, ...(await this.one(format, scales, bench)) });
    }
    task.end();
    await place.scratch.remove(checkpointFolder);
    const { dModel, window, heads, layers, folds } = architecture;
    return {
      data: table.source,
      targets: data.shape.targets,
      network: `d_model ${dModel}, window ${window}, ${heads} ${heads === 1 ? "head" : "heads"}, ${layers} ${layers === 1 ? "layer" : "layers"}${folds.length > 0 ? `, folded ${folds.join(", ")}` : ""}`,
      device: device(settings.device).title,
      clockMHz: clockOf(settings),
      windows: { validation: data.validation.count, test: data.test.count },
      quantisation: settings.quantisation,
      references,
      formats: withFronts(rows),
      unavailable: unavailableFormats,
    };
  }

  private async one(format: Format, scales: ScaleKind, bench: Bench): Promise<Pick<Unmarked, "result" | "note">> {
    const { settings } = this;
    const { place, trainer, kept, data, float } = bench;
    const architecture = architectureOf(settings, data.shape);
    const others = { samples: settings.sampleBits, forecast: settings.forecastBits, scales };
    if (format.weights === null) return this.mixed(buildGraph(architecture, definePrecision(others)), bench);
    const { weights, activations } = format;
    const graph = buildGraph(architecture, definePrecision({ ...others, weights, activations }));
    const trial = { number: 1, label: `${format.name}`, folder: `${checkpointFolder}/${format.name}-${scales}` };
    const trained = await kept.quantised(graph, float.parameters, async () => {
      await this.log.restore("quantised", [], 1); // each format's curve by itself
      return trainer.quantise(graph, float.parameters, trial);
    });
    await place.scratch.remove(trial.folder);
    const model = convert(graph, trained.quantised, data);
    return this.figures(model, trained.kept.validation, bench, (plan) => plan());
  }

  private async mixed(graph: Graph, bench: Bench): Promise<Pick<Unmarked, "result" | "note">> {
    const { settings, log } = this;
    const { place, trainer, kept, data, float } = bench;
    try {
      const found = await chooseAndTrain({
        ...{ place, settings, graph, float, data, trainer, kept, log },
        modelOf: (chosen, { quantised }) => convert(chosen, quantised, data),
      });
      const model = convert(found.graph, found.trained.quantised, data);
      const fixed = found.accelerator?.plan ?? settings.plan;
      const { result, note } = await this.figures(model, found.trained.kept.validation, bench, (plan) => plan(fixed));
      return { result: result && { ...result, widths: found.report.widths }, note };
    } catch (error) {
      if (!(error instanceof GatecastError) || error.kind !== "hardware") throw error;
      return { result: null, note: `${error.message} ${error.remedy}` };
    }
  }

  /** Error on the test windows, and the accelerator if it fits. */
  private async figures(
    model: IntegerModel,
    validation: number,
    { data, float, references }: Bench,
    planned: (plan: (fixed?: Configuration["plan"]) => Plan) => Plan,
  ): Promise<Pick<Unmarked, "result" | "note">> {
    const { settings, signal } = this;
    const { test } = data;
    const interpreter = createInterpreter(model);
    const codes = await inPieces(encodeWindows(model, test), test.inputSize, (part) => interpreter.run(part), signal);
    const { rmse } = forecastErrors(test, decodeForecast(model, codes));
    const loss = { test: rmse / references.float - 1, validation: Math.sqrt(validation / float.loss) - 1 };
    try {
      const { mode, goal } = settings;
      const plan = planned((fixed = settings.plan) =>
        planAccelerator(model, { device: device(settings.device), mode, goal, plan: fixed, advice: false }),
      );
      const hardware = { ...figuresOf(plan), microjoules: await microjoulesOf(plan, settings) };
      return { result: { rmse, loss, hardware }, note: null };
    } catch (error) {
      if (!(error instanceof GatecastError) || error.kind !== "hardware") throw error;
      return { result: { rmse, loss, hardware: null }, note: error.message };
    }
  }
}

/** Removes checkpoints of a study with other settings or data; what it has finished stays known by its content. */
async function forgetOthers({ scratch, inputsHash }: Workplace): Promise<void> {
  const marker = `${checkpointFolder}/inputs.txt`;
  const bytes = await scratch.read(marker);
  if (bytes !== undefined && new TextDecoder().decode(bytes) === inputsHash) return;
  await scratch.remove(checkpointFolder);
  await scratch.write(marker, inputsHash);
}

interface Bench {
  readonly place: Workplace;
  readonly trainer: Trainer;
  readonly kept: KeptTrainings;
  readonly data: PreparedData;
  readonly float: TrainedFloat;
  readonly references: FormatsStudy["references"];
}
