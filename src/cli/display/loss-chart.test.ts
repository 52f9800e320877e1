import { describe, expect, it } from "vitest";
import { renderLine } from "./line.js";
import { beside, type LossCurve, lossChart } from "./loss-chart.js";

const drawn = (curve: LossCurve, columns: number, rows: number) =>
  lossChart(curve, { columns, rows }).map((line) => renderLine(line, 200, false));

describe("the chart of a loss", () => {
  it("is a curve of Braille dots that leaves room for the epochs to come", () => {
    expect(drawn({ title: "validation loss", losses: [4, 3, 2, 1], epochs: 7 }, 20, 7)).toEqual([
      "      validation los",
      "4.00 ┤⠑⢄            ",
      "     │  ⠑⢄          ",
      "     │   ⠈⠢⡀        ",
      "1.00 ┤     ⠈⠢⡀      ",
      "     └──────────────",
      "      1            7",
    ]);
  });

  it("marks an epoch", () => {
    const lines = drawn({ title: "", losses: [4, 1, 3], epochs: 3, mark: 1 }, 20, 5);
    expect(lines.join("").match(/●/g)).toHaveLength(1);
    expect(lines[2]).toContain("●"); // at the bottom
  });

  it("takes powers where losses differ by more than a factor of six", () => {
    const middle = (losses: number[]) =>
      drawn({ title: "", losses, epochs: losses.length }, 30, 13).findIndex((line) => /[⠀-⣿]/.test(line.slice(15, 20)));
    expect(middle([100, 10, 1])).toBe(middle([3, 2, 1])); // halfway: the powers are 2, 1, 0
    expect(middle([100, 10, 1])).toBeGreaterThan(3);
    expect(middle([6, 5.9, 1.1])).toBe(1);
  });

  it("shows one epoch, equal losses, and gaps where a loss is no number", () => {
    expect(drawn({ title: "", losses: [1], epochs: 5 }, 20, 5).join("")).toMatch(/[⠁-⣿]/);
    expect(drawn({ title: "", losses: [2, 2], epochs: 2 }, 20, 5)[2]).toMatch(/^2\.00 ┤⣀+$/);
    const gap = drawn({ title: "", losses: [2, Number.NaN, 2, 2], epochs: 4 }, 20, 5)[2];
    expect(gap).toMatch(/^2\.00 ┤⡀ +⣀+$/);
    expect(lossChart({ title: "", losses: [], epochs: 5 }, { columns: 20, rows: 5 })).toEqual([]);
  });

  it("is exactly as large as it may be, whatever the epochs", () => {
    for (const [columns, rows, epochs] of [
      [22, 6, 3],
      [50, 9, 1_000],
      [16, 5, 40],
    ] as const) {
      const lines = drawn(
        { title: "t", losses: Array.from({ length: epochs }, (_, e) => 1 / (e + 1)), epochs },
        columns,
        rows,
      );
      expect(lines).toHaveLength(rows);
      for (const line of lines) expect([...line]).toHaveLength(columns);
    }
  });
});

it("puts charts side by side", () => {
  expect(beside([["a"], ["b"]], [["c"], ["d"]], 2).map((line) => renderLine(line, 9, false))).toEqual(["a  c", "b  d"]);
});
