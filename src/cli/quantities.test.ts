import { expect, it } from "vitest";
import { quantity, quantityExpected } from "./quantities.js";

it.each([
  ["100us", "time", 100e-6],
  ["100 µs", "time", 100e-6],
  ["0.5ms", "time", 0.5e-3],
  ["800ns", "time", 800e-9],
  ["2s", "time", 2],
  ["10uJ", "energy", 10e-6],
  [".25mJ", "energy", 0.25e-3],
  ["900nJ", "energy", 900e-9],
  ["1%", "share", 0.01],
  ["0.5 %", "share", 0.005],
] as const)("reads %s as a quantity of kind %s", (text, kind, value) => {
  expect(quantity(text, kind)).toBeCloseTo(value, 15);
});

it.each([
  ["100", "time"],
  ["100uJ", "time"],
  ["us", "time"],
  ["0us", "time"],
  ["-1us", "time"],
  ["1e3us", "time"],
  ["10us", "energy"],
  ["0.01", "share"],
  ["", "share"],
] as const)("does not read %j as a quantity of kind %s", (text, kind) => {
  expect(quantity(text, kind)).toBeNull();
});

it("says what is expected", () => {
  expect(quantityExpected("time")).toBe('a time above 0 with its unit, "100us" (ns, us, ms, s)');
  expect(quantityExpected("share")).toBe('a share above 0 in per cent, "1%"');
});
