import { expect, it } from "vitest";
import { prepareSeries, readCsv } from "../../series/index.js";
import { smallCsv } from "../testing/command-line.js";
import { decodePrepared, encodePrepared } from "./prepared-data.js";

it("gives back the same windows, with a gap and interpolated values in the series", () => {
  const lines = smallCsv(200).split("\n");
  lines.splice(90, 5);
  lines[40] = (lines[40] ?? "").replace(/,\d+,/, ",,");
  const table = readCsv(lines.join("\n"), { source: "small.csv" });
  const prepared = prepareSeries(table, {
    target: ["flow", "lane"],
    inputs: ["lane", "flow"],
    window: 6,
    horizon: 2,
    missing: { interpolate: 1 },
  });
  const { description, arrays } = encodePrepared(prepared);
  const again = decodePrepared(description, arrays);
  expect(again.series).toEqual(prepared.series);
  expect(again.scaler).toEqual(prepared.scaler);
  expect(again.counts).toEqual(prepared.counts);
  for (const part of ["train", "validation", "test"] as const) {
    const [before, after] = [prepared[part], again[part]];
    expect(after.starts).toEqual(before.starts);
    expect(after.rawTargets()).toEqual(before.rawTargets());
    expect(after.forecastTime(0, 1)).toBe(before.forecastTime(0, 1));
  }
});
