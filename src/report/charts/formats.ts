import { plain } from "../format.js";
import type { FormatResult, FormatsStudy, StudyCost } from "../formats-data.js";
import type { Markup } from "../html.js";
import { baseAxis, ink, legend, renderChart, valueAxis } from "./chart.js";

/** Loss of RMSE in per cent that is drawn for all that is below: an axis of powers has no zero. */
const LEAST = 0.01;

interface Placed {
  readonly name: string;
  readonly at: readonly [number, number];
  readonly scales: string;
  readonly mixed: boolean;
  readonly front: boolean;
}

export function formatsLegend(study: FormatsStudy): Markup {
  const kinds = new Set(study.formats.map(({ scales }) => scales));
  return legend([
    ...(kinds.has("free") ? [{ name: "free scales", mark: "dot" }] : []),
    ...(kinds.has("power-of-two") ? [{ name: "power-of-two scales", mark: "diamond orange" }] : []),
    { name: "the front: nothing is better in both", mark: "forecast" },
  ]);
}

/** Loss of RMSE of every format that fits against one of its costs, the front as a line. */
export function formatsChart(
  id: string,
  study: FormatsStudy,
  cost: StudyCost,
  name: string,
  of: (hardware: NonNullable<FormatResult["hardware"]>) => number,
): Markup {
  const placed = study.formats.flatMap(({ name: format, scales, result }): Placed[] => {
    if (!result?.hardware) return [];
    const at = [of(result.hardware), Math.max(LEAST, 100 * result.loss.test)] as const;
    return [{ name: format, at, scales, mixed: format === "mixed", front: result.front.includes(cost) }];
  });
  const losses = placed.map(({ at }) => at[1]);
  const front = placed.filter((point) => point.front).toSorted((a, b) => a.at[0] - b.at[0]);
  const series = (kind: string, symbol: string, colour: string) => ({
    type: "scatter",
    symbol,
    symbolSize: symbol === "diamond" ? 11 : 9,
    data: placed
      .filter(({ scales }) => scales === kind)
      .map((point) => ({
        value: [...point.at],
        itemStyle: point.mixed
          ? { color: ink.forecast, borderColor: ink.forecast, borderWidth: 1.6 }
          : { color: ink.surface, borderColor: colour, borderWidth: 2 },
        label: {
          formatter: () => point.name,
          color: point.mixed || point.front ? ink.text : ink.muted,
          fontWeight: point.mixed ? 600 : 400,
        },
      })),
    // Kinds on different sides, so that neighbours of different kinds can both be read; over the line by a rim.
    label: {
      show: true,
      position: kind === "free" ? "top" : "bottom",
      distance: 4,
      fontSize: 11,
      textBorderColor: ink.surface,
      textBorderWidth: 3,
    },
    silent: true,
    z: 4,
  });
  return renderChart(id, `Loss of RMSE of each format against ${name}`, "full", () => ({
    grid: { left: 52, right: 24, top: 34, bottom: 46 },
    xAxis: baseAxis(name, { scale: true, axisLabel: { color: ink.muted, hideOverlap: true } }),
    yAxis: valueAxis("loss of RMSE [%]", {
      type: "log",
      min: 10 ** Math.floor(Math.log10(Math.min(1, ...losses))),
      max: 10 ** Math.ceil(Math.log10(Math.max(1, ...losses))),
      axisLabel: { color: ink.muted, formatter: (value: number) => plain(value, 3) },
      nameTextStyle: { align: "left", color: ink.muted, padding: [0, 0, 0, -44] },
    }),
    series: [
      {
        type: "line",
        step: "end",
        data: front.map(({ at }) => [...at]),
        symbol: "none",
        lineStyle: { color: ink.forecast, width: 1.6 },
        silent: true,
      },
      series("free", "circle", ink.truth),
      series("power-of-two", "diamond", ink.second),
    ],
  }));
}
