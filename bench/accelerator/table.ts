import { renderTable } from "../../src/report/table.js";
import { decimals, whole } from "../common/format.js";
import type { AcceleratorRow } from "./row.js";

/** "met", or what is missing. */
export function verdict({ cycles, wanted, fits, failures }: AcceleratorRow): string {
  if (fits === false) return "DOES NOT FIT";
  if (failures.length > 0) return "FAILED";
  if (cycles === null) return "not measured";
  if (wanted === null) return "fits";
  return cycles <= wanted ? "met" : "MISSED";
}

export function acceleratorTable(rows: readonly AcceleratorRow[]): string {
  const right = (title: string) => ({ title, align: "right" }) as const;
  const figures = [
    ...[
      "device",
      "d_model",
      "bits",
      "m",
      "h",
      "L",
      "targets",
      "folded",
      "scales",
      "published",
      "wanted",
      "cycles",
      "factor",
      "interval",
    ],
    ...["LUT", "LUTRAM", "FF", "DSP", "RAMB18", "depth", "fits", "windows", "differ"],
  ];
  return renderTable(
    [...figures.map(right), ""],
    rows.map((row) => [
      ...[
        row.device,
        row.dModel,
        row.bits,
        row.inputs,
        row.heads,
        row.layers,
        row.targets,
        row.folds.join("+") || "no",
      ],
      row.scales,
      ...[
        whole(row.published),
        row.wanted === null ? null : `<= ${whole(row.wanted)}`,
        whole(row.cycles),
        decimals(row.factor, 1),
      ],
      ...[row.initiationInterval, row.lut, row.lutram, row.ff].map(whole),
      ...[row.dsp, row.ramb18, row.logicDepth, yes(row.fits)],
      ...[whole(row.windows), whole(row.mismatches), verdict(row)],
    ]),
  );
}

function yes(value: boolean | null): string | null {
  return value === null ? null : value ? "yes" : "no";
}

/** Windows of each check, and why a row failed: a line for each row. */
export function remarks(rows: readonly AcceleratorRow[]): string[] {
  return rows.map(({ name, checks, failures }) => {
    const compared = checks.map(({ what, windows }) => `${windows} ${what}`).join(", ");
    return `${name}: windows compared: ${compared || "none"}${failures.map((text) => `\n  ${text}`).join("")}`;
  });
}
