import { describe, expect, it } from "vitest";
import { Random } from "./random.js";

describe("Random", () => {
  it("follows xoshiro128**: the authors' recurrence on the state 1, 2, 3, 4", () => {
    // First outputs worked out by hand from the published recurrence: rotl(b * 5, 7) * 9.
    const random = Random.restore({ words: [1, 2, 3, 4] });
    expect([random.uint32(), random.uint32(), random.uint32()]).toEqual([11520, 0, 5927040]);
  });

  it("repeats for a seed, differs between seeds, high bits of the seed and streams", () => {
    const draw = (random: Random): number[] => Array.from({ length: 8 }, () => random.uint32());
    expect(draw(new Random(7))).toEqual(draw(new Random(7)));
    const others = [new Random(8), new Random(7 + 2 ** 40), new Random(7, 1), new Random(-7)].map((r) =>
      draw(r).join(),
    );
    expect(new Set([...others, draw(new Random(7)).join()]).size).toBe(5);
    expect(() => new Random(0.5)).toThrow(RangeError);
  });

  it("returns these very numbers on every machine", () => {
    const random = new Random(42);
    expect([random.uint32(), random.uniform(), random.normal(), random.integer(10)]).toMatchInlineSnapshot(`
      [
        3026924125,
        0.5204994439347715,
        -0.41924516323482325,
        1,
      ]
    `);
  });

  it("draws uniform numbers with the right moments and bounds", () => {
    const random = new Random(3);
    const values = Array.from({ length: 20000 }, () => random.uniform());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.01);
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.003);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
  });

  it("draws normal numbers with the right moments and tails", () => {
    const random = new Random(4);
    const values = Array.from({ length: 20000 }, () => random.normal());
    const moment = (power: number): number => values.reduce((sum, v) => sum + v ** power, 0) / values.length;
    expect(Math.abs(moment(1))).toBeLessThan(0.03);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.04);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.3);
    const beyondTwo = values.filter((value) => Math.abs(value) > 2).length / values.length;
    expect(Math.abs(beyondTwo - 0.0455)).toBeLessThan(0.006);
  });

  it("draws integers evenly and refuses a senseless count", () => {
    const random = new Random(5);
    const counts = new Uint32Array(7);
    for (let draw = 0; draw < 14000; draw++) {
      const value = random.integer(7);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
    // Without rejection the lowest third of 3 * 2^30 would come up half of the time.
    const low = Array.from({ length: 6000 }, () => random.integer(3 * 2 ** 30)).filter((value) => value < 2 ** 30);
    expect(Math.abs(low.length / 6000 - 1 / 3)).toBeLessThan(0.03);
    for (const count of [0, -1, 1.5, 2 ** 33]) expect(() => random.integer(count)).toThrow(RangeError);
  });

  it("shuffles into a permutation, every order reachable", () => {
    const seen = new Set<string>();
    const random = new Random(6);
    for (let draw = 0; draw < 400; draw++) {
      const order = random.permutation(4);
      expect([...order].sort()).toEqual([0, 1, 2, 3]);
      seen.add(order.join());
    }
    expect(seen.size).toBe(24);
  });

  it("goes on from a saved state, the spare normal included", () => {
    const random = new Random(9);
    random.normal();
    const copy = Random.restore(JSON.parse(JSON.stringify(random.save())));
    const after = (r: Random): number[] => [r.normal(), r.uniform(), r.normal(), r.uint32()];
    expect(after(copy)).toEqual(after(random));
  });
});
