import { z } from "zod";
import { GatecastError } from "../errors.js";

const names = z.union([
  z
    .string()
    .min(1)
    .transform((name) => [name]),
  z.array(z.string().min(1)).min(1),
]);
const count = z.int().positive();
const share = z.number().gt(0).lt(1);

/** "error": refuse; "drop": make no window that touches it; interpolate: fill linearly up to that many steps. */
const fillPolicy = z.union([z.enum(["error", "drop"]), z.strictObject({ interpolate: count })]);

/** All options of `prepareSeries`, with their defaults. `docs/series.md` explains the policies. */
export const seriesOptionsSchema = z
  .strictObject({
    /** Column or columns to forecast. */
    target: names,
    /** Columns of the look-back window. Default: the targets. */
    inputs: names.optional(),
    /** Rows of the look-back window, n. */
    window: z.int().min(2).default(24),
    /** How many steps ahead are forecast, the next one first. */
    horizon: count.default(1),
    /**
     * The timestamp column, or several that make it up (year, month, day, hour, ...; or date, time). Left out: it is
     * recognised. null: there is none, and rows are evenly spaced.
     */
    timestampColumn: z.union([names, z.null()]).optional(),
    /** For dates like 03/04/2020: is it day/month or month/day? Left out: what the dates prove. */
    dateOrder: z.enum(["dmy", "mdy"]).optional(),
    /** The regular step in seconds. Left out: the most frequent difference of neighbouring timestamps. */
    stepSeconds: z.number().positive().optional(),
    /** A column that says train, test or validation for each row. Without one the series is split by time. */
    splitColumn: z.string().min(1).optional(),
    /** Parts of the rows in order of time; used when there is no split column. */
    splitFractions: z
      .strictObject({ train: share, validation: share, test: share })
      .refine((f) => Math.abs(f.train + f.validation + f.test - 1) < 1e-9, "the three fractions must add up to 1")
      .default({ train: 0.7, validation: 0.15, test: 0.15 }),
    /** With a split column that names no validation rows: the last part of the training rows that becomes validation. */
    validationFraction: share.default(0.15),
    missing: fillPolicy.default("drop"),
    gaps: fillPolicy.default("drop"),
    /** Rows of the same timestamp: refuse, keep the first or last in file order, or average them. */
    duplicates: z.enum(["error", "first", "last", "mean"]).default("first"),
    unsorted: z.enum(["error", "sort"]).default("sort"),
    /** Steps that are no multiple of the regular one; accept: steps of up to that many regular ones count as one. */
    irregular: z.union([z.enum(["error", "drop"]), z.strictObject({ accept: z.number().min(1) })]).default("drop"),
    infinite: z.enum(["error", "missing"]).default("error"),
  })
  .refine((o) => o.inputs === undefined || new Set(o.inputs).size === o.inputs.length, {
    path: ["inputs"],
    message: "a column is named twice",
  })
  .refine((o) => new Set(o.target).size === o.target.length, { path: ["target"], message: "a column is named twice" });

/** What a user may write. */
export type SeriesOptions = z.input<typeof seriesOptionsSchema>;
/** The same with every default filled in. */
export type ResolvedSeriesOptions = z.output<typeof seriesOptionsSchema>;
/** What is done about missing values or gaps. */
export type FillPolicy = z.output<typeof fillPolicy>;

/**
 * Checks options and fills in the defaults.
 * @throws GatecastError (usage) that names the key, the value and what was expected
 */
export function resolveSeriesOptions(options: SeriesOptions): ResolvedSeriesOptions {
  const parsed = seriesOptionsSchema.safeParse(options);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const key = issue === undefined || issue.path.length === 0 ? "the options" : issue.path.map(String).join(".");
  const value = issue?.path.reduce<unknown>(
    (node, part) => (typeof node === "object" && node !== null ? Reflect.get(node, part) : undefined),
    options,
  );
  const got = value === undefined ? "" : ` (got ${JSON.stringify(value)})`;
  throw new GatecastError("usage", `The series option ${key} is wrong${got}: ${issue?.message ?? "invalid"}.`, {
    remedy: "See docs/series.md for the options and their values.",
    where: { key },
  });
}

/** How many steps a policy may fill; 0 where it fills none. */
export function fillLimit(policy: FillPolicy): number {
  return typeof policy === "object" ? policy.interpolate : 0;
}
