import type {
  Check,
  ErrorFigures,
  Forecaster,
  ImplementationReport,
  Measured,
  ReportData,
  ResourceCounts,
  ResourceFigures,
  ResourceKind,
  ResourceReport,
  Subject,
  Target,
} from "./data.js";
import { resourceKinds } from "./data.js";
import { count, percent } from "./format.js";

/** Names for people. */
export const forecasterNames: Readonly<Record<Forecaster, string>> = {
  float: "Float Transformer",
  fakeQuantised: "Fake-quantised (training's mirror)",
  integer: "Integer-only Transformer",
  integerWithoutBranch: "Integer-only, Transformer's branch zeroed",
  persistence: "Persistence (last value)",
  seasonalNaive: "Seasonal naive",
  linear: "Linear on the same window",
};

export const subjectNames: Readonly<Record<Subject, string>> = {
  evaluation: "Evaluation mode of training",
  rtl: "Register-transfer simulation",
  vhdl: "Generated VHDL",
  verilog: "Generated Verilog",
  netlist: "Synthesised netlist",
};

export const resourceNames: Readonly<Record<ResourceKind, string>> = {
  lut: "LUT",
  lutram: "LUTRAM",
  ff: "FF",
  dsp: "DSP",
  ramb18: "RAMB18",
  ebr: "EBR",
  spram: "SPRAM",
};

const strength = ["placed and routed", "synthesised", "simulated", "estimated"] as const;

/** The figure with the strongest basis: what was measured goes before what was estimated. */
export function strongest<T extends { readonly basis: Measured["basis"] }>(figures: readonly T[]): T | undefined {
  return strength.flatMap((basis) => figures.filter((figure) => figure.basis === basis))[0];
}

/** All figures of a design's resources, in the order in which they are come by: estimate, synthesis, place and route. */
export function byBasis(report: ResourceReport, implementation: ImplementationReport | undefined): ResourceFigures[] {
  const placed: ResourceFigures[] =
    implementation?.state === "done"
      ? [{ basis: "placed and routed", source: implementation.source, used: implementation.used }]
      : [];
  const all = [...report.totals, ...placed];
  return [...strength].reverse().flatMap((basis) => all.filter((total) => total.basis === basis));
}

/**
 * A figure of a resource, with its distance from the one that is told next, which is nearer to the truth: an estimate from the synthesis, that from place and
 * route. A dash where it was not counted.
 */
export function figureWithDistance(
  totals: readonly ResourceFigures[],
  total: ResourceFigures,
  kind: ResourceKind,
): string {
  const figure = total.used[kind];
  if (figure === undefined) return "–";
  const truth = totals.slice(totals.indexOf(total) + 1).flatMap(({ used }) => used[kind] ?? [])[0];
  if (truth === undefined || truth === 0 || figure === truth) return count(figure);
  const distance = figure / truth - 1;
  return `${count(figure)} (${distance < 0 ? "−" : "+"}${percent(Math.abs(distance))})`;
}

/** The comparison made with a subject; undefined where it was not made. */
export function checkOf(data: ReportData, subject: Subject): Check | undefined {
  return data.verification?.checks.find((check): check is Check => "tool" in check && check.subject === subject);
}

/** Relative distance to another forecaster: -0.073 is an RMSE 7.3 % below it; null where either is not known. */
export function relative(figures: ErrorFigures | undefined, other: ErrorFigures | undefined): number | null {
  if (figures === undefined || other === undefined || other.rmse === 0) return null;
  return figures.rmse / other.rmse - 1;
}

/** Resources of which more are used than the device has; those that were not counted or have no budget are left out. */
export function exceeded(budget: ResourceCounts, figures: ResourceFigures): ResourceKind[] {
  return resourceKinds.filter((kind) => {
    const most = budget[kind];
    const used = figures.used[kind];
    return most !== undefined && used !== undefined && used > most;
  });
}

/** "RMSE" with the unit behind the figure where there is one. */
export function unitOf(target: Target | undefined): string {
  return target?.unit === null || target?.unit === undefined ? "" : ` ${target.unit}`;
}

/** Widths of the network in a word: "4-bit", or "4-bit weights, 6-bit activations", with "mixed" where tensors differ. */
export function widthName(data: ReportData): string {
  const { weights, activations, overrides } = data.model.precision;
  const single = Object.values(overrides);
  if (single.length > 0) {
    // Where every width was chosen, none is the network's own.
    const all = data.precision === undefined ? [weights, activations, ...single] : Object.values(data.precision.widths);
    const [least, most] = [Math.min(...all), Math.max(...all)];
    return least === most ? `${least}-bit` : `mixed-precision (${least} to ${most} bits)`;
  }
  return `${weights === activations ? `${weights}-bit` : `${weights}-bit-weight, ${activations}-bit-activation`}`;
}
