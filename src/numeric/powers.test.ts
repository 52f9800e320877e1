import { describe, expect, it } from "vitest";
import { exponentOf, nearestExponent } from "./powers.js";

describe("powers of two", () => {
  it("finds the nearest exponent in the logarithm: the border is sqrt(2)", () => {
    for (const exponent of [-40, -3, -1, 0, 1, 2, 30]) {
      for (const [factor, more] of [
        [1, 0],
        [0.72, 0],
        [1.41, 0],
        [1.42, 1],
        [0.7, -1],
      ] as const) {
        expect(nearestExponent(factor * 2 ** exponent), `${factor} * 2^${exponent}`).toBe(exponent + more);
      }
    }
  });

  it("tells powers of two from other numbers", () => {
    expect([1, 2, 4096, 0.125, 2 ** 40].map(exponentOf)).toEqual([0, 1, 12, -3, 40]);
    expect([0, -2, 3, 6, 1.5, 4095, Number.NaN, Number.POSITIVE_INFINITY].map(exponentOf)).toEqual(
      new Array(8).fill(null),
    );
    for (const x of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) expect(() => nearestExponent(x)).toThrow(RangeError);
  });
});
