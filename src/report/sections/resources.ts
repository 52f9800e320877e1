import {
  type ImplementationReport,
  type ReportData,
  type ResourceFigures,
  type ResourceKind,
  type ResourceReport,
  resourceKinds,
  type TimingReport,
} from "../data.js";
import { count, latency, list, percent, plain } from "../format.js";
import { type Content, html, type Markup } from "../html.js";
import { byBasis, exceeded, figureWithDistance, resourceNames } from "../judge.js";
import { basisLabel, notDone, type Section, table } from "./section.js";

/** Resources against the budget, cycles and latency; each figure with its basis. */
export function resourceSection(data: ReportData): Section {
  return {
    id: "resources",
    title: "Resources and speed",
    body: html`${
      data.timing
        ? timing(data.timing, data.implementation)
        : notDone("Cycles have been neither estimated nor simulated:", "gatecast generate, gatecast simulate")
    }${
      data.resources
        ? resources(data.resources, data.implementation)
        : notDone("Resources have been neither estimated nor synthesised:", "gatecast synthesize")
    }`,
  };
}

function timing(report: TimingReport, implementation: ImplementationReport | undefined): Markup {
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
  )}<p class="${missed(implementation) ? "undone" : "note"}">${clockNote(clock, implementation)}</p>`;
}

function missed(implementation: ImplementationReport | undefined): boolean {
  return implementation?.state === "done" && implementation.clock.fmaxMHz < implementation.clock.targetMHz;
}

function clockNote(clock: string, implementation: ImplementationReport | undefined): string {
  if (implementation?.state !== "done") {
    const why = implementation === undefined ? "" : ` (${implementation.reason})`;
    return `${clock} is the clock aimed at; that the design reaches it is for place and route to show, which this run has not done${why}.`;
  }
  const { fmaxMHz, targetMHz } = implementation.clock;
  const found = `place and route (${implementation.source}) finds ${plain(fmaxMHz)} MHz`;
  return fmaxMHz >= targetMHz
    ? `${clock} is the clock aimed at; ${found}.`
    : `${clock} is the clock aimed at, and the design does not reach it: ${found}.`;
}

/** Estimate, synthesis, place and route side by side, each with its distance from the next; the last one counts. */
function resources(report: ResourceReport, implementation: ImplementationReport | undefined): Markup {
  const totals = byBasis(report, implementation);
  const best = totals.at(-1);
  if (best === undefined) throw new RangeError("a resource report without totals");
  const over = exceeded(report.budget, best);
  return html`<h3>Resources of the ${report.device}</h3>${table(
    [
      { title: "Resource" },
      ...totals.map((total) => ({ title: html`${basisLabel(total.basis)} ${total.source}`, numeric: true })),
      { title: "Available", numeric: true },
      { title: "Share", numeric: true },
      { title: "" },
    ],
    resourceKinds.flatMap((kind) => resourceRow(kind, report.budget[kind], totals) ?? []),
  )}<p class="${over.length > 0 ? "undone" : "note"}">${
    over.length > 0
      ? `It does not fit: too many ${list(over.map((kind) => resourceNames[kind]))}.`
      : `It fits.${report.budget.ramb18 === undefined ? " LUT are logic cells, each a look-up table with a flip-flop and a carry." : " LUT includes those used as LUTRAM; a RAMB36 counts as two RAMB18."}`
  } In brackets: the distance from the figure to the right.</p>${implementation?.state === "done" && placed(implementation)}${report.modules && modules(report.modules)}`;
}

function placed({ of, bitstream, power }: ImplementationReport & { readonly state: "done" }): Markup {
  const energy =
    power === undefined
      ? ""
      : ` Power by ${power.source}: ${plain(1e3 * power.total)} mW, ${plain(1e3 * power.static)} mW of it static.`;
  return html`<p class="note">Placed and routed: ${of}.${energy}${
    bitstream && html` Bitstream for the ${bitstream.board}: <code>${bitstream.file}</code>.`
  }</p>`;
}

function resourceRow(kind: ResourceKind, most: number | undefined, totals: readonly ResourceFigures[]) {
  const used = [...totals].reverse().flatMap((total) => total.used[kind] ?? [])[0];
  if (used === undefined) return null;
  const share = most === undefined || most === 0 ? null : used / most;
  const tone = share !== null && share > 1 ? ("bad" as const) : ("main" as const);
  return {
    cells: [
      resourceNames[kind],
      ...totals.map((total) => figureWithDistance(totals, total, kind)),
      most === undefined ? "–" : count(most),
      share === null ? "–" : percent(share),
      share === null ? "" : { content: "", bar: share, tone },
    ],
  };
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
