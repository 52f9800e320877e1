import type { Fold } from "../../src/model/index.js";
import { renderTable } from "../../src/report/table.js";
import { decimals, whole } from "../common/format.js";
import { deviation, mean, standardError } from "../common/statistics.js";
import type { Part } from "./job.js";

export type ModelName = "persistence" | "seasonalNaive" | "linear" | "float" | "integer";

/** A line of the table, and of the JSON file. RMSE on the test windows in the signal's unit. */
export interface AccuracyRow {
  readonly dataset: string;
  readonly dModel: number;
  readonly model: ModelName;
  /** Of every weight and hidden activation; null where the model has none. */
  readonly bits: number | null;
  /** What algebra took out of it before quantisation-aware training. */
  readonly folds: readonly Fold[];
  readonly rmseMean: number;
  /** Over the seeds; 0 for forecasts that depend on none, null where there is only one seed. */
  readonly rmseStd: number | null;
  readonly seeds: number;
  /** Mean over the seeds of each seed's RMSE against its float model's, and the standard error of that mean. */
  readonly ratioToFloat: number | null;
  readonly ratioStandardError: number | null;
  /** The most that ratio should be. */
  readonly wantedRatio: number | null;
  /** RMSE against the linear model's. */
  readonly ratioToLinear: number;
  /** Mean RMSE with the Transformer's branch zeroed. */
  readonly withoutBranch: number | null;
  /** Mean CPU-seconds of one training (an integer model's: behind its float model's). */
  readonly cpuSeconds: number | null;
}

/** The most that integer-only RMSE should be, against float, by bits. */
const wantedRatios: Readonly<Record<number, number>> = { 8: 1.003, 6: 1.003, 4: 1.01, 3: 1.04 };

/** @param parts all finished ones, in any order */
export function accuracyRows(
  parts: readonly Part[],
  asked: {
    readonly dModels: readonly number[];
    readonly bits: readonly number[];
    readonly folds: readonly (readonly Fold[])[];
  },
): AccuracyRow[] {
  const widths = asked.folds.flatMap((folds) => asked.bits.map((bits) => ({ bits, folds })));
  return parts.flatMap((part) =>
    part.kind === "baselines" ? asked.dModels.flatMap((dModel) => rowsOf(part, dModel, parts, widths)) : [],
  );
}

function rowsOf(
  { dataset, result: baselines }: Extract<Part, { kind: "baselines" }>,
  dModel: number,
  parts: readonly Part[],
  integers: readonly { readonly bits: number; readonly folds: readonly Fold[] }[],
): AccuracyRow[] {
  const floats = parts.filter((part) => part.kind === "float" && part.dataset === dataset && part.dModel === dModel);
  const floatOf = new Map(floats.flatMap((part) => (part.kind === "float" ? [[part.seed, part.result] as const] : [])));
  const row = (model: ModelName, of: Partial<AccuracyRow> & { rmseMean: number }): AccuracyRow => ({
    dataset,
    dModel,
    model,
    bits: null,
    folds: [],
    rmseStd: 0,
    seeds: floatOf.size,
    ratioToFloat: null,
    ratioStandardError: null,
    wantedRatio: null,
    ratioToLinear: of.rmseMean / baselines.linear,
    withoutBranch: null,
    cpuSeconds: null,
    ...of,
  });
  const rows = [row("persistence", { rmseMean: baselines.persistence })];
  if (baselines.seasonalNaive !== null) rows.push(row("seasonalNaive", { rmseMean: baselines.seasonalNaive }));
  rows.push(row("linear", { rmseMean: baselines.linear }));
  if (floatOf.size > 0) {
    const results = [...floatOf.values()];
    const errors = results.map(({ rmse }) => rmse);
    const cpuSeconds = mean(results.map((result) => result.cpuSeconds));
    rows.push(row("float", { rmseMean: mean(errors), rmseStd: deviation(errors), cpuSeconds }));
  }
  for (const { bits, folds } of integers) {
    const found = parts.flatMap((part) => {
      if (part.kind !== "integer" || part.dataset !== dataset || part.dModel !== dModel) return [];
      if (part.bits !== bits || part.folds.join() !== folds.join()) return [];
      const float = floatOf.get(part.seed);
      return float === undefined ? [] : [{ ...part.result, ratio: part.result.rmse / float.rmse }];
    });
    if (found.length === 0) continue;
    const errors = found.map(({ rmse }) => rmse);
    const ratios = found.map(({ ratio }) => ratio);
    rows.push(
      row("integer", {
        bits,
        folds,
        rmseMean: mean(errors),
        rmseStd: deviation(errors),
        seeds: found.length,
        ratioToFloat: mean(ratios),
        ratioStandardError: standardError(ratios),
        wantedRatio: wantedRatios[bits] ?? null,
        withoutBranch: mean(found.map((result) => result.withoutBranch)),
        cpuSeconds: mean(found.map((result) => result.cpuSeconds)),
      }),
    );
  }
  return rows;
}

export function accuracyTable(rows: readonly AccuracyRow[]): string {
  const right = (title: string) => ({ title, align: "right" }) as const;
  return renderTable(
    [
      "data set",
      "d_model",
      "model",
      right("bits"),
      "folds",
      right("RMSE"),
      right("std"),
      right("seeds"),
      right("/ float"),
      right("+-"),
      right("wanted"),
      right("/ linear"),
      right("no branch"),
      right("CPU s"),
    ],
    rows.map((row) => [
      row.dataset,
      row.dModel,
      row.model,
      row.bits,
      row.folds.join("+"),
      decimals(row.rmseMean, 4),
      decimals(row.rmseStd, 4),
      row.seeds,
      decimals(row.ratioToFloat, 4),
      decimals(row.ratioStandardError, 4),
      row.wantedRatio === null ? null : `<= ${row.wantedRatio}`,
      decimals(row.ratioToLinear, 3),
      decimals(row.withoutBranch, 4),
      whole(row.cpuSeconds),
    ]),
  );
}
