import { basename, extname, resolve } from "node:path";
import { Command, Option } from "commander";
import { GatecastError } from "../../errors.js";
import type { Surroundings } from "../command-context.js";
import { loadConfigFile } from "../config-file.js";
import {
  type Configuration,
  type ConfigurationKey,
  configurationKeys,
  configurationSchema,
  isBuiltin,
} from "../configuration.js";
import { addSettings, settingsGiven } from "../options.js";
import { createProgress } from "../progress.js";
import { resolveConfiguration, type SettingsLayer } from "../resolve-configuration.js";
import { manifestName, type StepName } from "../run-folder/manifest.js";
import { RunFolder } from "../run-folder/run-folder.js";

export interface StepCommand<Result> {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What it does, reads and writes, for its own help. */
  readonly description: string;
  /** Whole command lines. */
  readonly examples: readonly string[];
  readonly steps: readonly StepName[];
  /** The settings it takes on the command line. */
  readonly settings: readonly ConfigurationKey[];
  /** Whether it may begin a run, or only goes on with one that is there. */
  readonly startsRun: boolean;
  /** Settings that hold where the user gives no other. */
  readonly preset?: SettingsLayer;
  /** Whether `gatecast.config.ts` of the current folder has no say (one named by `--config` has). */
  readonly ignoresConfigFile?: boolean;
  /** The file whose content `--json` prints, and the step that writes it; `more`: those of other steps, under keys of their own. */
  readonly result: ResultFile & { readonly more?: Readonly<Record<string, ResultFile>> };
  /** What a person reads at the end, on standard output. */
  print(result: Result, run: RunFolder): string | Promise<string>;
}

interface ResultFile {
  readonly step: StepName;
  readonly file: string;
}

/** Makes a command that does steps in a run folder. */
export function stepCommand<Result>(definition: StepCommand<Result>, surroundings: Surroundings): Command {
  const command = new Command(definition.name).summary(definition.summary).description(definition.description);
  // A run that is there keeps its settings: there is no default to show.
  addSettings(command, definition.settings, definition.startsRun ? { ...defaults, ...definition.preset?.values } : {});
  addRunOptions(command, definition.startsRun);
  addExamples(command, definition.examples);
  return command.action(async () => {
    const { folder, configuration } = await locateRun(definition, command, surroundings);
    const options = command.opts<GeneralOptions>();
    const { signal } = surroundings;
    const progress = createProgress(surroundings.stderr, { quiet: options.quiet === true, signal });
    // Loaded only now: --help and mistakes on the command line need none of the rooms behind the steps.
    const { allSteps } = await import("../steps/index.js");
    const { requireOutside, runSteps } = await import("../steps/run-steps.js");
    const steps = definition.steps.flatMap((name) => allSteps.get(name) ?? []);
    await requireOutside(steps, configuration);
    const run = await RunFolder.openOrCreate(folder, configuration);
    try {
      await runSteps(steps, allSteps, run, { force: options.force === true, progress, signal });
      const read = async ({ step, file }: ResultFile) => new TextDecoder().decode(await run.read(step, file));
      const { more, ...main } = definition.result;
      let text = await read(main);
      if (more !== undefined) {
        const result = JSON.parse(text);
        for (const [key, file] of Object.entries(more)) result[key] = JSON.parse(await read(file));
        text = JSON.stringify(result, undefined, 2);
      }
      const shown = options.json === true ? text.trimEnd() : await definition.print(JSON.parse(text), run);
      surroundings.stdout.write(`${shown}\n`);
    } finally {
      progress.close();
      run.close();
    }
  });
}

export interface GeneralOptions {
  readonly run?: string;
  readonly out?: string;
  readonly config?: string;
  readonly force?: true;
  readonly quiet?: true;
  readonly json?: true;
}

const { data: _data, target: _target, ...defaults } = configurationSchema.parse({ data: "-", target: "-" });

function addRunOptions(command: Command, startsRun: boolean): void {
  const heading = "The run:";
  const out = new Option("--out <folder>", "folder of the run (default: runs/NAME-OF-THE-DATA)").helpGroup(heading);
  command
    .addOption(new Option("--run <folder>", "the run to go on with, with the settings it remembers").helpGroup(heading))
    .addOption(startsRun ? out : out.hideHelp())
    .addOption(
      new Option("--config <file>", "configuration file (default: gatecast.config.ts, if there)").helpGroup(heading),
    )
    .addOption(new Option("--force", "do the work again even where nothing has changed").helpGroup(heading));
  addOutputOptions(command);
}

export function addOutputOptions(command: Command): void {
  command
    .addOption(new Option("--quiet", "no progress, only results and errors").helpGroup("Output:"))
    .addOption(new Option("--json", "results and errors as JSON").helpGroup("Output:"))
    .addHelpOption(new Option("-h, --help", "this text").helpGroup("Output:"));
}

export function addExamples(command: Command, examples: readonly string[]): void {
  command.addHelpText("after", `\nExamples:\n${examples.map((line) => `  $ ${line}`).join("\n")}`);
}

/** Which folder, and with which settings: those of the run named, or of the configuration file, then the command line's. */
async function locateRun(
  definition: StepCommand<never>,
  command: Command,
  surroundings: Surroundings,
): Promise<{ folder: string; configuration: Configuration }> {
  const options = command.opts<GeneralOptions>();
  if (options.run !== undefined && options.out !== undefined) {
    throw new GatecastError("usage", "Both --run and --out are given; each names the run's folder.", {
      remedy: "Give --run to go on with a run and its settings, --out to make one with the settings given now.",
    });
  }
  const line: SettingsLayer = {
    source: "on the command line",
    values: settingsGiven(command, definition.settings),
  };
  const looksForFile = options.run === undefined && definition.ignoresConfigFile !== true;
  const file =
    looksForFile || options.config !== undefined
      ? await loadConfigFile(options.config, surroundings.folder)
      : undefined;
  const named = options.run ?? (definition.startsRun || file !== undefined ? undefined : options.out);
  if (named !== undefined) {
    const folder = resolve(surroundings.folder, named);
    const remembered = {
      source: `in ${folder}/${manifestName}`,
      values: (await RunFolder.openToRead(folder)).configuration,
    };
    return { folder, configuration: inPlace(resolveConfiguration(layers(remembered, file, line)), surroundings) };
  }
  if (!definition.startsRun && file === undefined) {
    throw new GatecastError("usage", `\`gatecast ${definition.name}\` does not know which run is meant.`, {
      remedy: `Name its folder: gatecast ${definition.name} --run runs/NAME`,
    });
  }
  const out = { source: "on the command line", values: { out: options.out } };
  const configuration = resolveConfiguration(layers(definition.preset, file, line, out));
  const folder = resolve(surroundings.folder, configuration.out ?? `runs/${nameOf(configuration.data)}`);
  return { folder, configuration: inPlace(configuration, surroundings) };
}

function layers(...possible: readonly (SettingsLayer | undefined)[]): SettingsLayer[] {
  return possible.filter((layer) => layer !== undefined);
}

/** The manifest remembers where recording and float model are, from wherever the next command is given, and not where it is itself. */
function inPlace(configuration: Configuration, surroundings: Surroundings): Configuration {
  const { data, from, powerCalibration } = configuration;
  return {
    ...configuration,
    out: null,
    data: isBuiltin(data) ? data : resolve(surroundings.folder, data),
    from: from === null ? null : resolve(surroundings.folder, from),
    powerCalibration: powerCalibration === null ? null : resolve(surroundings.folder, powerCalibration),
  };
}

function nameOf(data: string): string {
  return isBuiltin(data) ? data.slice("builtin:".length) : basename(data, extname(data));
}

/** Every setting that decides a run, as against where it is kept. */
export const runSettings = configurationKeys.filter((key) => key !== "out");
