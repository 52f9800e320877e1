import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import {
  type Calibration,
  calibrate,
  countsOf,
  device,
  type Observation,
  type ReportedDesign,
  radiantObservations,
  readBenchTable,
  readRadiantPower,
  serialiseCalibration,
  vivadoObservations,
} from "../accelerator/index.js";
import { GatecastError } from "../errors.js";
import { percent, significant } from "../report/format.js";
import { renderTable } from "../report/table.js";
import { explainFileError, writeAtomic } from "../toolchain/files.js";
import { readPower } from "../toolchain/vivado/reports.js";
import type { Surroundings } from "./command-context.js";
import { type HardwareResult, resultFiles, type SimulationResult, type SynthesisResult } from "./results.js";
import { RunFolder } from "./run-folder/run-folder.js";
import { clockedOf } from "./steps/power-report.js";

export interface CalibrateOptions {
  readonly table?: string;
  readonly report?: string;
  readonly run?: string;
  readonly design?: string;
  readonly device?: string;
  readonly clock?: number;
  readonly out: string;
  readonly json?: true;
}

/** Fits the power model to measurements and writes the calibration. */
export async function calibratePower(options: CalibrateOptions, surroundings: Surroundings): Promise<void> {
  const { table, report } = options;
  if ((table === undefined) === (report === undefined)) {
    throw new GatecastError("usage", "Give either --table or --report: what the power model is to be fitted to.", {
      remedy: "gatecast calibrate-power --table bench.csv, or --run runs/NAME --report power.rpt",
    });
  }
  const run = options.run === undefined ? undefined : await loadRun(resolve(surroundings.folder, options.run));
  const target = device(options.device ?? run?.device ?? "xc7s15");
  if (run !== undefined && target.name !== run.device) {
    throw new GatecastError("usage", `The run is for ${run.device}, not for ${target.name}.`, {
      remedy: "Leave --device out: a report is of the run's device.",
    });
  }
  const read = async (file: string) => {
    const path = resolve(surroundings.folder, file);
    return readFile(path, "utf8").catch((error: unknown) => {
      throw explainFileError(error, path, "read");
    });
  };
  const notes: string[] = [];
  const observations =
    table !== undefined
      ? readBenchTable(await read(table), basename(table))
      : reportObservations(await read(report ?? ""), basename(report ?? ""), options, run, notes);
  const calibration = calibrate(target, observations, sourceOf(observations, basename(table ?? report ?? "")));
  await writeAtomic(resolve(surroundings.folder, options.out), serialiseCalibration(calibration));
  const shown =
    options.json === true ? serialiseCalibration(calibration).trimEnd() : calibrationText(calibration, notes);
  surroundings.stdout.write(`${shown}\n`);
  if (options.json !== true)
    surroundings.stdout.write(`Written to ${options.out}: use it with --power-calibration ${options.out}\n`);
}

interface Run {
  readonly device: string;
  readonly hardware: HardwareResult;
  readonly simulation: SimulationResult;
  readonly synthesis: SynthesisResult | undefined;
}

async function loadRun(folder: string): Promise<Run> {
  const run = await RunFolder.openToRead(folder);
  const result = async <T>(step: "generate" | "simulate" | "synthesize", file: string): Promise<T> =>
    JSON.parse(new TextDecoder().decode(await run.read(step, file))) as T;
  const synthesised = run.record("synthesize")?.state === "done";
  return {
    device: run.configuration.device,
    hardware: await result("generate", resultFiles.hardware),
    simulation: await result("simulate", resultFiles.simulation),
    synthesis: synthesised ? await result("synthesize", resultFiles.synthesis) : undefined,
  };
}

function reportObservations(
  text: string,
  file: string,
  options: CalibrateOptions,
  run: Run | undefined,
  notes: string[],
): Observation[] {
  if (run === undefined) {
    throw new GatecastError(
      "usage",
      "A report says nothing of what toggles: --run names the run whose design it is of.",
      {
        remedy: "gatecast calibrate-power --run runs/NAME --report power.rpt",
      },
    );
  }
  const name = options.design ?? run.hardware.top;
  const clockMHz = options.clock ?? run.hardware.clockMHz;
  if (!(clockMHz > 0) || clockMHz > 1000) {
    throw new GatecastError("usage", `--clock is ${clockMHz}: not a frequency above 0 and at most 1,000 MHz.`, {
      remedy: "Give the clock of the report in MHz.",
      where: { key: "clock" },
    });
  }
  const design: ReportedDesign = { name, clockHz: clockMHz * 1e6, perCycle: perCycleOf(run) };
  if (/Total Power Est/.test(text)) return radiantObservations(readRadiantPower(text, file), design);
  const power = readPower(text, file, { design: name, device: run.device, package: "" });
  if (power.activityFile === null) {
    notes.push(
      "The report's activity is a guess of Vivado's: read a SAIF of the test bench first (read_saif), or the fit takes that guess for ours.",
    );
  }
  return vivadoObservations(power, design);
}

/** What toggles in a cycle, back to back, by the run's simulation. */
function perCycleOf({ hardware, simulation, synthesis }: Run) {
  const used = synthesis?.resources.totals.find(({ basis }) => basis === "synthesised")?.used ?? hardware.estimate.used;
  const cycles = hardware.plannedInterval;
  const { register, logic, memory, block, dsp } = simulation.activity.toggles;
  const each = {
    register: register / cycles,
    logic: logic / cycles,
    memory: memory / cycles,
    block: block / cycles,
    dsp: dsp / cycles,
  };
  return countsOf(each, 1, clockedOf(used));
}

function sourceOf(observations: readonly Observation[], file: string): string {
  const designs = [...new Set(observations.map(({ design }) => design))];
  return `${file} (${designs.length === 1 ? designs[0] : `${designs.length} designs`})`;
}

function calibrationText({ scales, staticMilliwatts, band, residuals }: Calibration, notes: readonly string[]): string {
  const right = (title: string) => ({ title, align: "right" as const });
  const scaleRows = Object.entries(scales).map(([group, scale]) => [
    group,
    scale === null ? null : `x ${significant(scale)}`,
  ]);
  const share = (measured: number, figure: number) => (measured === 0 ? null : percent(figure / measured - 1));
  return [
    renderTable(
      ["measurement", right("mW"), right("before"), right("fitted"), right("off by")],
      residuals.map(({ name, measured, before, after }) => [
        name,
        significant(measured),
        significant(before),
        significant(after),
        share(measured, after),
      ]),
    ),
    "",
    renderTable(
      ["coefficients", right("fitted")],
      [...scaleRows, ["static, mW", staticMilliwatts === null ? null : significant(staticMilliwatts)]],
    ),
    "A dash: nothing measured tells; it stays as it was.",
    `Dynamic energy of other designs is taken to lie between x ${significant(band[0])} and x ${significant(band[1])}.`,
    ...notes,
  ].join("\n");
}
