import type { LearningReport } from "../data.js";
import { plain } from "../format.js";
import { html, type Markup } from "../html.js";
import { baseAxis, ink, legend, renderChart, valueAxis } from "./chart.js";

/** Loss by epoch, phase after phase on one axis; the epoch that was kept is marked. */
export function learningChart(id: string, learning: LearningReport): Markup {
  const losses = learning.phases.flatMap((phase) => [...phase.train, ...phase.validation]).filter((loss) => loss > 0);
  const least = Math.min(...losses);
  const most = Math.max(...losses);
  const powers = losses.length > 0 && most / least > 6;
  const phases = learning.phases.map((phase, index) => ({
    ...phase,
    first: 1 + learning.phases.slice(0, index).reduce((sum, before) => sum + before.train.length, 0),
  }));
  const line = (values: readonly number[], first: number, color: string, width: number) => ({
    type: "line",
    data: values.map((loss, epoch) => [first + epoch, Math.fround(loss)]),
    symbol: "circle",
    showSymbol: values.length === 1,
    lineStyle: { color, width },
    itemStyle: { color },
    silent: true,
  });
  const total = phases.reduce((sum, phase) => sum + phase.train.length, 0);
  const chart = renderChart(id, `Learning curves: ${learning.loss} by epoch`, "full", (size) => ({
    grid: { left: 54, right: 16, top: 52, bottom: 46 },
    xAxis: baseAxis("epoch", { min: 1, max: Math.max(2, total), minInterval: 1 }),
    yAxis: valueAxis("loss", {
      ...(powers
        ? { type: "log", logBase: 2, min: 2 ** Math.floor(Math.log2(least)), max: 2 ** Math.ceil(Math.log2(most)) }
        : { scale: true }),
      axisLabel: { color: ink.muted, formatter: (value: number) => plain(value, 3) },
      nameTextStyle: { align: "left", color: ink.muted, padding: [0, 0, 0, -46] },
    }),
    series: [
      ...phases.flatMap((phase) => [
        line(phase.train, phase.first, ink.reference, 1.4),
        line(phase.validation, phase.first, ink.forecast, 1.8),
      ]),
      {
        type: "scatter",
        symbolSize: 10,
        data: phases.flatMap((phase) =>
          phase.best < 0 ? [] : [[phase.first + phase.best, phase.validation[phase.best]]],
        ),
        itemStyle: { color: ink.surface, borderColor: ink.forecast, borderWidth: 2.5 },
        silent: true,
        z: 5,
        markLine: {
          symbol: "none",
          silent: true,
          animation: false,
          lineStyle: { color: ink.line, type: [4, 4], width: 1 },
          data: phases.map((phase) => ({
            xAxis: phase.first,
            label: {
              formatter: () => phase.name,
              color: ink.text,
              position: "end",
              align: "left",
              distance: [0, size.narrow ? 6 : 8],
            },
          })),
        },
      },
    ],
  }));
  return html`${legend([
    { name: "validation", mark: "forecast" },
    { name: "training", mark: "reference" },
    { name: "epoch that was kept", mark: "ring" },
  ])}${chart}`;
}
