import { describe, expect, it } from "vitest";
import { compare } from "../../bench/common/side-by-side.js";
import { deviation, mean, median, quantile, standardError } from "../../bench/common/statistics.js";

describe("statistics of benches", () => {
  it("takes mean, deviation, standard error and quantiles", () => {
    expect(mean([1, 2, 6])).toBe(3);
    expect(deviation([1, 2, 6])).toBeCloseTo(Math.sqrt(7), 12);
    expect(standardError([1, 2, 6])).toBeCloseTo(Math.sqrt(7 / 3), 12);
    expect(median([9, 1, 4])).toBe(4);
    expect(quantile([1, 2, 3, 4], 0.25)).toBe(1.75);
  });

  it("knows no spread of a single value, and nothing of none", () => {
    expect(deviation([5])).toBeNull();
    expect(standardError([5])).toBeNull();
    expect(() => mean([])).toThrow(RangeError);
    expect(() => median([])).toThrow(RangeError);
  });
});

describe("side by side", () => {
  const reading = (samples: number, cpuSeconds: number) => ({ samples, cpuSeconds, seconds: 2 * cpuSeconds });
  // The machine is twice as slow in the second round: ratios taken round by round do not see it.
  const ours = [reading(100, 1), reading(50, 1), reading(120, 1)];
  const theirs = [reading(50, 1), reading(20, 1), reading(80, 2)];

  it("takes ratios round by round, against the reference", () => {
    const [own, other] = compare(
      [
        { name: "ours", readings: ours },
        { name: "theirs", readings: theirs },
      ],
      "ours",
    );
    expect(own).toMatchObject({ samplesPerCpuSecond: 100, samplesPerSecond: 50, ratio: 1, ratioRange: [1, 1] });
    expect(other).toMatchObject({ samplesPerCpuSecond: 40, ratio: 2.5, ratioRange: [2, 3] });
  });

  it("has no ratios where the reference was not measured", () => {
    expect(compare([{ name: "theirs", readings: theirs }], "ours")[0]).toMatchObject({ ratio: null, ratioRange: null });
  });
});
