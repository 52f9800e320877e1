import { expect, test } from "vitest";
import * as format from "./format.js";

test.each([
  [9.6134, "9.61"],
  [0.041449, "0.0414"],
  [0.09999, "0.100"],
  [1234.5, "1,235"],
  [99.96, "100"],
  [-12.34, "-12.3"],
  [0, "0"],
  [1e-7, "1.00e-7"],
  [Number.NaN, "NaN"],
])("three significant digits of %s", (value, text) => {
  expect(format.significant(value)).toBe(text);
});

test("zeros at the end go, zeros inside stay", () => {
  expect([100, 100.5, 0.0625, 1200].map((value) => format.plain(value))).toEqual(["100", "100.5", "0.0625", "1,200"]);
});

test("whole numbers are grouped", () => {
  expect([0, 999, 1000, 1234567, -4321].map(format.count)).toEqual(["0", "999", "1,000", "1,234,567", "-4,321"]);
});

test("times have the unit that fits", () => {
  expect([31.2e-6, 1.21e-3, 0.5e-6, 2].map(format.latency)).toEqual(["31.2 µs", "1.21 ms", "500 ns", "2.00 s"]);
  expect([0.44, 59.96, 75, 7322].map(format.duration)).toEqual(["0.4 s", "1 min 0 s", "1 min 15 s", "2 h 2 min"]);
  expect([300, 3600, 86400, 0.5].map(format.stepName)).toEqual(["5 min", "1 h", "1 d", "0.5 s"]);
});

test("a small share is not called nothing", () => {
  expect([0, 0.0002, 0.0731].map(format.smallPercent)).toEqual(["0 %", "< 0.1 %", "7.3 %"]);
});

test("timestamps are shown as recorded, seconds only where there are any", () => {
  expect(format.timestamp(Date.UTC(2019, 4, 3, 14, 5))).toBe("2019-05-03 14:05");
  expect(format.timestamp(Date.UTC(2019, 4, 3, 14, 5, 7))).toBe("2019-05-03 14:05:07");
});

test("lists and plurals read like English", () => {
  expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(format.list)).toEqual(["", "a", "a and b", "a, b and c"]);
  expect([format.plural(1, "window"), format.plural(2000, "window")]).toEqual(["1 window", "2,000 windows"]);
});
