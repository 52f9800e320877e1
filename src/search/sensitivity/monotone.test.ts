import fc from "fast-check";
import { expect, it } from "vitest";
import { neverRising } from "./monotone.js";

it("leaves what never rises, and takes the mean of what does", () => {
  expect(neverRising([5, 3, 3, 1, 0])).toEqual([5, 3, 3, 1, 0]);
  expect(neverRising([5, 2, 4, 1, 0])).toEqual([5, 3, 3, 1, 0]);
  expect(neverRising([1, 2, 6, 0])).toEqual([3, 3, 3, 0]);
  expect(neverRising([2, -1, -3, 0])).toEqual([2, 0, 0, 0]);
});

it("never rises, is never below 0, and is not farther from the values than any other such sequence", () => {
  const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 7 });
  const distance = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, at) => sum + (value - (b[at] ?? Number.NaN)) ** 2, 0);
  fc.assert(
    fc.property(values, fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 7, maxLength: 7 }), (given, other) => {
      const got = neverRising(given);
      for (const [at, value] of got.entries()) {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(got[at - 1] ?? Number.POSITIVE_INFINITY);
      }
      const falling = [...other].sort((a, b) => b - a).slice(0, given.length);
      expect(distance(got, given)).toBeLessThanOrEqual(distance(falling, given) + 1e-9);
    }),
  );
});
