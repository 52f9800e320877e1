import { plain } from "../format.js";
import type { Markup } from "../html.js";
import type { PlannedPoint, PrecisionReport } from "../precision-data.js";
import { rmseLossOf } from "../precision-data.js";
import { baseAxis, ink, legend, renderChart, valueAxis } from "./chart.js";

/** A cost of a choice, and what it is called on an axis. */
export interface CostAxis {
  readonly name: string;
  readonly of: (point: PlannedPoint) => number;
}

/** Loss of RMSE in per cent that is drawn for all that is below: an axis of powers has no zero. */
const LEAST = 0.01;

/** What the marks of these charts mean. */
export function frontLegend(report: PrecisionReport): Markup {
  return legend([
    { name: "mixed widths, predicted", mark: "forecast" },
    ...(report.uniform.length > 0 ? [{ name: "one width for all, predicted", mark: "diamond" }] : []),
    { name: `measured (${report.quantisation === "qat" ? "trained" : "without training"})`, mark: "cross" },
    { name: "chosen", mark: "ring" },
  ]);
}

/** Loss of RMSE against one cost: the front, one width for all, what was measured, and the choice. */
export function frontChart(id: string, report: PrecisionReport, { name, of }: CostAxis): Markup {
  const predicted = (point: PlannedPoint) => [of(point), drawn(rmseLossOf(point.added))];
  const measured = report.tried.map((point) => [of(point), drawn(point.rmseLoss)]);
  const taken = report.tried.find((point) => point.taken);
  const losses = [
    ...[...report.front, ...report.uniform, report.choice].map((point) => drawn(rmseLossOf(point.added))),
    ...measured.map(([, loss]) => loss ?? LEAST),
  ];
  const limit = report.limits.rmseLoss;
  return renderChart(id, `Loss of RMSE against ${name}: mixed widths beside one width for all`, "half", () => ({
    grid: { left: 52, right: 20, top: 34, bottom: 46 },
    xAxis: baseAxis(name, { scale: true, axisLabel: { color: ink.muted, hideOverlap: true } }),
    yAxis: valueAxis("loss of RMSE [%]", {
      type: "log",
      min: 10 ** Math.floor(Math.log10(Math.min(...losses))),
      max: 10 ** Math.ceil(Math.log10(Math.max(...losses, 100 * (limit ?? 0)))),
      axisLabel: { color: ink.muted, formatter: (value: number) => plain(value, 3) },
      nameTextStyle: { align: "left", color: ink.muted, padding: [0, 0, 0, -44] },
    }),
    series: [
      {
        type: "line",
        data: unbeaten(report.front, of).map(predicted),
        symbol: "none",
        lineStyle: { color: ink.forecast, width: 1.6 },
        silent: true,
        ...(limit === undefined
          ? {}
          : {
              markLine: {
                symbol: "none",
                silent: true,
                animation: false,
                lineStyle: { color: ink.line, type: [4, 4], width: 1 },
                data: [
                  {
                    yAxis: 100 * limit,
                    label: {
                      formatter: () => `limit ${plain(100 * limit, 3)} %`,
                      color: ink.muted,
                      position: "insideEndTop",
                    },
                  },
                ],
              },
            }),
      },
      {
        type: "scatter",
        symbol: "circle",
        symbolSize: 6,
        data: report.front.map(predicted),
        itemStyle: { color: ink.forecast },
        silent: true,
      },
      {
        type: "scatter",
        symbol: "diamond",
        symbolSize: 11,
        data: report.uniform.map((point) => ({
          value: predicted(point),
          label: { formatter: () => `${point.bits}` },
        })),
        label: { show: true, position: "right", color: ink.muted, distance: 4 },
        itemStyle: { color: ink.surface, borderColor: ink.truth, borderWidth: 1.6 },
        silent: true,
        z: 4,
      },
      {
        type: "scatter",
        symbol: CROSS,
        symbolSize: 10,
        data: measured,
        itemStyle: { color: ink.second },
        silent: true,
        z: 5,
      },
      {
        type: "scatter",
        symbolSize: 17,
        data: taken === undefined ? [] : [[of(taken), drawn(taken.rmseLoss)]],
        itemStyle: { color: "transparent", borderColor: ink.forecast, borderWidth: 2.5 },
        silent: true,
        z: 6,
      },
    ],
  }));
}

/** By rising cost, those that no other beats in both: the choices are the front of one cost, and need not be that of another. */
function unbeaten(points: readonly PlannedPoint[], of: CostAxis["of"]): PlannedPoint[] {
  let least = Number.POSITIVE_INFINITY;
  return points
    .toSorted((a, b) => of(a) - of(b) || a.added - b.added)
    .filter(({ added }) => {
      if (added >= least) return false;
      least = added;
      return true;
    });
}

/** Two crossed bars. */
const CROSS = "path://M1,0 L5,4 L9,0 L10,1 L6,5 L10,9 L9,10 L5,6 L1,10 L0,9 L4,5 L0,1 Z";

function drawn(loss: number): number {
  return Math.max(LEAST, 100 * loss);
}
