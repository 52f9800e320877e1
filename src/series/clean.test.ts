import { describe, expect, it } from "vitest";
import { cleanSeries } from "./clean.js";
import type { CleanSeries } from "./clean-series.js";
import { readCsv } from "./csv.js";
import { resolveSeriesOptions, type SeriesOptions } from "./options.js";
import type { FindingKind } from "./report.js";
import type { Table } from "./table.js";
import { userError } from "./testing/messages.js";
import { MINUTE, recording, START } from "./testing/recordings.js";

const clean = (table: Table, options: Partial<SeriesOptions> = {}, names = ["v"]): CleanSeries =>
  cleanSeries(table, names, resolveSeriesOptions({ target: "v", ...options }));
const values = (series: CleanSeries, column = 0): number[] => [...(series.columns[column]?.values ?? [])];
const minutes = (series: CleanSeries): number[] => [...(series.timestamps ?? [])].map((t) => (t - START) / MINUTE);
const finding = (series: CleanSeries, kind: FindingKind): unknown =>
  series.findings.find((candidate) => candidate.kind === kind);
const NONE = Number.NaN;

describe("cleanSeries", () => {
  it("leaves a regular recording as it is", () => {
    const series = clean(
      recording(
        ["v"],
        [
          [0, 1],
          [5, 2],
          [10, 3],
        ],
      ),
    );
    expect(values(series)).toEqual([1, 2, 3]);
    expect(minutes(series)).toEqual([0, 5, 10]);
    expect(series.segments).toEqual([{ start: 0, end: 3 }]);
    expect(series.stepMilliseconds).toBe(5 * MINUTE);
    expect([...series.tableRows]).toEqual([0, 1, 2]);
    expect(series.findings.map(({ kind }) => kind)).toEqual(["timestamps"]);
    expect(series.findings[0]?.message).toBe(
      "3 rows from 2016-01-04 00:00 to 2016-01-04 00:10, a row every 5 min (by time).",
    );
  });

  it("takes rows without timestamps as evenly spaced", () => {
    const series = clean(readCsv("v\n1\n2\n3\n"));
    expect(series.segments).toEqual([{ start: 0, end: 3 }]);
    expect(series.timestamps).toBeUndefined();
    expect(series.findings[0]?.message).toContain("No timestamps");
  });

  describe("order and duplicates", () => {
    const unsorted = recording(
      ["v"],
      [
        [0, 1],
        [10, 3],
        [5, 2],
        [15, 4],
      ],
    );
    const repeated = recording(
      ["v"],
      [
        [0, 1],
        [5, 2],
        [5, 4],
        [5, NONE],
        [10, 3],
      ],
    );

    it("sorts by time and says which rows came late", () => {
      const series = clean(unsorted);
      expect(values(series)).toEqual([1, 2, 3, 4]);
      expect([...series.tableRows]).toEqual([0, 2, 1, 3]);
      const text = "2016-01-04 00:05 after 2016-01-04 00:10";
      expect(finding(series, "unsorted")).toMatchObject({ count: 1, examples: [{ line: 4, text }] });
    });

    it.each([
      ["first", 2],
      ["mean", 3],
    ] as const)("keeps the %s of duplicates", (duplicates, kept) => {
      const series = clean(repeated, { duplicates });
      expect(values(series)).toEqual([1, kept, 3]);
      expect(finding(series, "duplicates")).toMatchObject({ count: 2, examples: [{ line: 4 }, { line: 5 }] });
    });

    it("keeps the last, whose value is missing here, so that the segment parts", () => {
      const series = clean(repeated, { duplicates: "last" });
      expect(values(series)).toEqual([1, 3]);
      expect(series.segments).toEqual([
        { start: 0, end: 1 },
        { start: 1, end: 2 },
      ]);
    });

    it("refuses both by policy, with the line", () => {
      expect(userError(() => clean(unsorted, { unsorted: "error" })).where).toMatchObject({ line: 4 });
      expect(userError(() => clean(repeated, { duplicates: "error" })).where).toMatchObject({ line: 4 });
    });
  });

  describe("gaps and irregular steps", () => {
    const gap = recording(
      ["v"],
      [
        [0, 1],
        [5, 2],
        [20, 5],
        [25, 6],
        [30, 7],
      ],
    );
    const irregular = recording(
      ["v"],
      [
        [0, 1],
        [5, 2],
        [12, 3],
        [17, 4],
        [22, 5],
      ],
    );

    it("parts the segments at a gap", () => {
      const series = clean(gap);
      expect(series.segments).toEqual([
        { start: 0, end: 2 },
        { start: 2, end: 5 },
      ]);
      const text = "15 min from 2016-01-04 00:05 to 2016-01-04 00:20";
      expect(finding(series, "gaps")).toMatchObject({ count: 1, examples: [{ line: 4, text }] });
    });

    it("fills a gap by a straight line up to the limit, marked as filled", () => {
      const series = clean(gap, { gaps: { interpolate: 2 } });
      expect(values(series)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(minutes(series)).toEqual([0, 5, 10, 15, 20, 25, 30]);
      expect([...(series.columns[0]?.filled ?? [])]).toEqual([0, 0, 1, 1, 0, 0, 0]);
      expect([...series.tableRows]).toEqual([0, 1, -1, -1, 2, 3, 4]);
      expect(finding(series, "interpolated")).toMatchObject({
        count: 2,
        examples: [{ line: 3, text: "v = 3" }, { line: 3 }],
      });
      expect(clean(gap, { gaps: { interpolate: 1 } }).segments).toHaveLength(2);
    });

    it("parts the segments at an irregular step, or counts it as one step", () => {
      expect(clean(irregular).segments).toEqual([
        { start: 0, end: 2 },
        { start: 2, end: 5 },
      ]);
      expect(clean(irregular, { irregular: { accept: 1.4 } }).segments).toEqual([{ start: 0, end: 5 }]);
      expect(clean(irregular, { irregular: { accept: 1.3 } }).segments).toHaveLength(2);
      expect(clean(gap, { irregular: { accept: 3 } }).segments).toHaveLength(1);
      expect(finding(clean(irregular), "irregular")).toMatchObject({ count: 1, examples: [{ line: 4 }] });
    });

    it("lets the clock of a logger jitter by a tenth of a step", () => {
      const series = clean(
        recording(
          ["v"],
          [
            [0, 1],
            [5.2, 2],
            [10, 3],
            [15, 4],
            [20, 5],
            [24.8, 6],
          ],
        ),
      );
      expect(series.segments).toHaveLength(1);
    });

    it("takes the step that is given", () => {
      expect(clean(gap, { stepSeconds: 60 }).segments).toHaveLength(5);
    });

    it("refuses both by policy, with the line", () => {
      expect(userError(() => clean(gap, { gaps: "error" })).where).toMatchObject({ line: 4 });
      expect(userError(() => clean(irregular, { irregular: "error" })).where).toMatchObject({ line: 4 });
    });
  });

  describe("missing and infinite values", () => {
    const holes = recording(
      ["v", "w"],
      [
        [0, 1, 1],
        [5, NONE, 2],
        [10, 3, 3],
        [15, NONE, 4],
        [20, NONE, NONE],
        [25, 6, 6],
      ],
    );

    it("drops the rows, so that no window touches them", () => {
      const series = clean(holes);
      expect(values(series)).toEqual([1, 3, 6]);
      expect(series.segments).toEqual([
        { start: 0, end: 1 },
        { start: 1, end: 2 },
        { start: 2, end: 3 },
      ]);
      expect(finding(series, "missing")).toMatchObject({ count: 3, examples: [{ line: 3 }, { line: 5 }, { line: 6 }] });
    });

    it("touches only rows that lack a needed column", () => {
      expect(values(clean(holes, {}, ["w"]))).toEqual([1, 2, 3, 4, 6]);
    });

    it("fills runs up to the limit, each column for itself", () => {
      const series = clean(holes, { missing: { interpolate: 1 } }, ["v", "w"]);
      expect(values(series)).toEqual([1, 2, 3, 6]);
      expect(values(series, 1)).toEqual([1, 2, 3, 6]);
      expect(series.segments).toEqual([
        { start: 0, end: 3 },
        { start: 3, end: 4 },
      ]);
      expect(values(clean(holes, { missing: { interpolate: 2 } }))).toEqual([1, 2, 3, 4, 5, 6]);
    });

    it("never fills beyond the recorded ends", () => {
      const open = recording(
        ["v"],
        [
          [0, NONE],
          [5, 2],
          [10, NONE],
        ],
      );
      expect(values(clean(open, { missing: { interpolate: 5 } }))).toEqual([2]);
    });

    it("does not fill a gap beside a missing value unless both together are within the limit", () => {
      const both = recording(
        ["v"],
        [
          [0, 1],
          [5, NONE],
          [15, 4],
          [20, 5],
          [25, 6],
        ],
      );
      expect(clean(both, { gaps: { interpolate: 1 }, missing: { interpolate: 1 } }).segments).toHaveLength(2);
      expect(values(clean(both, { gaps: { interpolate: 1 }, missing: { interpolate: 2 } }))).toEqual([
        1, 2, 3, 4, 5, 6,
      ]);
    });

    it("refuses infinite values unless they count as missing", () => {
      const infinite = readCsv("v\n1\ninf\n-1e999\n4\n");
      expect(userError(() => clean(infinite)).where).toMatchObject({ line: 3 });
      const series = clean(infinite, { infinite: "missing" });
      expect(values(series)).toEqual([1, 4]);
      expect(finding(series, "infinite")).toMatchObject({ count: 2, examples: [{ line: 3 }, { line: 4 }] });
    });

    it("refuses missing values by policy, and a column without any value", () => {
      expect(userError(() => clean(holes, { missing: "error" })).where).toMatchObject({ line: 3 });
      expect(userError(() => clean(readCsv("v,w\nNA,1\nNA,2\n"))).message).toContain('"v" has no value at all');
      expect(userError(() => clean(readCsv("v,w\nNA,1\n2,NA\n"), {}, ["v", "w"])).message).toContain(
        "no row has a value",
      );
    });
  });
});
