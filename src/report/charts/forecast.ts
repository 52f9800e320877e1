import type { ForecastTrace, Target } from "../data.js";
import { timestamp } from "../format.js";
import { html, type Markup } from "../html.js";
import { baseAxis, ink, legend, renderChart, valueAxis } from "./chart.js";
import { medianStep, type Stretch } from "./stretch.js";

type Point = [number, number | null];

/** Forecast against truth over one stretch of the test set, persistence faint behind them. */
export function forecastChart(
  id: string,
  target: Target,
  trace: ForecastTrace,
  stretch: Stretch,
  dots = false,
): Markup {
  const { times } = trace;
  const series = (name: string, values: ArrayLike<number>, color: string, width: number) => ({
    type: "line",
    name,
    data: points(values, times, stretch),
    symbol: dots ? "circle" : "none",
    symbolSize: 4,
    itemStyle: { color },
    silent: true,
    lineStyle: { color, width, join: "round" },
  });
  const chart = renderChart(
    id,
    `Forecast, truth and persistence of ${target.column} over a stretch of the test set`,
    "full",
    (size) => ({
      grid: { left: 46, right: 12, top: 34, bottom: times === undefined ? 46 : 40 },
      xAxis:
        times === undefined
          ? baseAxis("window of the test set", { min: stretch.from, max: stretch.to - 1, minInterval: 1 })
          : baseAxis("", {
              type: "time",
              min: times[stretch.from],
              max: times[stretch.to - 1],
              splitNumber: size.narrow ? 3 : 8,
              axisLabel: { color: ink.muted, hideOverlap: true, formatter: timeLabel, lineHeight: 15 },
            }),
      yAxis: valueAxis(target.unit ?? target.column, { scale: true }),
      series: [
        series("persistence", trace.persistence, ink.reference, dots ? 1.6 : 1),
        series("truth", trace.truth, ink.truth, 1.6),
        series("forecast", trace.forecast, ink.forecast, 1.6),
      ],
    }),
  );
  return html`${legend([
    { name: "truth", mark: "truth" },
    { name: "integer-only forecast", mark: "forecast" },
    { name: "persistence (the last value)", mark: "reference" },
  ])}${chart}`;
}

/** The samples of a stretch; a gap in time breaks the line. */
function points(values: ArrayLike<number>, times: ArrayLike<number> | undefined, stretch: Stretch): Point[] {
  const step = times === undefined ? null : medianStep(times);
  const data: Point[] = [];
  for (let i = stretch.from; i < stretch.to; i++) {
    const time = times?.[i] ?? i;
    const before = times?.[i - 1];
    if (step !== null && i > stretch.from && before !== undefined && time - before > 1.5 * step) {
      data.push([before + step, null]);
    }
    data.push([time, Math.fround(values[i] ?? 0)]);
  }
  return data;
}

/** Time of day; at midnight the day below it. */
function timeLabel(milliseconds: number): string {
  const [date = "", clock = ""] = timestamp(milliseconds).split(" ");
  return clock === "00:00" ? `${clock}\n${date}` : clock;
}
