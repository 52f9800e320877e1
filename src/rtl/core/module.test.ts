import { describe, expect, it } from "vitest";
import { GatecastError } from "../../errors.js";
import { bit, module, pick, range, reference, sint, stream, uint } from "../index.js";

const Sample = sint(8);
const Sum = sint(20);

/** The multiply-accumulate lane of the guide. */
const lane = module(
  "mac_lane",
  { in: { enable: bit(), first: bit(), x: Sample, w: Sample }, out: { sum: Sum } },
  (p, m) => {
    const sum = m.reg("sum", Sum, { reset: 0, enable: p.enable });
    const product = p.x.mul(p.w);
    const base = m.pick(p.first, Sum.of(0), sum.q);
    m.name({ product, base });
    sum.next(base.add(product).fit(Sum));
    return { sum: sum.q };
  },
);

const passing = module("passing", { in: { x: stream({ v: uint(4) }) }, out: { y: stream({ v: uint(4) }) } }, (p) => {
  return { y: p.x };
});

describe("modules", () => {
  it("accumulates, restarts and resets", () => {
    const sim = reference(lane);
    sim.poke({ enable: 1, first: 1, x: -3, w: 7 });
    sim.step();
    sim.poke({ first: 0, x: 100, w: 100 });
    sim.step(2);
    expect(sim.peek()).toEqual({ sum: 19979n });
    sim.poke({ enable: 0 });
    sim.step();
    expect(sim.peek()).toEqual({ sum: 19979n });
    sim.poke({ reset: 1 });
    sim.step();
    expect(sim.peek()).toEqual({ sum: 0n });
  });

  it("asserts a claim that is not proved", () => {
    const sim = reference(lane);
    sim.poke({ enable: 1, x: -128, w: -128 });
    expect(() => sim.step(40)).toThrow(/cycle 31: .*in mac_lane is 524288.*module\.test\.ts/);
  });

  it("passes streams through instances both ways", () => {
    const twice = module("twice", { in: { x: stream({ v: uint(4) }) }, out: { y: stream({ v: uint(4) }) } }, (p, m) => {
      const one = m.use("one", passing, { x: p.x });
      return { y: m.use("two", passing, { x: one.y }).y };
    });
    const sim = reference(twice);
    sim.poke({ x_valid: 1, x_v: 9, y_ready: 0 });
    expect(sim.peek()).toEqual({ x_ready: 0n, y_valid: 1n, y_v: 9n });
    sim.poke({ y_ready: 1 });
    expect(sim.peek()).toEqual({ x_ready: 1n, y_valid: 1n, y_v: 9n });
  });

  it("repeats modules", () => {
    const four = module("four", { in: { go: bit(), w: uint(8) }, out: { s: Sum } }, (p, m) => {
      const w = [0, 2, 4, 6].map((at) => p.w.slice(at + 1, at));
      const { sum } = m.repeat("lanes", 4, lane, { enable: true, first: p.go, x: 5, w });
      const all = sum.reduce((a, b) => a.add(b));
      return { s: all.fit(Sum) };
    });
    const sim = reference(four);
    sim.poke({ go: 1, w: 0b11_10_01_00 });
    sim.step();
    expect(sim.peek()).toEqual({ s: 30n });
  });

  it("reads the old word of a memory that is written", () => {
    const ram = module(
      "ram",
      { in: { we: bit(), a: uint(2), d: uint(8) }, out: { q: uint(8), c: uint(8) } },
      (p, m) => {
        const block = m.mem("words", { type: uint(8), depth: 4, style: "block", latency: 1, init: [10, 11, 12, 13] });
        const now = m.mem("now", { type: uint(8), depth: 4, style: "distributed", latency: 0 });
        block.write({ enable: p.we, address: p.a, data: p.d });
        now.write({ enable: p.we, address: p.a, data: p.d });
        return { q: block.read(p.a), c: now.read(p.a) };
      },
    );
    const sim = reference(ram);
    sim.poke({ we: 1, a: 2, d: 99 });
    expect(sim.peek()).toEqual({ q: 0n, c: 0n });
    sim.step();
    expect(sim.peek()).toEqual({ q: 12n, c: 99n });
    sim.step();
    expect(sim.peek()).toEqual({ q: 99n, c: 99n });
  });
});

describe("errors carry the caller's line", () => {
  const wrong: readonly (readonly [string, RegExp, () => unknown])[] = [
    ["truncation", /output y of m is uint\(8\), but is given .*range/, () => one((x) => x.add(1))],
    ["wrap into a partial range", /wrap needs a type/, () => one((x) => x.wrap(range(0, 5)))],
    ["impossible fit", /can never be/, () => one((x) => x.add(300).fit(uint(8)))],
    ["slice outside", /not within/, () => one((x) => x.slice(8, 1))],
    ["too few options", /pick has 2 options/, () => one((x) => pick(x, [1, 2]))],
    ["logic of unequal widths", /equal width/, () => one((x) => x.and(x.slice(3, 0)))],
    [
      "loop",
      /combinational loop through a/,
      () => {
        return module("m", { in: { x: uint(8) }, out: { y: uint(8) } }, (p, m) => {
          const a = m.wire("a", uint(8));
          a.drive(a.value.xor(p.x));
          return { y: a.value };
        });
      },
    ],
    [
      "valid that waits for ready",
      /depends combinationally on its own ready/,
      () =>
        module("m", { in: {}, out: { y: stream({ v: uint(2) }) } }, (p) => ({
          y: { valid: p.y.ready, data: { v: 0 } },
        })),
    ],
    [
      "a register without next",
      /register r has no next/,
      () =>
        module("m", { in: {}, out: {} }, (_, m) => {
          m.reg("r", bit());
          return {};
        }),
    ],
    [
      "a stream without consumer",
      /stream a.y has no consumer/,
      () =>
        module("m", { in: { x: stream({ v: uint(4) }) }, out: {} }, (p, m) => {
          m.use("a", passing, { x: p.x });
          return {};
        }),
    ],
    [
      "names that collide in VHDL",
      /two ports are called/,
      () => module("m", { in: { a: bit(), A: bit() }, out: {} }, () => ({})),
    ],
  ];
  for (const [what, pattern, action] of wrong) {
    it(what, () => {
      expect(action).toThrow(pattern);
      expect(action).toThrow(/\(.*module\.test\.ts:\d+\)|module\.test\.ts:\d+\)$/);
      expect(action).toThrow(GatecastError);
    });
  }
});

function one(f: (x: import("../index.js").Num) => import("../index.js").Num) {
  return module("m", { in: { x: uint(8) }, out: { y: uint(8) } }, (p) => ({ y: f(p.x) }));
}
