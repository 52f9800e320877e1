import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binaryDigits, clamp, roundHalfAway, shiftRight, signedWidth } from "./integers.js";
import { add, point, times, union, widthOf } from "./interval.js";

const integer = fc.integer({ min: -(2 ** 31), max: 2 ** 31 });

describe("exact integers", () => {
  it("rounds a half away from zero, and nothing else up", () => {
    expect(
      [0.5, -0.5, 1.5, -1.5, 2.5, 0.49999999999999994, -0.49999999999999994, 2251799813685248.5].map(roundHalfAway),
    ).toEqual([1, -1, 2, -2, 3, 0, 0, 2251799813685249]);
    expect(Object.is(roundHalfAway(-0.2), 0)).toBe(true);
    fc.assert(
      fc.property(fc.maxSafeInteger(), (x) => {
        expect(roundHalfAway(x)).toBe(x);
      }),
    );
  });

  it("shifts right as BigInt does, for every safe integer", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 1, max: 60 }), (x, shift) => {
        expect(BigInt(shiftRight(x, shift))).toBe(BigInt(x) >> BigInt(shift));
      }),
    );
  });

  it("counts digits and widths", () => {
    expect([0, 1, 2, 255, 256, 2 ** 53 - 1].map(binaryDigits)).toEqual([0, 1, 2, 8, 9, 53]);
    expect([0, -1, 1, 127, 128, -128, -129].map(signedWidth)).toEqual([1, 1, 2, 8, 9, 8, 9]);
    fc.assert(
      fc.property(fc.maxSafeInteger(), (x) => {
        const width = BigInt(signedWidth(x));
        expect(BigInt.asIntN(Number(width), BigInt(x))).toBe(BigInt(x));
        if (width > 1n) expect(BigInt.asIntN(Number(width) - 1, BigInt(x))).not.toBe(BigInt(x));
      }),
    );
  });

  it("computes intervals that hold every result and are no wider", () => {
    const interval = fc.tuple(integer, integer).map(([a, b]) => ({ lo: Math.min(a, b), hi: Math.max(a, b) }));
    const inside = (i: { lo: number; hi: number }, part: number) => i.lo + Math.floor((i.hi - i.lo) * part);
    fc.assert(
      fc.property(interval, interval, integer, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, factor, part) => {
        const [x, y] = [inside(a, part), inside(b, 1 - part)];
        const holds = (i: { lo: number; hi: number }, value: number) => expect(clamp(value, i.lo, i.hi)).toBe(value);
        holds(add(a, b), x + y);
        holds(times(a, factor & 0xfffff), x * (factor & 0xfffff));
        holds(times(a, -(factor & 0xfffff)), x * -(factor & 0xfffff) + 0);
        holds(union(a, b), x);
        expect(union(point(a.lo), point(a.hi))).toEqual(a);
        expect(widthOf(a)).toBeGreaterThanOrEqual(signedWidth(x));
        expect([signedWidth(a.lo), signedWidth(a.hi)]).toContain(widthOf(a));
      }),
    );
  });
});
