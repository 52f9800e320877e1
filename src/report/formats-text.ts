import { count, latency, percent, significant } from "./format.js";
import { type FormatsStudy, type StudiedFormat, studyCostNames } from "./formats-data.js";
import { renderTable } from "./table.js";

/** The study for a terminal: one table. */
export function formatsText(study: FormatsStudy): string {
  const { references, device, clockMHz, windows, quantisation, unavailable } = study;
  const right = (title: string) => ({ title, align: "right" as const });
  const table = renderTable(
    [
      "format",
      right("RMSE"),
      right("against float"),
      right("cycles"),
      right("latency"),
      right("uJ"),
      right("LUT"),
      right("FF"),
      right("DSP"),
      right("block RAM"),
      "front of",
    ],
    study.formats.map((format) => row(format, clockMHz)),
  );
  const how =
    quantisation === "qat" ? "after quantisation-aware training" : "quantised without training (a quick look)";
  return [
    table,
    `Integer-only models on ${count(windows.test)} test windows, ${how}. For comparison: float ${significant(references.float, 4)}, linear ${significant(references.linear, 4)}, persistence ${significant(references.persistence, 4)}.`,
    `${device} at ${clockMHz} MHz; cycles are exact for these plans, resources and energy estimated. "front of": nothing in the table has both less error and less of it.`,
    ...study.formats.flatMap(({ title, note }) => (note === null ? [] : [`${title}: ${note}`])),
    ...unavailable.map(({ format, why }) => `Not in the arithmetic: ${format}; ${why}.`),
  ].join("\n");
}

function row({ title, result }: StudiedFormat, clockMHz: number): (string | null)[] {
  if (result === null) return [title, ...new Array<null>(10).fill(null)];
  const { rmse, loss, hardware, front } = result;
  const error = [title, significant(rmse, 4), signed(loss.test)];
  if (hardware === null) return [...error, "does not fit", ...new Array<null>(7).fill(null)];
  const { cycles, microjoules, lut, ff, dsp, blockRam } = hardware;
  return [
    ...error,
    count(cycles),
    latency(cycles / (clockMHz * 1e6)).replace("µs", "us"),
    significant(microjoules),
    ...[lut, ff, dsp, blockRam].map(count),
    front.map((cost) => studyCostNames[cost]).join(", "),
  ];
}

function signed(share: number): string {
  return `${share < 0 ? "-" : "+"}${percent(Math.abs(share), 2)}`;
}
