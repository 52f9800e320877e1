import { describe, expect, it } from "vitest";
import { bit, module, type NumType, range, simulate } from "../../rtl/index.js";
import { Pipe } from "./pipe.js";
import { factorParts, scaledSum } from "./scaled-sum.js";

const ROUNDING = 37n;
const SHIFT = 3;

function scaler(sum: NumType, factor: NumType) {
  return module(
    "scaler",
    { doc: "A sum, scaled.", in: { go: bit(), sum, factor }, out: { scaled: range(-(2 ** 30), 2 ** 30) } },
    (p, m) => {
      const scaling = { factor: p.factor, multiplier: "lut", rounding: ROUNDING, shift: SHIFT, tail: "" } as const;
      return { scaled: scaledSum(new Pipe(m, p.go), p.sum, scaling).fit(range(-(2 ** 30), 2 ** 30)) };
    },
  );
}

describe("scaled sums by digits", () => {
  it.each([
    [range(-16, 15), range(0, 7)],
    [range(-9, 100), range(0, 4)],
    [range(-32, 31), range(0, 2 ** 10 - 1)],
    [range(0, 63), range(0, 2 ** 11 - 1)],
    [range(-4, 3), range(0, 2 ** 17 - 1)],
  ])("equal all products of %s and %s, rounded and shifted", (sum, factor) => {
    const sim = simulate(scaler(sum, factor));
    const step = factor.hi > 5000n ? 61n : 1n;
    for (let a = sum.lo; a <= sum.hi; a++) {
      for (let b = factor.hi; b >= 0n; b -= step) {
        sim.poke({ go: true, sum: a, factor: b });
        sim.step();
        sim.step();
        expect(sim.peek().scaled).toBe((a * b + ROUNDING) >> BigInt(SHIFT));
      }
    }
  });

  it("cuts factors into parts of whole digits, of 8 bits at most", () => {
    for (let width = 3; width <= 40; width++) {
      const parts = factorParts(width);
      expect(parts.reduce((sum, { bits }) => sum + bits, 0)).toBe(width);
      for (const { low, bits } of parts) expect([low % 2, bits >= 1 && bits <= 8]).toEqual([0, true]);
      expect(parts.length).toBeGreaterThan(1);
    }
  });
});
