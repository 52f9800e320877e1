import { type Forecaster, forecasters, type ReportData, type TargetEvaluation } from "../data.js";
import { count, significant } from "../format.js";
import { html, type Markup } from "../html.js";
import { forecasterNames, relative } from "../judge.js";
import { notDone, type Section, table } from "./section.js";

const own: readonly Forecaster[] = ["float", "fakeQuantised", "integer", "integerWithoutBranch"];

/** Every forecaster's error on identical windows. */
export function errorSection(data: ReportData): Section {
  const title = "Errors on identical windows";
  const { evaluation } = data;
  if (!evaluation) {
    return { id: "errors", title, body: notDone("No error has been measured on the test set:", "gatecast evaluate") };
  }
  const body = data.targets.map((target, index) => {
    const measured = evaluation.targets[index];
    if (!measured) return "";
    return html`${data.targets.length > 1 && html`<h3><code>${target.column}</code></h3>`}${errorTable(measured, target.unit)}${branch(measured)}`;
  });
  return {
    id: "errors",
    title,
    body: html`<p>All forecasters are measured on the same ${count(evaluation.windows)} windows of the test set, none of which training or the choice of the best epoch has seen. ${
      data.model.architecture.horizon > 1 && `Errors are over all ${data.model.architecture.horizon} steps ahead.`
    }</p>${body}`,
  };
}

function errorTable(measured: TargetEvaluation, unit: string | null): Markup {
  const { errors } = measured;
  const rows = forecasters.flatMap((name) => {
    const figures = errors[name];
    return figures === undefined ? [] : [{ name, figures }];
  });
  const worst = Math.max(...rows.map((row) => row.figures.rmse));
  const heading = (name: string) => (unit === null ? name : html`${name} <span class="unit">${unit}</span>`);
  return table(
    [
      { title: "Forecaster" },
      { title: heading("RMSE"), numeric: true },
      { title: "" },
      { title: heading("MAE"), numeric: true },
      { title: "RMSE ÷ linear", numeric: true },
    ],
    rows.map(({ name, figures }) => {
      const ratio = relative(figures, errors.linear);
      return {
        main: name === "integer",
        cells: [
          forecasterNames[name],
          significant(figures.rmse, 4),
          {
            content: "",
            bar: figures.rmse / worst,
            tone: name === "integer" ? "main" : own.includes(name) ? "own" : "quiet",
          },
          significant(figures.mae, 4),
          ratio === null ? "–" : (1 + ratio).toFixed(3),
        ],
      };
    }),
  );
}

/** Whether the Transformer carries the forecast, or only the short-cuts beside it do. */
function branch({ errors }: TargetEvaluation): Markup | null {
  const without = relative(errors.integerWithoutBranch, errors.integer);
  if (without === null) return null;
  const share = `${(100 * Math.abs(without)).toFixed(1)} %`;
  const text =
    without > 0.005
      ? `With the Transformer's branch zeroed the RMSE rises by ${share}: the branch carries part of the forecast, not only the short-cuts beside it.`
      : `With the Transformer's branch zeroed the RMSE ${without < 0 ? `falls by ${share}` : `rises by only ${share}`}: the short-cuts beside it carry the forecast, the branch adds nothing of weight.`;
  return html`<p class="${without > 0.005 ? "note" : "undone"}">${text}</p>`;
}
