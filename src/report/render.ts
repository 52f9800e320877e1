import type { ReportData } from "./data.js";
import { html, type Markup } from "./html.js";
import { checkOf } from "./judge.js";
import { renderPage } from "./page.js";
import { acceleratorSection } from "./sections/accelerator.js";
import { errorSection } from "./sections/errors.js";
import { forecastSection } from "./sections/forecast.js";
import { learningSection } from "./sections/learning.js";
import { powerSection } from "./sections/power.js";
import { precisionSection } from "./sections/precision.js";
import { quantisationSection, recordingSection } from "./sections/recording.js";
import { reproducibilitySection } from "./sections/reproducibility.js";
import { resourceSection } from "./sections/resources.js";
import { verificationSection } from "./sections/verification.js";
import { headline, verdicts } from "./verdict.js";

const sections = [
  forecastSection,
  errorSection,
  verificationSection,
  resourceSection,
  powerSection,
  acceleratorSection,
  precisionSection,
  learningSection,
  recordingSection,
  quantisationSection,
  reproducibilitySection,
];

/**
 * The report of a run as one HTML file that needs nothing else: no script, no network (its own content policy forbids both),
 * light or dark as the reader's system is, and fit for paper. The same data always gives the same text.
 */
export function renderReport(data: ReportData): string {
  const parts = sections.flatMap((section) => section(data) ?? []);
  const title = `${data.targets.map((target) => target.column).join(", ")} · ${data.run}`;
  const header = html`<p class="brand">Gatecast report · ${data.run}</p>
<h1>Forecasting <code>${data.targets.map((target) => target.column).join(", ")}</code></h1>
<p class="lead">${keepUnits(headline(data))}</p>
${tiles(data)}${missing(data)}`;
  const version = data.reproducibility.versions.gatecast ?? "";
  const footer = html`Written by Gatecast ${version}. Each figure of hardware says whether it is estimated, simulated, synthesised or placed and routed.`;
  return renderPage({ title: `${title} – Gatecast report`, header, parts, footer });
}

const steps: readonly (readonly [command: string, what: string, done: (data: ReportData) => boolean])[] = [
  ["train", "training", (data) => data.learning !== undefined],
  ["evaluate", "evaluation on the test set", (data) => data.evaluation !== undefined],
  ["generate", "the hardware's plan and sources", (data) => data.accelerator !== undefined],
  ["simulate", "simulation", (data) => checkOf(data, "rtl") !== undefined],
  ["synthesize", "synthesis", (data) => data.resources?.totals.some((total) => total.basis !== "estimated") === true],
];

/** Says right at the top what this report cannot say yet. */
function missing(data: ReportData): Markup | null {
  const open = steps.filter(([, , done]) => !done(data));
  if (open.length === 0) return null;
  return html`<p class="undone missing"><strong>Not done yet:</strong> ${open.map(
    ([command, what], index) => html`${index > 0 && ", "}${what} (<code>gatecast ${command}</code>)`,
  )}.</p>`;
}

function tiles(data: ReportData): Markup | null {
  const found = verdicts(data);
  if (found.length === 0) return null;
  return html`<ul class="tiles">${found.map(
    ({ label, figure, sentence, tone }) =>
      html`<li class="${tone}"><span class="label">${label}</span><strong>${keepUnits(figure)}</strong><span>${keepUnits(sentence)}</span></li>`,
  )}</ul>`;
}

/** A figure and its unit stay on one line. */
function keepUnits(text: string): string {
  return text.replace(/(\d) (?=[%A-Zµ×]|ms\b|ns\b|s\b)/g, "$1\u00a0");
}
