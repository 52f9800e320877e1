import { renderTable } from "../../src/report/table.js";
import type { Part } from "../accuracy/job.js";
import { decimals } from "../common/format.js";
import { mean, standardError } from "../common/statistics.js";
import type { Variant } from "./variants.js";

/** A line of the table, and of the JSON file. */
export interface RecipeRow {
  readonly variant: string;
  readonly options: object;
  readonly bits: number;
  readonly seeds: number;
  /** Mean over the seeds of RMSE against the float model's, on the test windows; and its standard error (null for one seed). */
  readonly ratioToFloat: number;
  readonly ratioStandardError: number | null;
  /** The same of the difference to the default's ratio, seed by seed; null for the default. */
  readonly toDefault: number | null;
  readonly toDefaultStandardError: number | null;
}

/** @param parts finished ones, in any order; variants of which nothing is finished have no row */
export function recipeRows(parts: readonly Part[], variants: readonly Variant[]): RecipeRow[] {
  const floats = new Map(
    parts.flatMap((part) => (part.kind === "float" ? [[part.seed, part.result.rmse] as const] : [])),
  );
  const ratios = (name: string, bits: number) =>
    new Map(
      parts.flatMap((part) => {
        if (part.kind !== "integer" || part.variant !== name || part.bits !== bits) return [];
        const float = floats.get(part.seed);
        return float === undefined ? [] : [[part.seed, part.result.rmse / float] as const];
      }),
    );
  const [usual] = variants;
  const widths = [...new Set(variants.flatMap(({ bits }) => bits))];
  return widths.flatMap((bits) => {
    const reference = usual ? ratios(usual.name, bits) : new Map<number, number>();
    return variants.flatMap((variant): RecipeRow[] => {
      const own = ratios(variant.name, bits);
      if (own.size === 0) return [];
      const values = [...own.values()];
      const differences = [...own].flatMap(([seed, ratio]) => {
        const other = reference.get(seed);
        return other === undefined ? [] : [ratio - other];
      });
      const compared = variant !== usual && differences.length > 0;
      return [
        {
          variant: variant.name,
          options: variant.options,
          bits,
          seeds: own.size,
          ratioToFloat: mean(values),
          ratioStandardError: standardError(values),
          toDefault: compared ? mean(differences) : null,
          toDefaultStandardError: compared ? standardError(differences) : null,
        },
      ];
    });
  });
}

export function recipeTable(rows: readonly RecipeRow[]): string {
  const right = (title: string) => ({ title, align: "right" }) as const;
  return renderTable(
    ["recipe", right("bits"), right("seeds"), right("/ float"), right("+-"), right("- default"), right("+-")],
    rows.map((row) => [
      row.variant,
      row.bits,
      row.seeds,
      decimals(row.ratioToFloat, 4),
      decimals(row.ratioStandardError, 4),
      decimals(row.toDefault, 4),
      decimals(row.toDefaultStandardError, 4),
    ]),
  );
}
