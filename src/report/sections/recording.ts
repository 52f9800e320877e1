import type { QuantisedTensor, ReportData } from "../data.js";
import { count, list, percent, significant, smallPercent, stepName, timestamp } from "../format.js";
import { html, type Markup } from "../html.js";
import { facts, notDone, type Section, table } from "./section.js";

/** The recording: what came in, how it was split, what was found. */
export function recordingSection(data: ReportData): Section {
  const { period, windows, findings } = data.data;
  const total = Math.max(1, windows.train + windows.validation + windows.test);
  const part = (name: string, style: string, found: number) =>
    html`<li class="${style}" style="flex-grow:${(found / total).toFixed(4)}"><strong>${count(found)}</strong> ${name}</li>`;
  return {
    id: "recording",
    title: "The recording",
    body: html`${facts([
      ["Source", data.data.source],
      ["Rows", count(data.data.rows)],
      ["Columns read", list(data.data.columns)],
      ["Forecast", list(data.targets.map(({ column, unit }) => (unit === null ? column : `${column} [${unit}]`)))],
      ...(period ? [["Period", `${timestamp(period.from)} to ${timestamp(period.to)}`] as const] : []),
      ...(data.data.stepSeconds === undefined ? [] : [["Step", stepName(data.data.stepSeconds)] as const]),
      ["Split", data.data.split],
    ])}<h3>Windows</h3><ul class="split">${part("training", "train", windows.train)}${part("validation", "validation", windows.validation)}${part("test", "test", windows.test)}</ul>
<h3>What was found in it</h3>${
      findings.length === 0
        ? html`<p>Nothing to report: no missing values, duplicates, gaps or irregular steps.</p>`
        : html`<ul class="findings">${findings.map(({ severity, text }) => html`<li class="finding-${severity}">${text}</li>`)}</ul>`
    }`,
  };
}

/** Every quantised tensor: its scale, and how much of its codes it uses. */
export function quantisationSection(data: ReportData): Section {
  const title = "Quantisation";
  if (!data.quantisation) {
    return { id: "quantisation", title, body: notDone("No tensor has been quantised:", "gatecast train") };
  }
  const idle = data.quantisation.filter((tensor) => idleCodes(tensor));
  return {
    id: "quantisation",
    title,
    body: html`<p>value = scale × (code − zero point). A tensor that leaves most of its codes unused wastes bits, and shows too little for equality to mean much; one that sits at its clamps loses signal.</p>
${table(
  [
    { title: "Tensor" },
    { title: "Role" },
    { title: "Bits", numeric: true },
    { title: "Scale", numeric: true },
    { title: "Zero point", numeric: true },
    { title: "Codes used", numeric: true },
    { title: "" },
    { title: "At lowest code", numeric: true },
    { title: "At highest code", numeric: true },
  ],
  data.quantisation.map((tensor) => ({ cells: tensorCells(tensor) })),
)}${
  idle.length > 0 &&
  html`<p class="undone">Fewer than half of their codes are used by ${list(idle.map((tensor) => tensor.name))}.</p>`
}`,
  };
}

/** Samples and forecast are left out: they are as wide as a sensor may need, and a calm recording uses few of their codes. */
function idleCodes(tensor: QuantisedTensor): boolean {
  return tensor.bits <= 8 && tensor.codes.used < tensor.codes.of / 2;
}

function tensorCells(tensor: QuantisedTensor) {
  const share = tensor.codes.used / tensor.codes.of;
  const { scale, clamped } = tensor;
  return [
    html`<code>${tensor.name}</code>`,
    tensor.role,
    String(tensor.bits),
    typeof scale === "number" ? significant(scale) : scaleRange(scale),
    tensor.zeroPoint === null ? "0" : count(tensor.zeroPoint),
    `${count(tensor.codes.used)} of ${count(tensor.codes.of)} (${percent(share, 0)})`,
    { content: "", bar: share, tone: idleCodes(tensor) ? ("bad" as const) : ("main" as const) },
    clamped ? smallPercent(clamped.low) : "–",
    clamped ? smallPercent(clamped.high) : "–",
  ];
}

function scaleRange([least, most]: readonly [number, number]): Markup {
  return html`${significant(least)} … ${significant(most)}`;
}
