import type { ForecastTrace, Target } from "../data.js";
import { percent, plain } from "../format.js";
import { html, type Markup } from "../html.js";
import { baseAxis, ink, legend, renderChart, valueAxis } from "./chart.js";

/** How often the forecast errs by how much: the integer-only model filled, persistence as an outline. */
export function errorDistribution(id: string, target: Target, trace: ForecastTrace): Markup {
  const model = deviations(trace.forecast, trace.truth);
  const persistence = deviations(trace.persistence, trace.truth);
  const wanted = niceCeiling(quantile([...model, ...persistence].map(Math.abs), 0.99));
  // Bars as wide as whole steps of the signal: otherwise some would hold one step more than their neighbours.
  const step = Array.from(trace.truth).every(Number.isInteger) ? 1 : 0;
  const width = step === 0 ? wanted / 20 : Math.max(1, Math.ceil(wanted / 20));
  const bins = 2 * Math.ceil(wanted / width) + step;
  const reach = (bins * width) / 2;
  const shares = (errors: readonly number[]) => {
    const found = new Array<number>(bins).fill(0);
    for (const error of errors) {
      const bin = Math.floor((error + reach) / width);
      if (bin >= 0 && bin < bins) found[bin] = (found[bin] ?? 0) + 1 / errors.length;
    }
    return found.map((share, bin) => [-reach + (bin + 0.5) * width, 100 * share] as [number, number]);
  };
  const outside = model.filter((error) => Math.abs(error) > reach).length / Math.max(1, model.length);
  const chart = renderChart(id, `Distribution of the error of ${target.column}`, "half", () => ({
    grid: { left: 46, right: 14, top: 34, bottom: 46 },
    xAxis: baseAxis(`forecast minus truth${target.unit === null ? "" : ` [${target.unit}]`}`, {
      min: -reach,
      max: reach,
      axisLabel: { color: ink.muted, showMinLabel: false, showMaxLabel: false },
    }),
    yAxis: valueAxis("% of windows"),
    series: [
      {
        type: "bar",
        data: shares(model),
        barWidth: "92%",
        itemStyle: { color: ink.forecast, opacity: 0.75 },
        silent: true,
      },
      {
        type: "line",
        step: "middle",
        data: shares(persistence),
        symbol: "none",
        lineStyle: { color: ink.second, width: 1.5 },
        silent: true,
      },
    ],
  }));
  return html`<h3>How large the errors are</h3>${legend([
    { name: "integer-only forecast", mark: "forecast block" },
    { name: "persistence", mark: "second" },
  ])}${chart}${outside > 0 && html`<p class="note">${percent(outside)} of the windows lie outside ±${plain(reach)}.</p>`}`;
}

/** RMSE by hour of the day, so that a forecaster that only works at night shows. Null without a day's hours. */
export function errorByHour(id: string, target: Target, trace: ForecastTrace): Markup | null {
  const { times } = trace;
  if (times === undefined) return null;
  const hours = (values: ArrayLike<number>) => {
    const sums = new Array<number>(24).fill(0);
    const counts = new Array<number>(24).fill(0);
    for (let i = 0; i < trace.truth.length; i++) {
      const hour = new Date(times[i] ?? 0).getUTCHours();
      sums[hour] = (sums[hour] ?? 0) + ((values[i] ?? 0) - (trace.truth[i] ?? 0)) ** 2;
      counts[hour] = (counts[hour] ?? 0) + 1;
    }
    return { rmse: sums.map((sum, hour) => Math.sqrt(sum / Math.max(1, counts[hour] ?? 0))), counts };
  };
  const model = hours(trace.forecast);
  if (model.counts.some((windows) => windows === 0)) return null;
  const persistence = hours(trace.persistence);
  const chart = renderChart(id, `RMSE of ${target.column} by hour of the day`, "half", () => ({
    grid: { left: 46, right: 14, top: 34, bottom: 46 },
    xAxis: baseAxis("hour of the day", {
      type: "category",
      data: model.rmse.map((_, hour) => String(hour).padStart(2, "0")),
      axisTick: { show: false },
      axisLabel: { color: ink.muted, interval: 2 },
    }),
    yAxis: valueAxis(target.unit === null ? "RMSE" : `RMSE [${target.unit}]`),
    series: [
      {
        type: "bar",
        data: model.rmse,
        barWidth: "72%",
        itemStyle: { color: ink.forecast, opacity: 0.75 },
        silent: true,
      },
      {
        type: "line",
        data: persistence.rmse,
        symbol: "circle",
        symbolSize: 5,
        lineStyle: { color: ink.second, width: 1.5 },
        itemStyle: { color: ink.second },
        silent: true,
      },
    ],
  }));
  return html`<h3>When they happen</h3>${legend([
    { name: "integer-only forecast", mark: "forecast block" },
    { name: "persistence", mark: "second" },
  ])}${chart}`;
}

function deviations(forecast: ArrayLike<number>, truth: ArrayLike<number>): number[] {
  return Array.from({ length: truth.length }, (_, i) => (forecast[i] ?? 0) - (truth[i] ?? 0));
}

function quantile(values: number[], share: number): number {
  values.sort((a, b) => a - b);
  return values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0;
}

/** The next of 1, 2, 2.5, 5, 10 times a power of ten; 1 for 0, so that an axis has an extent. */
function niceCeiling(value: number): number {
  if (!(value > 0)) return 1;
  let power = 1;
  while (power > value) power /= 10;
  while (power * 10 <= value) power *= 10;
  return power * ([1, 1.5, 2, 2.5, 3, 4, 5, 6, 8].find((factor) => factor * power >= value) ?? 10);
}
