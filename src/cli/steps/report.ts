import { basename } from "node:path";
import type { IntegerModel } from "../../integer/index.js";
import { buildGraph, readQuantisedParameters } from "../../model/index.js";
import {
  buildSummary,
  type Finding,
  type PrecisionReport,
  type QuantisedTensor,
  type ReportData,
  renderReport,
  renderTerminalReport,
  type VerificationReport,
} from "../../report/index.js";
import type { Finding as SeriesFinding } from "../../series/index.js";
import { type Configuration, configurationKeys, isBuiltin } from "../configuration.js";
import { commandLineOf } from "../options.js";
import { calibrationHash } from "../power-settings.js";
import {
  type EvaluationResult,
  type HardwareResult,
  type ImplementationResult,
  resultFiles,
  type SimulationResult,
  type SynthesisResult,
  type TrainingResult,
} from "../results.js";
import type { StepName } from "../run-folder/manifest.js";
import type { PreparedData } from "../run-folder/prepared-data.js";
import { gatecastVersion } from "../version.js";
import { loadIntegerModel, readsIntegerModel } from "./integer.js";
import { powerReport } from "./power-report.js";
import { loadPrepared, readsPrepared } from "./prepare.js";
import { defineStep, type StepContext } from "./step.js";
import { searchFile, trainedFiles } from "./train.js";

const { training, evaluation, hardware, simulation, synthesis, implementation } = resultFiles;

/** What the steps have measured -> one HTML file, summary.json for programs, and a text for the terminal. */
export const report = defineStep({
  name: "report",
  title: "writing the report",
  settings: configurationKeys.filter((key) => key !== "out" && key !== "data"),
  places: ["data", "powerCalibration"],
  external: async ({ powerCalibration }) =>
    powerCalibration === null ? {} : { powerCalibration: await calibrationHash(powerCalibration) },
  reads: {
    ...readsPrepared,
    ...readsIntegerModel,
    train: [training, trainedFiles.quantised, searchFile],
    evaluate: [evaluation],
    generate: [hardware],
    simulate: [simulation],
    synthesize: [synthesis],
    implement: [implementation],
  },
  optional: ["evaluate", "generate", "simulate", "synthesize", "implement"],
  async run(context) {
    const data = await gather(context);
    await context.write(resultFiles.summary, `${JSON.stringify(buildSummary(data), undefined, 2)}\n`);
    await context.write(resultFiles.text, `${renderTerminalReport(data)}\n`);
    await context.write(resultFiles.report, renderReport(data));
    return `${context.folder}/${resultFiles.report}`;
  },
});

async function gather(context: StepContext<Omit<Configuration, "out">>): Promise<ReportData> {
  const result = async <T>(step: StepName, file: string): Promise<T | undefined> =>
    context.files(step).includes(file) ? (JSON.parse(await context.readText(step, file)) as T) : undefined;
  const prepared = await loadPrepared(context);
  const model = await loadIntegerModel(context);
  const trained = await result<TrainingResult>("train", training);
  if (trained === undefined) throw new Error("the run has not been trained");
  const graph = buildGraph(model.architecture, model.precision);
  const bytes = await context.read("train", trainedFiles.quantised);
  const quantised = readQuantisedParameters(bytes, graph, trainedFiles.quantised);
  const precision = await result<PrecisionReport>("train", searchFile);
  const evaluated = await result<EvaluationResult>("evaluate", evaluation);
  const generated = await result<HardwareResult>("generate", hardware);
  const simulated = await result<SimulationResult>("simulate", simulation);
  const synthesised = await result<SynthesisResult>("synthesize", synthesis);
  const implemented = await result<ImplementationResult>("implement", implementation);
  const power = await powerReport(context.configuration, { generated, simulated, synthesised });
  const timing = simulated?.timing ?? (generated && plannedTiming(generated));
  return {
    run: basename(context.folder),
    targets: prepared.shape.targets.map((column) => ({ column, unit: null })),
    model: {
      architecture: model.architecture,
      precision: model.precision,
      parameters: trained.parameters,
    },
    data: dataReport(prepared),
    learning: trained.learning,
    ...(precision && { precision }),
    ...(evaluated && {
      evaluation: evaluated.evaluation,
      quantisation: [...evaluated.quantisation, ...weightsOf(model, quantised.weights)],
    }),
    ...(generated && { accelerator: generated.accelerator }),
    ...(timing && { timing }),
    ...(synthesised && { resources: synthesised.resources }),
    ...(power && { power }),
    ...(implemented && { implementation: implemented }),
    ...verificationOf(evaluated, simulated, synthesised),
    reproducibility: reproducibility(context, prepared),
  };
}

function plannedTiming({ clockMHz, plannedCycles }: HardwareResult): NonNullable<ReportData["timing"]> {
  return { clockMHz, cycles: [{ basis: "estimated", value: plannedCycles }] };
}

function dataReport({ series, shape, counts, findings }: PreparedData): ReportData["data"] {
  const from = series.timestamps?.[0];
  const to = series.timestamps?.[series.timestamps.length - 1];
  return {
    source: series.source,
    rows: counts.rows,
    columns: [...new Set([...shape.inputs, ...shape.targets])],
    ...(from !== undefined && to !== undefined ? { period: { from, to } } : {}),
    ...(series.stepMilliseconds === undefined ? {} : { stepSeconds: series.stepMilliseconds / 1000 }),
    windows: counts.windows,
    split: findings.find(({ kind }) => kind === "split")?.message ?? "",
    findings: findings.filter(({ kind }) => kind !== "split").map(findingOf),
  };
}

const notes: readonly SeriesFinding["kind"][] = ["timestamps", "split", "windows"];

function findingOf({ kind, message, examples }: SeriesFinding): Finding {
  const places = examples.map(({ line, text }) => `line ${line}: ${text}`).join("; ");
  return {
    severity: notes.includes(kind) ? "note" : "warning",
    text: places === "" ? message : `${message} For instance ${places}.`,
  };
}

/** Weight matrices: how many of their codes occur, and the smallest and largest scale of their rows. */
function weightsOf(model: IntegerModel, scales: ReadonlyMap<string, Float32Array>): QuantisedTensor[] {
  const { operators } = buildGraph(model.architecture, model.precision);
  return operators.flatMap((operator): QuantisedTensor[] => {
    const data = model.operators.get(operator.name);
    if (operator.kind !== "linear" || data?.kind !== "linear") return [];
    const { name, bits } = operator.weight;
    const rows = scales.get(name) ?? new Float32Array(0);
    return [
      {
        name,
        role: "weight",
        bits,
        scale: [rows.reduce((a, b) => Math.min(a, b), Infinity), rows.reduce((a, b) => Math.max(a, b), 0)],
        zeroPoint: null,
        codes: { used: new Set(data.weights).size, of: 2 ** bits - 1 },
      },
    ];
  });
}

function verificationOf(
  evaluated: EvaluationResult | undefined,
  simulated: SimulationResult | undefined,
  synthesised: SynthesisResult | undefined,
): { verification?: VerificationReport } {
  const checks: VerificationReport["checks"] = [
    ...(evaluated
      ? [{ subject: "evaluation" as const, tool: "gatecast", version: gatecastVersion, ...evaluated.equality }]
      : []),
    ...(simulated?.verification.checks ?? []),
    ...(synthesised
      ? [
          {
            subject: "netlist" as const,
            tool: "gatecast",
            version: gatecastVersion,
            windows: synthesised.netlist.windows,
            mismatches: synthesised.netlist.mismatches,
          },
        ]
      : []),
  ];
  if (checks.length === 0) return {};
  const mutations = simulated?.verification.mutations;
  return { verification: { checks, ...(mutations && { mutations }) } };
}

function reproducibility(
  context: StepContext<Omit<Configuration, "out">>,
  { series }: PreparedData,
): ReportData["reproducibility"] {
  const { configuration, recording } = context;
  const { seconds, versions } = context.history();
  const shown = {
    ...configuration,
    data: isBuiltin(configuration.data) ? configuration.data : basename(configuration.data),
  };
  return {
    seed: configuration.seed,
    command: commandLineOf(shown),
    configuration: shown,
    versions: { gatecast: gatecastVersion, ...versions },
    steps: Object.entries(seconds).map(([name, value]) => ({ name, seconds: value })),
    ...(isBuiltin(configuration.data) ? {} : { inputs: [{ name: series.source, sha256: recording }] }),
  };
}
