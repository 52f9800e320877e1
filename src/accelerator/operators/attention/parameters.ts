import type { MemoryStyle, Multiplier, NumType } from "../../../rtl/index.js";
import type { Beat } from "../../parts/beat.js";
import type { TableStyle } from "../../parts/table.js";

/** What the planner chooses for an `attention`. */
export interface AttentionPlan {
  readonly kind: "attention";
  /** Features of a key multiplied in one cycle; divides d / h. */
  readonly lanesScore: number;
  /** Features of a value multiplied in one cycle; divides d / h. */
  readonly lanesValue: number;
  /** Keys and values of a row that are worked on in one cycle, from as many memories; divides n. */
  readonly keysAtOnce: number;
  /** Digits of a row's reciprocal made in one cycle. */
  readonly reciprocalDigits: 1 | 2;
  /** Elements in a beat of the context; divides lanesValue. */
  readonly lanes: number;
  readonly scoreMultiplier: Multiplier;
  readonly valueMultiplier: Multiplier;
  readonly requantiser: Multiplier;
  readonly normaliser: Multiplier;
  readonly keys: MemoryStyle;
  readonly values: MemoryStyle;
  /** Memory of the query tokens and of the rows of scores and exponentials. */
  readonly rows: MemoryStyle;
  readonly table: Exclude<TableStyle, "mixed">;
  /** Query tokens there is room for. */
  readonly queries: number;
  /** Windows that K and V have room for: with 2 the next one is filled while this one is read. */
  readonly windows: 1 | 2;
}

export interface AttentionParameters {
  readonly name: string;
  readonly title: string;
  readonly query: Beat;
  readonly key: Beat;
  readonly value: Beat;
  /** n. */
  readonly tokens: number;
  /** d. */
  readonly features: number;
  readonly heads: number;
  readonly score: { readonly multiplier: number; readonly shift: number; readonly lo: number; readonly hi: number };
  /** Exponentials of the differences 0, 1, 2 ... from the row's maximum. */
  readonly table: readonly number[];
  readonly numerator: number;
  /** k: shift of the context. */
  readonly shift: number;
  readonly zero: number;
  readonly lo: number;
  readonly hi: number;
  readonly plan: AttentionPlan;
}

/** Features of one head. */
export function headFeatures({ features, heads }: Pick<AttentionParameters, "features" | "heads">): number {
  return features / heads;
}

/** Largest absolute value of a type. */
export function magnitude(type: NumType): bigint {
  if (-type.lo > type.hi) return -type.lo;
  return type.hi;
}
