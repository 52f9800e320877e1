import { describe, expect, it } from "vitest";
import { range, simulate } from "../../rtl/index.js";
import { digitProductModule, multipleTypes } from "./digit-product.js";
import { PACKED_LATENCY, packedProductModule, packingOf } from "./packed-product.js";

const pairs = [
  [range(-8, 7), range(-7, 7)],
  [range(-8, 7), range(-1, 1)],
  [range(-5, 7), range(-3, 3)],
  [range(0, 15), range(-15, 15)],
  [range(-16, 15), range(-15, 15)],
  [range(-4, 3), range(-63, 63)],
  [range(-32, 31), range(-31, 31)],
  [range(0, 511), range(-2, 1)],
  [range(-256, 255), range(-4, 3)],
] as const;

describe("products by digits", () => {
  it.each(pairs)("equal all products of %s and %s", (x, w) => {
    const sim = simulate(digitProductModule(x, w));
    for (let a = x.lo; a <= x.hi; a++) {
      for (let b = w.lo; b <= w.hi; b++) {
        sim.poke({ go: true, x: a, triple: 3n * a, minus: -a, w: b });
        sim.step();
        expect(sim.peek().product).toBe(a * b);
      }
    }
    expect(multipleTypes(x).triple.hi).toBe(3n * x.hi);
  });
});

describe("packed products", () => {
  it("packs four narrow products of 4 bits, two of 8", () => {
    expect(packingOf(range(-8, 7), range(-7, 7), 8)).toMatchObject({ count: 4, field: 7 });
    expect(packingOf(range(-128, 127), range(-127, 127), 8)).toMatchObject({ count: 2, field: 15 });
    expect(packingOf(range(-16, 15), range(-15, 15), 4)).toMatchObject({ count: 2 });
    expect(packingOf(range(-8, 7), range(-7, 7), 1)).toMatchObject({ count: 1 });
  });

  it.each(pairs)("equal all products of %s and %s, whatever their neighbours", (x, w) => {
    const packing = packingOf(x, w, 4);
    const sim = simulate(packedProductModule(x, w, packing));
    const span = w.hi - w.lo + 1n;
    let shift = 1n;
    for (let a = x.lo; a <= x.hi; a++) {
      for (let b = w.lo; b <= w.hi; b++) {
        shift = (shift * 5n + 3n) % 1009n;
        const weights = Array.from({ length: packing.count }, (_, index) => {
          const other = w.lo + ((b - w.lo + shift * BigInt(index)) % span);
          return index === Number(shift % BigInt(packing.count)) ? b : other;
        });
        const word = weights.reduceRight((all, one) => (all << BigInt(w.width)) | BigInt.asUintN(w.width, one), 0n);
        sim.poke({ go: true, w: word });
        sim.step();
        sim.poke({ x: a });
        for (let cycle = 1; cycle < PACKED_LATENCY; cycle++) sim.step();
        const products = BigInt(sim.peek().products ?? 0n);
        weights.forEach((weight, index) => {
          const got = BigInt.asUintN(packing.field, products >> BigInt(index * packing.field)) - packing.offset;
          expect(got).toBe(a * weight);
        });
      }
    }
  });
});
