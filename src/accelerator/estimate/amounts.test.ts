import { expect, it } from "vitest";
import { range, sint } from "../../rtl/index.js";
import { xc7 } from "../technology.js";
import { Amounts } from "./amounts.js";

it("counts a product as logic that has too few bits for a DSP slice, whatever its factors' widths add up to", () => {
  const dspsOf = (lo: number, hi: number) => {
    const amounts = new Amounts(xc7);
    amounts.product(range(lo, hi), range(-3, 3), "dsp");
    return amounts.dsp;
  };
  // 6 and 3 bits each: 54 in 7 bits, 96 in 8, and 7 x 3 bits to 192 in 9.
  expect(dspsOf(-18, 17)).toBe(0);
  expect(dspsOf(-32, 31)).toBe(0);
  expect(dspsOf(-64, 63)).toBe(1);
  const wide = new Amounts(xc7);
  wide.product(sint(12), sint(4), "dsp");
  expect(wide.dsp).toBe(1);
});
