import {
  type ReportData,
  type ResourceFigures,
  type ResourceKind,
  type ResourceReport,
  resourceKinds,
  type TimingReport,
} from "../data.js";
import { count, latency, list, percent, plain } from "../format.js";
import { type Content, html, type Markup } from "../html.js";
import { exceeded, resourceNames, strongest } from "../judge.js";
import { basisLabel, notDone, type Section, table } from "./section.js";

/** Resources against the budget, cycles and latency; each figure with its basis. */
export function resourceSection(data: ReportData): Section {
  return {
    id: "resources",
    title: "Resources and speed",
    body: html`${
      data.timing
        ? timing(data.timing)
        : notDone("Cycles have been neither estimated nor simulated:", "gatecast generate, gatecast simulate")
    }${
      data.resources
        ? resources(data.resources)
        : notDone("Resources have been neither estimated nor synthesised:", "gatecast synthesize")
    }`,
  };
}

function timing(report: TimingReport): Markup {
  const clock = `${plain(report.clockMHz)} MHz`;
  const row = (name: string, cycles: number, basis: string) => ({
    cells: [name, count(cycles), latency(cycles / (report.clockMHz * 1e6)), basisLabel(basis)] as Content[],
  });
  const { initiationInterval } = report;
  return html`<h3>Speed</h3>${table(
    [
      { title: "" },
      { title: "Cycles", numeric: true },
      { title: `At ${clock}`, numeric: true },
      { title: "This figure is" },
    ],
    [
      ...report.cycles.map((figure) =>
        row("One inference, first sample in to forecast out", figure.value, figure.basis),
      ),
      ...(initiationInterval === undefined
        ? []
        : [row("Between two forecasts in a row", initiationInterval.value, initiationInterval.basis)]),
    ],
  )}<p class="note">${
    report.clockBasis === "target"
      ? `${clock} is the clock aimed at; that the design reaches it is for place and route to show, which this run has not done.`
      : `${clock} is what place and route found.`
  }</p>`;
}

function resources(report: ResourceReport): Markup {
  const best = strongest(report.totals);
  if (best === undefined) throw new RangeError("a resource report without totals");
  const others = report.totals.filter((total) => total !== best);
  const over = exceeded(report.budget, best);
  return html`<h3>Resources of the ${report.device}</h3>${table(
    [
      { title: "Resource" },
      { title: html`${basisLabel(best.basis)} ${best.source}`, numeric: true },
      { title: "Available", numeric: true },
      { title: "Share", numeric: true },
      { title: "" },
      ...others.map((total) => ({ title: html`${basisLabel(total.basis)} ${total.source}`, numeric: true })),
    ],
    resourceKinds.flatMap((kind) => resourceRow(kind, report.budget[kind], best, others) ?? []),
  )}<p class="${over.length > 0 ? "undone" : "note"}">${
    over.length > 0
      ? `It does not fit: too many ${list(over.map((kind) => resourceNames[kind]))}.`
      : `It fits.${report.budget.ramb18 === undefined ? "" : " LUT includes those used as LUTRAM; a RAMB36 counts as two RAMB18."}`
  }</p>${report.modules && modules(report.modules)}`;
}

function resourceRow(
  kind: ResourceKind,
  most: number | undefined,
  best: ResourceFigures,
  others: readonly ResourceFigures[],
) {
  const used = best.used[kind];
  if (used === undefined) return null;
  const share = most === undefined || most === 0 ? null : used / most;
  const tone = share !== null && share > 1 ? ("bad" as const) : ("main" as const);
  return {
    cells: [
      resourceNames[kind],
      count(used),
      most === undefined ? "–" : count(most),
      share === null ? "–" : percent(share),
      share === null ? "" : { content: "", bar: share, tone },
      ...others.map((total) => compare(total.used[kind], used)),
    ],
  };
}

/** Another figure of the same resource, with its distance from the one that counts. */
function compare(figure: number | undefined, counted: number): string {
  if (figure === undefined) return "–";
  if (counted === 0 || figure === counted) return count(figure);
  const distance = figure / counted - 1;
  return `${count(figure)} (${distance < 0 ? "−" : "+"}${percent(Math.abs(distance))})`;
}

function modules(report: NonNullable<ResourceReport["modules"]>): Markup {
  const kinds = resourceKinds.filter((kind) => report.list.some((part) => (part.used[kind] ?? 0) > 0));
  const most = Math.max(1, ...report.list.map((part) => part.used.lut ?? 0));
  return html`<details><summary>By module</summary>${table(
    [
      { title: "Module" },
      ...kinds.map((kind) => ({ title: resourceNames[kind], numeric: true })),
      ...(kinds.includes("lut") ? [{ title: "LUT" }] : []),
    ],
    report.list.map((part) => ({
      cells: [
        html`<code>${part.name}</code>`,
        ...kinds.map((kind) => {
          const used = part.used[kind];
          return used === undefined ? "–" : count(used);
        }),
        ...(kinds.includes("lut") ? [{ content: "", bar: (part.used.lut ?? 0) / most, tone: "main" as const }] : []),
      ],
    })),
  )}<p class="note">${basisLabel(report.basis)}</p></details>`;
}
