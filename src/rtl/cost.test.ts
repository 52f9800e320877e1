import { describe, expect, it } from "vitest";
import { cost, module, range, sint, uint } from "./index.js";
import { dotProduct } from "./testing/example.js";

describe("cost", () => {
  it("counts registers, memories and DSP slices exactly, and sums by instance path", () => {
    const [whole, ...inside] = cost(dotProduct());
    expect(inside.map((c) => c.path)).toEqual([0, 1, 2, 3].map((i) => `dot_product.lanes[${i}]`));
    // full, count, slot and four sums of 20 bits; the block memory's output register is its own.
    expect(whole).toMatchObject({ path: "dot_product", ff: 1 + 4 + 3 + 80, ramb18: 1, dsp: 0, lutram: 0 });
    expect(inside[0]?.ff).toBe(20);
    expect(inside[0]?.lut).toBeGreaterThan(100);
    expect(whole?.lut).toBeGreaterThan(4 * (inside[0]?.lut ?? 0));
  });

  it("knows a product in a DSP slice from one in look-up tables, and wiring from logic", () => {
    const product = (kind: "lut" | "dsp") =>
      cost(
        module("m", { in: { a: sint(8), b: sint(8) }, out: { y: sint(16) } }, (p) => ({ y: p.a.mul(p.b, kind) })),
      )[0];
    expect(product("dsp")).toMatchObject({ dsp: 1, lut: 0 });
    expect(product("lut")).toMatchObject({ dsp: 0, lut: 134 });
    const wiring = module("m", { in: { a: uint(8) }, out: { y: uint(8) } }, (p) => ({
      y: p.a.slice(7, 4).shl(2).fit(range(0, 255)),
    }));
    expect(cost(wiring)).toEqual([{ path: "m", lut: 0, lutram: 0, ff: 0, dsp: 0, ramb18: 0, levels: 0 }]);
  });
});
