import { BarChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, MarkLineComponent } from "echarts/components";
import { type EChartsCoreOption, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { html, type Markup, raw } from "../html.js";

use([BarChart, LineChart, ScatterChart, GridComponent, MarkLineComponent, SVGRenderer]);

/**
 * Colours of a chart. ECharts writes fixed colours, so each of these is a stand-in that no chart uses otherwise; it becomes
 * the style sheet's variable of that name, and the page can be light, dark or printed without drawing anything again.
 */
export const ink = {
  text: "#010001",
  muted: "#010002",
  line: "#010003",
  grid: "#010004",
  truth: "#010005",
  forecast: "#010006",
  reference: "#010007",
  second: "#010008",
  surface: "#010009",
} as const;

const variables = new Map<string, string>(Object.entries(ink).map(([name, colour]) => [colour, `var(--${name})`]));

export interface Size {
  readonly width: number;
  readonly height: number;
  /** For narrow screens: fewer labels, smaller margins. */
  readonly narrow: boolean;
}

const charts = {
  full: { wide: [1040, 330], narrow: [400, 280] },
  half: { wide: [506, 270], narrow: [400, 250] },
} as const;

/**
 * A chart as inline SVG, in two versions of which the style sheet shows one: text keeps its size on a telephone.
 *
 * @param id unique on the page; becomes the stem of the SVG's own ids
 * @param label what the chart says, for those who cannot see it
 */
export function renderChart(
  id: string,
  label: string,
  extent: keyof typeof charts,
  option: (size: Size) => EChartsCoreOption,
): Markup {
  const version = (name: "wide" | "narrow") => {
    const [width, height] = charts[extent][name];
    const size = { width, height, narrow: name === "narrow" };
    return html`<div class="chart ${name}">${raw(draw(`${id}-${name}`, label, size, option(size)))}</div>`;
  };
  return html`${version("wide")}${version("narrow")}`;
}

function draw(id: string, label: string, size: Size, option: EChartsCoreOption): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: size.width, height: size.height, locale: "EN" });
  try {
    chart.setOption({ animation: false, useUTC: true, textStyle: { color: ink.text, fontSize: 12 }, ...option });
    return tidy(chart.renderToSVGString(), id, label);
  } finally {
    chart.dispose();
  }
}

/** Takes out what only a live chart needs, and the counters that would make two runs differ; puts in colours and label. */
function tidy(svg: string, id: string, label: string): string {
  const ids = new Map<string, string>();
  const own = (name: string) => {
    const known = ids.get(name) ?? `${id}-${ids.size}`;
    ids.set(name, known);
    return known;
  };
  return svg
    .replace(/<style[\s\S]*?<\/style>/g, "")
    .replace(/<rect [^>]*fill="none"[^>]*><\/rect>/, "")
    .replace(/<path d="[^"]*"(?: transform="[^"]*")? fill="none"><\/path>/g, "")
    .replaceAll(' fill="#000"', "")
    .replace(/ (class="zr[^"]*"|pointer-events="visible"|xmlns:xlink="[^"]*"|version="1.1"|baseProfile="full")/g, "")
    .replace(/^<svg width="\d+" height="\d+"/, html`<svg role="img" aria-label="${label}"`.text)
    .replace(/\b(id="|url\(#)(zr[\w-]+)/g, (_, before: string, name: string) => before + own(name))
    .replace(/#0100[0-9a-f]{2}\b/g, (colour) => variables.get(colour) ?? colour)
    .replace(/(font(?:-family)?:[^";]*)\bsans-serif\b/g, "$1var(--font)")
    .replace(/\n\s*/g, "");
}

/** A value axis with its unit above it, horizontal, so that nobody has to turn the head. */
export function valueAxis(name: string, more: EChartsCoreOption = {}): EChartsCoreOption {
  return {
    type: "value",
    name,
    nameLocation: "end",
    nameGap: 14,
    nameTextStyle: { align: "left", color: ink.muted, padding: [0, 0, 0, -38] },
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { color: ink.muted },
    splitLine: { lineStyle: { color: ink.grid } },
    ...more,
  };
}

/** The horizontal axis, named at its middle below. */
export function baseAxis(name: string, more: EChartsCoreOption = {}): EChartsCoreOption {
  return {
    type: "value",
    name,
    nameLocation: "middle",
    nameGap: 30,
    nameTextStyle: { color: ink.muted },
    axisLine: { show: true, onZero: false, lineStyle: { color: ink.line } },
    axisTick: { show: true, lineStyle: { color: ink.line } },
    axisLabel: { color: ink.muted, hideOverlap: true },
    splitLine: { show: false },
    ...more,
  };
}

/** The key of a chart as HTML above it: it wraps, and can never lie on the data. */
export function legend(entries: readonly { readonly name: string; readonly mark: string }[]): Markup {
  return html`<ul class="legend">${entries.map(
    (entry) => html`<li><span class="mark ${entry.mark}"></span>${entry.name}</li>`,
  )}</ul>`;
}
