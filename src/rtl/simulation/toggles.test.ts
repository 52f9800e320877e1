import { describe, expect, it } from "vitest";
import { bit, module, reference, simulate, sint, toggleClasses, uint } from "../index.js";
import { Random } from "../testing/random.js";
import { randomModule } from "../testing/random-program.js";
import { randomVectors } from "../testing/stimulus.js";
import { noToggles } from "./toggles.js";

/** A longer run: GATECAST_RANDOM_SCALE=20 npx vitest run src/rtl/simulation */
const scale = Number(process.env.GATECAST_RANDOM_SCALE ?? "1");

describe("toggle counts", () => {
  for (const { seeds, ...options } of [
    { width: 40, size: 60, depth: 0, seeds: 10 },
    { width: 40, size: 60, depth: 2, seeds: 8 },
    { width: 150, size: 60, depth: 1, seeds: 8 },
  ]) {
    it(`equal the reference's on ${seeds} random programs of widths to ${options.width}, depth ${options.depth}`, () => {
      let all = 0;
      for (let seed = 1; seed <= seeds * scale; seed++) {
        const program = randomModule(500 + seed, options);
        const slow = reference(program, { countToggles: true });
        const fast = simulate(program, { countToggles: true, signals: seed % 2 === 0 });
        for (const vector of randomVectors(program.graph, 24, new Random(seed))) {
          // Looking at it in between, at other inputs, counts nothing.
          fast.poke(Object.fromEntries(Object.keys(vector).map((port) => [port, 0n])));
          for (const sim of [slow, fast]) sim.poke(vector);
          expect(fast.peek(), `seed ${seed}`).toEqual(slow.peek());
          for (const sim of [slow, fast]) sim.step();
        }
        const counted = new Map(fast.toggles().map(({ bits, ...rest }) => [rest.path, rest]));
        for (const wanted of slow.toggles()) {
          const none = { ...wanted, ...noToggles() };
          expect(counted.get(wanted.path) ?? none, `seed ${seed}`).toEqual(wanted);
          for (const kind of toggleClasses) all += wanted[kind];
        }
      }
      expect(all).toBeGreaterThan(1000);
    });
  }

  it("are what one counts by hand", () => {
    const one = module("one", { in: { x: sint(4), keep: bit() }, out: { y: sint(5) } }, (p, m) => {
      const held = m.reg("held", sint(4), { enable: p.keep });
      held.next(p.x);
      return { y: held.q.add(p.x) };
    });
    const sim = simulate(one, { countToggles: true });
    sim.poke({ x: -1, keep: true });
    sim.step(); // held 0000 -> 1111
    sim.poke({ x: 1, keep: false });
    sim.step(); // y was -1 (11111), is 0
    expect(sim.toggles()).toEqual([
      {
        path: "one",
        module: "one",
        ...{ ...noToggles(), register: 4, other: 5 },
        bits: { ...noToggles(), register: 4, other: 5 },
      },
    ]);
    sim.clearToggles();
    sim.step(5);
    expect(sim.toggles()).toMatchObject([{ register: 0, memory: 0, other: 0 }]);
    expect(() => simulate(one).toggles()).toThrow(/not counted/);
  });
});

describe("the class of a toggle", () => {
  it("is where it happens: DSP slices and block memories apart from look-up tables", () => {
    const one = module(
      "one",
      { in: { x: sint(4), w: sint(4) }, out: { y: sint(8), z: sint(8), b: uint(4), d: uint(4) } },
      (p, m) => {
        const memory = (style: "block" | "distributed") => {
          const words = m.mem(style, { type: uint(4), depth: 4, style, latency: 1 });
          words.write({ enable: true, address: 0, data: 15 });
          return words.read(0);
        };
        const [y, z] = [p.x.mul(p.w, "dsp"), p.x.mul(p.w, "lut")];
        return { y, z, b: memory("block"), d: memory("distributed") };
      },
    );
    for (const sim of [reference(one, { countToggles: true }), simulate(one, { countToggles: true })]) {
      sim.poke({ x: 0, w: 1 });
      sim.step();
      sim.poke({ x: 3 });
      sim.step();
      // Four bits of each memory's word written, then four read.
      expect(sim.toggles()).toMatchObject([{ register: 0, memory: 8, block: 8, dsp: 2, other: 2 }]);
    }
  });
});

describe("a clock enable", () => {
  const counter = module("counting", { in: {}, out: { count: uint(4), word: uint(4) } }, (_, m) => {
    const count = m.reg("count", uint(4), { reset: 3 });
    count.next(count.q.add(1).wrap(uint(4)));
    const words = m.mem("words", { type: uint(4), depth: 4, style: "block", latency: 1 });
    words.write({ enable: true, address: count.q.wrap(uint(2)), data: count.q });
    return { count: count.q, word: words.read(count.q.wrap(uint(2))) };
  });
  const top = module("top", { in: { run: bit() }, out: { count: uint(4), word: uint(4) } }, (p, m) =>
    m.use("counter", counter, {}, { clockEnable: p.run }),
  );

  it("stops everything inside but a reset", () => {
    for (const sim of [reference(top), simulate(top)]) {
      const after = (run: boolean, reset: boolean) => {
        sim.poke({ run, reset });
        sim.step();
        return sim.peek();
      };
      for (const count of [4n, 5n, 6n, 7n, 8n]) expect(after(true, false).count).toBe(count);
      const word = sim.peek().word;
      expect(word).toBe(3n);
      for (let i = 0; i < 5; i++) expect(after(false, false)).toEqual({ count: 8n, word });
      expect(after(false, true)).toEqual({ count: 3n, word });
      expect(after(true, false)).toEqual({ count: 4n, word: 7n });
    }
  });
});
