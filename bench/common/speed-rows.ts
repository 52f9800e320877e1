import { renderTable } from "../../src/report/table.js";
import { whole, withRange } from "./format.js";
import type { Comparison } from "./side-by-side.js";

/** A row of the benches `training` and `integer`. */
export interface SpeedRow extends Omit<Comparison, "name"> {
  readonly dModel: number;
  readonly batch: number;
  readonly threads: number;
  readonly engine: string;
  /** The ratio that was aimed at, where there is one. */
  readonly wanted: number | null;
}

/** @param wanted the ratio to reach against an engine at a d_model */
export function speedRows(
  shape: { readonly dModel: number; readonly batch: number; readonly threads: number },
  compared: readonly Comparison[],
  wanted: (engine: string, dModel: number) => number | null,
): SpeedRow[] {
  return compared.map(({ name, ...figures }) => ({
    ...shape,
    engine: name,
    ...figures,
    wanted: wanted(name, shape.dModel),
  }));
}

export function speedTable(rows: readonly SpeedRow[]): string {
  return renderTable(
    [
      "d_model",
      "batch",
      "threads",
      "engine",
      { title: "samples per CPU-second", align: "right" },
      { title: "per second", align: "right" },
      { title: "ratio [least .. most]", align: "right" },
      { title: "wanted", align: "right" },
    ],
    rows.map((row) => [
      row.dModel,
      row.batch,
      row.threads,
      row.engine,
      whole(row.samplesPerCpuSecond),
      whole(row.samplesPerSecond),
      row.engine === "gatecast" ? null : withRange(row.ratio, row.ratioRange),
      row.wanted,
    ]),
  );
}
