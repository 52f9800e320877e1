import { type CostAxis, frontChart, frontLegend } from "../charts/front.js";
import type { ReportData } from "../data.js";
import { count, latency, list, percent, plural, significant } from "../format.js";
import { html, type Markup } from "../html.js";
import { type PrecisionReport, rmseLossOf } from "../precision-data.js";
import { widthMap } from "../width-map.js";
import { basisLabel, type Section, table } from "./section.js";

/** Which widths were chosen, what each tensor's width costs, and why this choice; null where nothing was chosen. */
export function precisionSection(data: ReportData): Section | null {
  const { precision } = data;
  if (precision === undefined) return null;
  const clockMHz = data.timing?.clockMHz ?? null;
  return {
    id: "precision",
    title: "Precision",
    body: html`<p>${why(precision, clockMHz)}</p>
<h3>Bits of each tensor, and what each width would cost</h3>
${widthMap(precision)}
<h3>Error against cost</h3>
${frontLegend(precision)}<div class="pair">${axesOf(clockMHz).map((axis, index) => frontChart(`front-${index}`, precision, axis))}</div>
<p class="note">Predicted: by the summed sensitivities, before any training; costs of these designs are estimates. ${misfits(precision)}Losses below 0.01 % stand at the lower edge. ${basisLabel("estimated")}</p>
<h3>What was measured</h3>
${tried(precision, clockMHz)}`,
  };
}

export const objectiveNames = {
  error: "least error",
  energy: "least energy of an inference",
  area: "fewest look-up tables",
  latency: "fewest cycles",
} as const satisfies Record<PrecisionReport["objective"], string>;

function why(report: PrecisionReport, clockMHz: number | null): Markup {
  const { objective, binding, gap, tried: trained } = report;
  const taken = trained.find((point) => point.taken);
  const limits = limitsText(report, clockMHz);
  return html`Chosen for <strong>${objectiveNames[objective]}</strong> within the device${limits.length > 0 && html`, ${list(limits)}`}. ${
    gap === 0
      ? "By the estimates no other choice of widths, lanes and memories is better: that is proven."
      : `By the estimates no other choice is better by more than ${percent(gap)}.`
  } ${
    binding.length > 0
      ? html`What binds: <strong>${list(binding)}</strong>.`
      : "No limit binds: every width is as wide as it helps."
  }${taken !== undefined && ` Measured on validation, the integer-only model's RMSE is ${signedPercent(taken.rmseLoss)} against the float model's.`}`;
}

/** The limits that were given, in words: "100 µs (10,000 cycles)", "10 µJ". */
export function limitsText({ limits }: PrecisionReport, clockMHz: number | null): string[] {
  const { cycles, microjoules, rmseLoss } = limits;
  return [
    ...(cycles === undefined
      ? []
      : [
          clockMHz === null
            ? `${count(cycles)} cycles`
            : `${latency(cycles / (clockMHz * 1e6))} (${count(cycles)} cycles)`,
        ]),
    ...(microjoules === undefined ? [] : [`${significant(microjoules)} µJ`]),
    ...(rmseLoss === undefined ? [] : [`a loss of RMSE of at most ${percent(rmseLoss, 2)}`]),
  ];
}

function axesOf(clockMHz: number | null): CostAxis[] {
  return [
    { name: "energy of an inference [µJ]", of: ({ microjoules }) => microjoules },
    clockMHz === null
      ? { name: "cycles of an inference", of: ({ cycles }) => cycles }
      : { name: "latency [µs]", of: ({ cycles }) => cycles / clockMHz },
    { name: "LUT", of: ({ lut }) => lut },
  ];
}

function misfits({ uniformMisfits }: PrecisionReport): string {
  if (uniformMisfits.length === 0) return "";
  return `One width of ${list(uniformMisfits.map(String))} bits for all does not fit the device. `;
}

function tried({ tried: points, quantisation }: PrecisionReport, clockMHz: number | null): Markup {
  return html`${table(
    [
      { title: quantisation === "qat" ? "Training" : "Quantised" },
      { title: "Predicted loss of RMSE", numeric: true },
      { title: "Measured", numeric: true },
      { title: html`Energy <span class="unit">µJ</span>`, numeric: true },
      { title: "Cycles", numeric: true },
      ...(clockMHz === null ? [] : [{ title: "Latency", numeric: true }]),
      { title: "LUT", numeric: true },
      { title: "" },
    ],
    points.map((point, index) => ({
      cells: [
        String(index + 1),
        percent(rmseLossOf(point.added), 2),
        signedPercent(point.rmseLoss),
        significant(point.microjoules),
        count(point.cycles),
        ...(clockMHz === null ? [] : [latency(point.cycles / (clockMHz * 1e6))]),
        count(point.lut),
        point.taken ? "taken" : "",
      ],
      main: point.taken,
    })),
  )}<p class="note">Measured: the integer-only model on the validation windows, ${
    quantisation === "qat" ? "after quantisation-aware training" : "without any training"
  }, against the float model. ${plural(points.length, "choice")} tried.</p>`;
}

function signedPercent(share: number): string {
  return `${share < 0 ? "−" : "+"}${percent(Math.abs(share), 2)}`;
}
