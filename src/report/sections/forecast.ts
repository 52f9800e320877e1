import { errorByHour, errorDistribution } from "../charts/errors.js";
import { forecastChart } from "../charts/forecast.js";
import { chooseStretch, liveliest, type Stretch } from "../charts/stretch.js";
import type { ForecastTrace, ReportData } from "../data.js";
import { plural, significant, stepName, timestamp } from "../format.js";
import { html } from "../html.js";
import { unitOf } from "../judge.js";
import { notDone, type Section } from "./section.js";

/** Forecast against truth on the test set, and how the errors are distributed. */
export function forecastSection(data: ReportData): Section {
  const title = "Forecast against truth";
  const parts = data.targets.flatMap((target, index) => {
    const trace = data.evaluation?.targets[index]?.trace;
    return trace === undefined || trace.truth.length === 0 ? [] : [{ target, trace, index }];
  });
  if (parts.length === 0) {
    return { id: "forecast", title, body: notDone("The model has not been run on the test set:", "gatecast evaluate") };
  }
  const body = parts.map(({ target, trace, index }) => {
    const stretch = chooseStretch(trace);
    const close = liveliest(trace, stretch);
    const hours = errorByHour(`hours-${index}`, target, trace);
    return html`${parts.length > 1 && html`<h3><code>${target.column}</code></h3>`}
<figure>${forecastChart(`forecast-${index}`, target, trace, stretch)}<figcaption>${caption(trace, stretch)} RMSE here ${significant(stretch.rmse)}${unitOf(target)}.</figcaption></figure>
${close && html`<h3>Closer, where the signal moves most</h3><figure>${forecastChart(`closer-${index}`, target, trace, close, true)}<figcaption>${period(trace, close)}RMSE here ${significant(close.rmse)}${unitOf(target)}.</figcaption></figure>`}
<div class="pair"><figure>${errorDistribution(`errors-${index}`, target, trace)}</figure>${hours && html`<figure>${hours}</figure>`}</div>`;
  });
  const { window } = data.model.architecture;
  const { stepSeconds } = data.data;
  const step = stepSeconds === undefined ? "one step" : `one step (${stepName(stepSeconds)})`;
  return {
    id: "forecast",
    title,
    body: html`<p>Each forecast looks ${step} ahead, from the ${window} samples before it.</p>${body}`,
  };
}

function period(trace: ForecastTrace, stretch: Stretch): string {
  const first = trace.times?.[stretch.from];
  const last = trace.times?.[stretch.to - 1];
  return first === undefined || last === undefined ? "" : `${timestamp(first)} to ${timestamp(last)}, test set. `;
}

function caption(trace: ForecastTrace, stretch: Stretch): string {
  const when = period(trace, stretch);
  const length = stretch.days === null ? plural(stretch.to - stretch.from, "window") : plural(stretch.days, "day");
  if (stretch.candidates === 1) return `${when}All there is: ${length}.`;
  return `${when}Neither the best nor the worst: of ${stretch.candidates} stretches of ${length} this one has the median error.`;
}
