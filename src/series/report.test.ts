import { describe, expect, it } from "vitest";
import { describeFindings, formatDuration, formatInstant, Places, plural } from "./report.js";
import { classifyStep, regularStep } from "./steps.js";

describe("words of the report", () => {
  it.each([
    [50, "50 ms"],
    [1000, "1 s"],
    [1500, "1.5 s"],
    [300_000, "5 min"],
    [3_600_000, "1 h"],
    [173_100_000, "2 d 5 min"],
    [0, "0 ms"],
  ])("%d ms is %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it("writes instants as they were written down", () => {
    expect(formatInstant(Date.UTC(2016, 0, 4, 0, 5))).toBe("2016-01-04 00:05");
    expect(formatInstant(Date.UTC(2016, 0, 4, 0, 5, 7))).toBe("2016-01-04 00:05:07");
    expect(formatInstant(Date.UTC(2016, 0, 4, 0, 5, 7, 50))).toBe("2016-01-04 00:05:07.050");
  });

  it("shows the first places and says that there are more", () => {
    const places = new Places();
    for (let line = 2; line < 7; line++) places.add(line, () => `v${line}`);
    expect(describeFindings([places.finding("missing", `${plural(5, "value")} missing.`)])).toBe(
      "5 values missing.\n  line 2: v2\n  line 3: v3\n  line 4: v4\n  ...",
    );
    expect(plural(1, "gap")).toBe("1 gap");
  });
});

describe("steps", () => {
  it("takes the most frequent difference, the smaller on a tie", () => {
    expect(regularStep(Float64Array.of(0, 5, 10, 20, 25))).toEqual({ step: 5, share: 0.75 });
    expect(regularStep(Float64Array.of(0, 10, 15))?.step).toBe(5);
    expect(regularStep(Float64Array.of(0))).toBeUndefined();
  });

  it("tells multiples from irregular steps within a tenth of a step", () => {
    expect(classifyStep(10.9, 10)).toEqual({ kind: "multiple", steps: 1 });
    expect(classifyStep(29.2, 10)).toEqual({ kind: "multiple", steps: 3 });
    expect(classifyStep(11.1, 10)).toEqual({ kind: "irregular" });
    expect(classifyStep(0.5, 10)).toEqual({ kind: "irregular" });
  });
});
