import { join } from "node:path";
import { type Forecaster, forecasters, resourceKinds } from "../report/data.js";
import { count, percent, plain, plural, significant } from "../report/format.js";
import { byBasis, figureWithDistance, forecasterNames, resourceNames } from "../report/judge.js";
import { renderTable } from "../report/table.js";
import type {
  EvaluationResult,
  HardwareResult,
  ImplementationResult,
  SimulationResult,
  SynthesisResult,
  TrainingResult,
} from "./results.js";
import { resultFiles } from "./results.js";
import type { RunFolder } from "./run-folder/run-folder.js";

/** The errors of all forecasters, each beside the integer-only model. */
export function errorTable(metrics: EvaluationResult["overall"]): string {
  const integer = metrics.integer?.rmse;
  return renderTable(
    ["forecast by", "RMSE", "MAE", { title: "integer-only against it", align: "right" }],
    forecasters.flatMap((name: Forecaster) => {
      const figures = metrics[name];
      if (figures === undefined) return [];
      const against = integer === undefined || name === "integer" ? "" : signed(integer / figures.rmse - 1);
      return [[forecasterNames[name], significant(figures.rmse, 4), significant(figures.mae, 4), against]];
    }),
  );
}

/** What the integer-only model's RMSE is above the float model's, as a share of it, by mean squared errors. */
export function rmseLoss({ float, integer }: TrainingResult["validation"]): number {
  return Math.sqrt(integer / float) - 1;
}

const withoutTraining =
  'Quantised without training. What quantisation-aware training (--quantisation qat) gains has been measured: docs/training.md, "Without training".';

function signed(share: number): string {
  return `${share < 0 ? "-" : "+"}${percent(Math.abs(share))}`;
}

export function evaluationText({ evaluation, equality, overall, unavailable }: EvaluationResult): string {
  const missing = Object.entries(unavailable).map(([name, why]) => `no ${forecasterNames[name as Forecaster]}: ${why}`);
  return [
    errorTable(overall),
    ...missing,
    `Evaluation mode and integer interpreter: ${equality.mismatches} mismatches on ${plural(equality.windows, "test window")}.`,
    `All on the same ${plural(evaluation.windows, "test window")}.`,
  ].join("\n");
}

export function trainingText({ learning, parameters, validation, quantisation }: TrainingResult): string {
  const rows = learning.phases.map(({ name, train, validation, best, kept }) => [
    name,
    count(train.length),
    best < 0 ? "the start" : count(best + 1),
    significant(kept ?? validation[best] ?? Number.NaN, 4),
  ]);
  return [
    ...(rows.length === 0
      ? []
      : [renderTable(["phase", "epochs", "kept", { title: "loss on validation", align: "right" }], rows)]),
    `${count(parameters)} parameters. On validation the integer-only model's RMSE is ${signed(rmseLoss(validation))} against the float model's.`,
    ...(quantisation === "qat" ? [] : [withoutTraining]),
  ].join("\n");
}

export function hardwareText(
  { accelerator, plannedCycles, vhdl }: HardwareResult,
  run: Pick<RunFolder, "path">,
): string {
  const rows = accelerator.operators.map(({ name, kind, lanes, cyclesPerToken }) => [
    name,
    kind,
    lanes?.layout ?? null,
    count(cyclesPerToken),
  ]);
  return [
    renderTable(["operator", "kind", "lanes", "cycles per token"], rows),
    `${count(plannedCycles)} cycles per inference planned. ${plural(vhdl.length, "VHDL file")} in ${join(run.path, "hardware")}.`,
  ].join("\n");
}

export function simulationText({ verification, timing }: SimulationResult): string {
  const rows = verification.checks.map((check) =>
    "tool" in check
      ? [check.subject, `${check.tool} ${check.version}`, count(check.windows), count(check.mismatches)]
      : [check.subject, `not checked: ${check.unchecked}`, null, null],
  );
  const { mutations } = verification;
  return [
    renderTable(["compared", "by", "windows", "mismatches"], rows),
    ...(mutations === undefined ? [] : [`${mutations.caught} of ${mutations.tried} seeded faults caught.`]),
    ...timing.cycles.map(({ basis, value }) => `${count(value)} cycles per inference (${basis}).`),
  ].join("\n");
}

export function synthesisText(result: SynthesisResult & { readonly implementation: ImplementationResult }): string {
  const { resources, fits, netlist, implementation } = result;
  const totals = byBasis(resources, implementation);
  const kinds = resourceKinds.filter((kind) => totals.some(({ used }) => used[kind] !== undefined));
  const rows = kinds.map((kind) => [
    resourceNames[kind],
    budgetCell(resources.budget[kind]),
    ...totals.map((total) => figureWithDistance(totals, total, kind)),
  ]);
  return [
    renderTable(["resource", `${resources.device} has`, ...totals.map(({ basis }) => basis)], rows),
    ...totals.map(({ basis, source }) => `${basis}: ${source}`),
    `${fits ? "It fits" : "It does NOT fit"} (synthesised).`,
    `The netlist, simulated: ${netlist.mismatches} mismatches on ${plural(netlist.windows, "window")}.`,
    implementationText(implementation),
  ].join("\n");
}

function implementationText(implementation: ImplementationResult): string {
  if (implementation.state === "not done") return `Not placed and routed: ${implementation.reason}.`;
  const { clock, of, source, bitstream, power } = implementation;
  const reached = clock.fmaxMHz >= clock.targetMHz ? "reaches" : "does NOT reach";
  return [
    `Placed and routed (${source}): ${of}. It ${reached} ${plain(clock.targetMHz)} MHz: ${plain(clock.fmaxMHz)} MHz.`,
    ...(power === undefined
      ? []
      : [`Power (${power.source}): ${plain(1e3 * power.total)} mW, ${plain(1e3 * power.static)} mW of it static.`]),
    ...(bitstream === undefined ? [] : [`Bitstream for the ${bitstream.board}: ${bitstream.file}`]),
  ].join("\n");
}

function budgetCell(most: number | undefined): string | null {
  return most === undefined ? null : count(most);
}

/** What stands at the end of a run: its figures, and where the report is. */
export async function summaryText(_: unknown, run: Pick<RunFolder, "path" | "read">): Promise<string> {
  const text = new TextDecoder().decode(await run.read("report", resultFiles.text));
  return `${text.trimEnd()}\n\nReport: ${join(run.path, resultFiles.report)}`;
}
