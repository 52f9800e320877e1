import { describe, expect, it } from "vitest";
import {
  bit,
  clamp,
  counter,
  module,
  type Num,
  pipelinedSum,
  range,
  reference,
  registered,
  roundedShiftRight,
  runStreams,
  simulate,
  sint,
  stream,
  sum,
  uint,
} from "../index.js";
import { Random } from "../testing/random.js";

const each = (f: (x: Num) => Num) =>
  simulate(module("m", { in: { x: sint(8) }, out: { y: sint(12) } }, (p) => ({ y: f(p.x) })));

describe("arithmetic", () => {
  it.each([
    ["clamp to -5..9", (x: Num) => clamp(x, -5, 9), (x: number) => Math.min(9, Math.max(-5, x))],
    ["clamp beyond the interval", (x: Num) => clamp(x, -1000, 1000), (x: number) => x],
    ["clamp below only", (x: Num) => clamp(x, 0, 500), (x: number) => Math.max(0, x)],
    ["rounded shift by 3", (x: Num) => roundedShiftRight(x, 3), (x: number) => Math.floor((x + 4) / 8)],
    ["rounded shift by 0", (x: Num) => roundedShiftRight(x, 0), (x: number) => x],
  ])("%s, over all inputs", (_, f, expected) => {
    const sim = each(f);
    const [x, y] = [sim.port("x"), sim.port("y")];
    for (let value = -128; value < 128; value++) {
      x.set(value);
      expect(y.get()).toBe(expected(value));
      sim.step();
    }
  });

  it.each([1, 2, 5, 8, 9])("sums %i values, with and without registers", (count) => {
    const word = uint(4 * count);
    const trees = module("trees", { in: { x: word }, out: { direct: sint(9), late: sint(9) } }, (p, m) => {
      const values = Array.from({ length: count }, (_, i) => p.x.slice(4 * i + 3, 4 * i).wrap(sint(4)));
      const late = pipelinedSum(m, "sum", values, { every: 2 });
      expect(late.latency).toBe(Math.floor(Math.ceil(Math.log2(count)) / 2));
      return { direct: sum(values), late: late.sum };
    });
    const sim = reference(trees);
    const random = new Random(count);
    for (let i = 0; i < 10; i++) {
      const values = Array.from({ length: count }, () => random.below(16));
      sim.poke({ x: values.reduce((w, v, at) => w | (BigInt(v) << BigInt(4 * at)), 0n) });
      const { direct } = sim.peek();
      expect(direct).toBe(BigInt(values.reduce((s, v) => s + (v < 8 ? v : v - 16), 0)));
      sim.step(2);
      expect(sim.peek().late).toBe(direct);
    }
  });
});

describe("counter", () => {
  it.each([1, 2, 5, 8])("counts to %i", (count) => {
    const sim = simulate(
      module("m", { in: { step: bit() }, out: { value: uint(4), last: bit() } }, (p, m) => {
        const { value, last } = counter(m, "count", count, p.step);
        return { value, last };
      }),
    );
    for (let i = 0; i < 3 * count; i++) {
      sim.poke({ step: 1 });
      expect(sim.peek()).toEqual({ value: BigInt(i % count), last: i % count === count - 1 ? 1n : 0n });
      sim.step();
      sim.poke({ step: 0 });
      sim.step();
      expect(sim.peek().value).toBe(BigInt((i + 1) % count));
    }
  });
});

describe("a registered stream", () => {
  const Item = { code: range(-3, 9), last: bit() };
  const stages = module("stages", { in: { x: stream(Item) }, out: { y: stream(Item) } }, (p, m) => {
    const first = registered(m, "first", Item, p.x);
    return { y: registered(m, "second", Item, first) };
  });

  it("passes everything in order under random stalls, obeying the laws of streams", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = new Random(seed);
      const sent = Array.from({ length: 40 }, () => ({ code: random.within(-3n, 9n), last: random.below(2) }));
      const stalls = { x: random.below(90), y: random.below(90) };
      const { outputs } = runStreams(simulate(stages), {
        inputs: { x: sent },
        outputs: { y: sent.length },
        stall: (name) => random.chance(name === "x" ? stalls.x : stalls.y),
        maxCycles: 4000,
      });
      expect(outputs.y).toEqual(sent.map(({ code, last }) => ({ code, last: BigInt(last) })));
    }
  });

  it("has full throughput", () => {
    const sent = Array.from({ length: 50 }, (_, i) => ({ code: i % 8, last: 0 }));
    const { cycles } = runStreams(simulate(stages), { inputs: { x: sent }, outputs: { y: 50 }, maxCycles: 100 });
    expect(cycles).toBe(52);
  });

  it("is found out when a side never moves", () => {
    const run = { inputs: { x: [{ code: 1, last: 0 }] }, outputs: { y: 2 }, maxCycles: 20 };
    expect(() => runStreams(simulate(stages), run)).toThrow(/1 of 1 sent into x, 1 of 2 taken from y/);
  });
});
