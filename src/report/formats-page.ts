import { formatsChart, formatsLegend } from "./charts/formats.js";
import { count, latency, list, percent, significant } from "./format.js";
import { type FormatsStudy, type StudiedFormat, studyCostNames } from "./formats-data.js";
import { html } from "./html.js";
import { renderPage } from "./page.js";
import { basisLabel, type Section, table } from "./sections/section.js";

/** The study as one HTML file: what each format loses and costs, the fronts of error against cost. */
export function renderFormatsPage(study: FormatsStudy): string {
  const { targets, data, network, device, quantisation } = study;
  const how = quantisation === "qat" ? "each after quantisation-aware training" : "each quantised without training";
  const header = html`<p class="brand">Gatecast · formats on ${data}</p>
<h1>Formats for forecasting <code>${targets.join(", ")}</code></h1>
<p class="lead">${count(study.formats.length)} formats of one network (${network}) on the ${device}, ${how}: what the integer-only model loses against the float model, and what its accelerator takes.</p>`;
  return renderPage({
    title: `Formats: ${targets.join(", ")} – Gatecast`,
    header,
    parts: [frontSection(study), tableSection(study)],
    footer: html`Written by Gatecast. Cycles are exact for these plans; resources and energy are estimated.`,
  });
}

function frontSection(study: FormatsStudy): Section {
  const { clockMHz } = study;
  const axes = [
    {
      cost: "microjoules",
      name: "energy of an inference [µJ]",
      of: ({ microjoules }: { microjoules: number }) => microjoules,
    },
    { cost: "cycles", name: "latency [µs]", of: ({ cycles }: { cycles: number }) => cycles / clockMHz },
    { cost: "lut", name: "LUT", of: ({ lut }: { lut: number }) => lut },
  ] as const;
  const misfits = study.formats.filter(({ result }) => result !== null && result.hardware === null);
  return {
    id: "fronts",
    title: "Error against cost",
    body: html`${formatsLegend(study)}${axes.map(
      ({ cost, name, of }) => html`<figure>${formatsChart(`formats-${cost}`, study, cost, name, of)}</figure>`,
    )}<p class="note">Losses of 0.01 % and less, and formats that beat the float model, stand at the lower edge. ${
      misfits.length > 0 &&
      `Not drawn, since the device does not hold them: ${list(misfits.map(({ title }) => title))}. `
    }${basisLabel("estimated")}</p>`,
  };
}

function tableSection(study: FormatsStudy): Section {
  const { references, windows, unavailable } = study;
  const notes = study.formats.filter(({ note, result }) => note !== null && result === null);
  return {
    id: "table",
    title: "Every format",
    body: html`${table(
      [
        { title: "Format" },
        { title: "RMSE", numeric: true },
        { title: "Against float", numeric: true },
        { title: "Cycles", numeric: true },
        { title: "Latency", numeric: true },
        { title: html`Energy <span class="unit">µJ</span>`, numeric: true },
        { title: "LUT", numeric: true },
        { title: "FF", numeric: true },
        { title: "DSP", numeric: true },
        { title: "Block RAM", numeric: true },
        { title: "On the front of" },
      ],
      study.formats.map((format) => ({ cells: cells(format, study.clockMHz), main: format.name === "mixed" })),
    )}<p class="note">Integer-only models on ${count(windows.test)} test windows. For comparison: float ${significant(references.float, 4)}, linear ${significant(references.linear, 4)}, persistence ${significant(references.persistence, 4)}.</p>${notes.map(
      ({ title, note }) => html`<p class="undone"><strong>${title}:</strong> ${note}</p>`,
    )}<ul class="findings">${unavailable.map(({ format, why }) => html`<li>Not in the arithmetic: ${format}; ${why}.</li>`)}</ul>`,
  };
}

function cells({ title, result }: StudiedFormat, clockMHz: number) {
  if (result === null) return [title, ...new Array<string>(10).fill("–")];
  const { rmse, loss, hardware, front } = result;
  const error = [title, significant(rmse, 4), `${loss.test < 0 ? "−" : "+"}${percent(Math.abs(loss.test), 2)}`];
  if (hardware === null) return [...error, "does not fit", ...new Array<string>(7).fill("–")];
  const { cycles, microjoules, lut, ff, dsp, blockRam } = hardware;
  return [
    ...error,
    count(cycles),
    latency(cycles / (clockMHz * 1e6)),
    significant(microjoules),
    ...[lut, ff, dsp, blockRam].map(count),
    front.map((cost) => studyCostNames[cost]).join(", "),
  ];
}
