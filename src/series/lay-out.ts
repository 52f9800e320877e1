import type { Segment } from "./clean-series.js";
import { fillLimit, type ResolvedSeriesOptions } from "./options.js";
import { type Finding, formatDuration, formatInstant, Places, plural } from "./report.js";
import { refuseIf } from "./row-order.js";
import { classifyStep, regularStep } from "./steps.js";
import type { Table } from "./table.js";

/** The rows of a series laid out on its regular step, with empty rows inserted into gaps that may be filled. */
export interface Layout {
  /** For each laid-out row its place among the ordered rows, or -1 for an inserted one. */
  readonly origin: Int32Array;
  /** Instant of each laid-out row; empty without timestamps. */
  readonly instants: Float64Array;
  /** Stretches of regular step. */
  readonly stretches: readonly Segment[];
  readonly step?: number;
  readonly findings: readonly Finding[];
}

/**
 * Lays rows out by the policies `gaps` and `irregular`.
 * @param rows table row of each ordered row (for line numbers); @param instants strictly increasing, or undefined
 */
export function layOut(
  table: Table,
  rows: Int32Array,
  instants: Float64Array | undefined,
  options: ResolvedSeriesOptions,
): Layout {
  const regular = instants && regularStep(instants);
  if (instants === undefined || regular === undefined) {
    const origin = Int32Array.from(rows, (_, place) => place);
    return {
      origin,
      instants: instants ?? new Float64Array(0),
      stretches: [{ start: 0, end: rows.length }],
      findings: [],
    };
  }
  const step = options.stepSeconds === undefined ? regular.step : options.stepSeconds * 1000;
  const origin: number[] = [];
  const times: number[] = [];
  const starts: number[] = [0];
  const gaps = new Places();
  const irregular = new Places();
  let longestGap = 0;
  let partedByGaps = 0;

  for (const [place, instant] of instants.entries()) {
    const before = instants[place - 1];
    if (before !== undefined) {
      const difference = instant - before;
      const found = classifyStep(difference, step);
      const describe = (): string =>
        `${formatDuration(difference)} from ${formatInstant(before)} to ${formatInstant(instant)}`;
      const line = table.lines[rows[place] ?? 0] ?? 0;
      const accepted = typeof options.irregular === "object" && difference <= options.irregular.accept * step;
      if (found.kind === "multiple" && found.steps === 1) {
        // the regular case
      } else if (accepted || found.kind === "irregular") {
        irregular.add(line, describe);
        if (!accepted) starts.push(origin.length);
      } else {
        gaps.add(line, describe);
        longestGap = Math.max(longestGap, found.steps - 1);
        if (found.steps - 1 <= fillLimit(options.gaps)) {
          for (let k = 1; k < found.steps; k++) {
            origin.push(-1);
            times.push(before + k * step);
          }
        } else {
          partedByGaps += 1;
          starts.push(origin.length);
        }
      }
    }
    origin.push(place);
    times.push(instant);
  }

  const findings: Finding[] = [];
  if (irregular.count > 0) {
    refuseIf(
      options.irregular === "error",
      table,
      irregular,
      "steps are irregular",
      'irregular: "drop" or { accept: n }',
    );
    const done =
      typeof options.irregular === "object" ? "those short enough count as one step" : "no window spans them";
    findings.push(
      irregular.finding(
        "irregular",
        `${plural(irregular.count, "step")} not regular (${formatDuration(step)}); ${done}.`,
      ),
    );
  }
  if (gaps.count > 0) {
    refuseIf(
      options.gaps === "error",
      table,
      gaps,
      "rows are missing (gaps)",
      'gaps: "drop" or { interpolate: n } (--gaps drop, --gaps interpolate:3)',
    );
    const message =
      `${plural(gaps.count, "gap")}, the longest of ${plural(longestGap, "missing row")}; ` +
      `no window spans ${partedByGaps === gaps.count ? "them" : `the ${partedByGaps} that were not filled`}.`;
    findings.push(gaps.finding("gaps", message));
  }
  const stretches = starts.map((start, index) => ({ start, end: starts[index + 1] ?? origin.length }));
  return { origin: Int32Array.from(origin), instants: Float64Array.from(times), stretches, step, findings };
}
