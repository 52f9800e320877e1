import { describe, expect, it } from "vitest";
import { module, pack, reference, simulate, sint, stream, uint, unpack } from "../index.js";
import { Random } from "../testing/random.js";
import { randomModule } from "../testing/random-program.js";
import { randomVectors } from "../testing/stimulus.js";

/** A longer run: GATECAST_RANDOM_SCALE=20 npx vitest run src/rtl/simulation */
const scale = Number(process.env.GATECAST_RANDOM_SCALE ?? "1");

describe("the compiled simulation equals the reference", () => {
  const cases = [
    { width: 40, size: 120, depth: 0, seeds: 40 },
    { width: 40, size: 60, depth: 1, seeds: 10 },
    { width: 150, size: 60, depth: 0, seeds: 20 },
  ];
  for (const { seeds, ...options } of cases) {
    it(`on ${seeds} random programs of widths to ${options.width}, depth ${options.depth}`, {
      timeout: 600_000,
    }, () => {
      for (let seed = 1; seed <= seeds * scale; seed++) {
        const program = randomModule(seed, options);
        const [slow, fast] = [reference(program), simulate(program, { signals: seed % 2 === 0 })];
        for (const vector of randomVectors(program.graph, 24, new Random(seed))) {
          slow.poke(vector);
          fast.poke(vector);
          expect(fast.peek(), `seed ${seed}`).toEqual(slow.peek());
          slow.step();
          fast.step();
        }
      }
    });
  }
});

describe("simulate", () => {
  const Word = uint(256);
  const packed = module(
    "packed_words",
    { in: { word: Word, at: uint(3), go: uint(1) }, out: { back: Word, sum: sint(16), stored: Word } },
    (p, m) => {
      const lanes = unpack(p.word, sint(8));
      const memory = m.mem("words", { type: Word, depth: 8, style: "block", latency: 1 });
      memory.write({ enable: p.go.bit(0), address: p.at, data: p.word });
      const hold = m.reg("hold", Word);
      hold.next(m.pick(p.go.bit(0), p.word, hold.q));
      return {
        back: pack([...lanes].reverse()),
        sum: lanes.reduce((a, b) => a.add(b).fit(sint(16))),
        stored: memory.read(p.at).xor(hold.q),
      };
    },
  );

  it("handles wide words like the reference", () => {
    const [slow, fast] = [reference(packed), simulate(packed)];
    for (const vector of randomVectors(packed.graph, 60, new Random(5))) {
      slow.poke(vector);
      fast.poke(vector);
      expect(fast.peek()).toEqual(slow.peek());
      slow.step();
      fast.step();
    }
    expect(fast.memory("packed_words.words")).toHaveLength(8);
  });

  it("gives ports of up to 53 bits without BigInt", () => {
    const wide = module("wide", { in: { a: sint(50), b: sint(20) }, out: { s: sint(51), p: sint(20) } }, (p) => ({
      s: p.a.add(1),
      p: p.b,
    }));
    const sim = simulate(wide);
    const [a, s, b, q] = [sim.port("a"), sim.port("s"), sim.port("b"), sim.port("p")];
    for (const value of [0, -1, 5, 2 ** 49 - 1, -(2 ** 49), -(2 ** 32), 2 ** 32 - 1]) {
      a.set(value);
      b.set(value % 1000);
      expect(s.get()).toBe(value + 1);
      expect(q.get()).toBe(value % 1000);
    }
    expect(() => s.set(1)).toThrow(/output/);
  });

  it("asserts claims, where they hold", () => {
    const claim = module("claim", { in: { x: uint(8), check: uint(1) }, out: { y: uint(4), z: uint(70) } }, (p) => ({
      y: p.x.fit(uint(4), { when: p.check.bit(0) }),
      z: p.x.shl(64).fit(uint(70)),
    }));
    const sim = simulate(claim);
    sim.poke({ x: 17, check: 0 });
    sim.step();
    sim.poke({ check: 1 });
    expect(() => sim.step()).toThrow(/cycle 1: .*17.*uint\(4\).*simulate\.test\.ts/);
    sim.poke({ x: 200, check: 0 });
    expect(() => sim.step()).toThrow(/uint\(70\)/);
    const loose = simulate(claim, { checks: false });
    loose.poke({ x: 17, check: 1 });
    loose.step();
    expect(loose.peek().y).toBe(1n);
  });

  it("watches the laws of streams in every instance", () => {
    const Item = { v: uint(8) };
    const rude = module("rude", { in: { v: uint(8), valid: uint(1) }, out: { y: stream(Item) } }, (p) => ({
      y: { valid: p.valid.bit(0), data: { v: p.v } },
    }));
    const outer = module("outer", { in: { v: uint(8), valid: uint(1) }, out: { y: stream(Item) } }, (p, m) => ({
      y: m.use("inner", rude, { v: p.v, valid: p.valid }).y,
    }));
    for (const change of [{ v: 4 }, { valid: 0 }]) {
      const sim = simulate(outer);
      sim.poke({ v: 3, valid: 1, y_ready: 1 });
      sim.step();
      sim.poke({ y_ready: 0 });
      sim.step(2);
      sim.poke(change);
      expect(() => sim.step()).toThrow(/cycle 3: stream outer(.inner)?.y did not hold/);
    }
  });

  it("shows named signals by path", () => {
    const one = module("one", { in: { x: uint(4) }, out: { y: uint(6) } }, (p, m) => {
      const twice = p.x.shl(1);
      m.name({ twice });
      const kept = m.reg("kept", uint(5));
      kept.next(twice);
      return { y: kept.q.add(1) };
    });
    const sim = simulate(one, { signals: true });
    sim.poke({ x: 3 });
    expect(sim.signal("one.twice")).toBe(6n);
    sim.step();
    expect(sim.signal("one.kept")).toBe(6n);
    expect(() => sim.signal("one.nothing")).toThrow(/no signal/);
  });
});
