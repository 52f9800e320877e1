import { type Coefficients, estimateOf } from "../../src/accelerator/estimate/index.js";
import type { Part } from "./observe.js";

/** The value that so much of them are at most, from 0 (the least) to 1 (the most), between neighbours in proportion. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)] ?? Number.NaN, sorted[Math.ceil(at)] ?? Number.NaN];
  return low + (high - low) * (at - Math.floor(at));
}

export interface PartErrors {
  readonly count: number;
  readonly lut: { readonly found: number; readonly median: number; readonly p95: number };
  readonly ff: { readonly found: number; readonly median: number; readonly p95: number };
}

/** Relative errors of the estimates of parts whose modules have been synthesised. */
export function errorsOf(parts: readonly Part[], coefficients: Coefficients): PartErrors {
  const of = (what: "lut" | "ff") => {
    let total = 0;
    const errors = parts.flatMap(({ amounts, found }) => {
      if (!found || found[what] === 0) return [];
      total += found[what];
      return [Math.abs(estimateOf(amounts, coefficients)[what] / found[what] - 1)];
    });
    return { found: total, median: quantile(errors, 0.5), p95: quantile(errors, 0.95) };
  };
  return { count: parts.length, lut: of("lut"), ff: of("ff") };
}
