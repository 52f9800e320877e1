import { describe, expect, it } from "vitest";
import { emitVerilog, emitVhdl, module, reference, simulate, uint } from "../index.js";
import { cosimulateVerilog, cosimulateVhdl, type Trial } from "../testing/cosimulate.js";
import { dotProduct } from "../testing/example.js";
import { Random } from "../testing/random.js";
import { randomModule } from "../testing/random-program.js";
import { randomVectors } from "../testing/stimulus.js";
import { skipWithout, titleWith } from "../testing/tools.js";
import { traps } from "../testing/traps.js";

/** A longer run: GATECAST_RANDOM_SCALE=20 npx vitest run src/rtl/text */
const scale = Number(process.env.GATECAST_RANDOM_SCALE ?? "1");

/** Random programs: most flat, some with instances, some with wide words. */
function trials(count: number): Trial[] {
  return Array.from({ length: count }, (_, i) => {
    const seed = 1000 + i;
    const options = { size: 70, width: i % 7 === 6 ? 150 : 40, depth: i % 5 === 4 ? 1 : 0 };
    const module = randomModule(seed, options);
    return { module, vectors: randomVectors(module.graph, 40, new Random(seed)) };
  });
}

const total = (mismatches: Record<string, number>): string[] =>
  Object.entries(mismatches).flatMap(([name, count]) => (count === 0 ? [] : [`${name}: ${count} cycles`]));

const random = trials(50 * scale);

describe("random programs", () => {
  it.skipIf(skipWithout("ghdl"))(
    titleWith("equal the reference in GHDL, from the VHDL", "ghdl"),
    { timeout: 600_000 },
    () => {
      expect(total(cosimulateVhdl(random))).toEqual([]);
    },
  );

  it.skipIf(skipWithout("iverilog"))(
    titleWith("equal the reference in Icarus, from the Verilog", "iverilog"),
    { timeout: 600_000 },
    () => {
      expect(total(cosimulateVerilog(random))).toEqual([]);
    },
  );
});

describe("known traps and the example", () => {
  const cases = [traps(), dotProduct()].map((module) => ({
    module,
    vectors: randomVectors(module.graph, 300, new Random(7)),
  }));

  it("behave in the simulator as in the reference", () => {
    for (const { module, vectors } of cases) {
      const [slow, fast] = [reference(module, { checks: false }), simulate(module, { checks: false })];
      for (const vector of vectors) {
        slow.poke(vector);
        fast.poke(vector);
        expect(fast.peek()).toEqual(slow.peek());
        slow.step();
        fast.step();
      }
    }
  });
  it.skipIf(skipWithout("ghdl"))(titleWith("behave in GHDL as in the reference", "ghdl"), () => {
    expect(total(cosimulateVhdl(cases))).toEqual([]);
  });
  it.skipIf(skipWithout("iverilog"))(titleWith("behave in Icarus as in the reference", "iverilog"), () => {
    expect(total(cosimulateVerilog(cases))).toEqual([]);
  });
});

describe("a wrong emitter is caught", () => {
  const few = trials(12);
  const caught = (
    simulate: typeof cosimulateVhdl,
    mutate: (text: string) => string,
  ): { changed: boolean; programs: number } => {
    let changed = false;
    const mismatches = simulate(few, {
      mutate: (text) => {
        const mutant = mutate(text);
        changed ||= mutant !== text;
        return mutant;
      },
    });
    return { changed, programs: total(mismatches).length };
  };

  const vhdlMutants: [string, (text: string) => string][] = [
    ["a lost carry", (t) => t.replace(/resize\((\w+), (\d+)\) \+ ([a-z]\w*);/g, "resize($1 + $3, $2);")],
    ["a lost sign", (t) => t.replace(/ signed\(resize\((\w+), (\d+)\)\)/g, " resize(signed($1), $2)")],
    [
      "a narrowing resize",
      (t) =>
        t.replace(/<= (\w+)\((\d+) downto 0\);/g, (_, a: string, n: string) => `<= resize(${a}, ${Number(n) + 1});`),
    ],
    ["a comparison that is off by one", (t) => t.replace(/ < (\w+) (then|else)/g, " <= $1 $2")],
    ["a reset that is not looked at", (t) => t.replace(/if reset = '1' then/g, "if false then")],
    [
      "a clock enable that is not looked at",
      (t) => t.replace(/if clock_enable = '1' (?:and .*)?then/g, "if true then"),
    ],
    ["a register without initial value", (t) => t.replace(/(signal (?:state|flag)_?\d+ *: [^:]*?) := [^;]*;/g, "$1;")],
  ];
  it.skipIf(skipWithout("ghdl")).each(vhdlMutants)("in VHDL: %s", (_, mutate) => {
    const { changed, programs } = caught(cosimulateVhdl, mutate);
    expect(changed).toBe(true);
    expect(programs).toBeGreaterThan(0);
  });

  const verilogMutants: [string, (text: string) => string][] = [
    ["wires without sign", (t) => t.replace(/wire signed (\[.*\]) (\w+ =)/g, "wire $1 $2")],
    ["literals without sign", (t) => t.replace(/'sd/g, "'d")],
    ["a clock enable that is not passed on", (t) => t.replace(/\.clock_enable\(.*\)/g, ".clock_enable(1'b1)")],
    ["parts without sign", (t) => t.replace(/\$signed\((\w+\[\d+:\d+\])\)/g, "$1")],
    [
      "a sum that is one bit short",
      (t) =>
        t.replace(
          /wire (signed )?\[(\d+):0\] (\w+) = (\w+) \+ (\w+);/g,
          (_, s: string | undefined, n: string, a: string, b: string, c: string) =>
            `wire ${s ?? ""}[${Math.max(0, Number(n) - 1)}:0] ${a} = ${b} + ${c};`,
        ),
    ],
  ];
  it.skipIf(skipWithout("iverilog")).each(verilogMutants)("in Verilog: %s", (_, mutate) => {
    const { changed, programs } = caught(cosimulateVerilog, mutate);
    expect(changed).toBe(true);
    expect(programs).toBeGreaterThan(0);
  });
});

describe("the texts", () => {
  it("are as reviewed", async () => {
    for (const { fileName, text } of [...emitVhdl(dotProduct()), ...emitVerilog(dotProduct())]) {
      await expect(text).toMatchFileSnapshot(`golden/${fileName}`);
    }
  });

  it("are the same bytes each time the hardware is described", () => {
    const print = () => {
      const module = randomModule(1004, { size: 70, width: 40, depth: 1 });
      return JSON.stringify([...emitVhdl(module), ...emitVerilog(module)]);
    };
    expect(print()).toBe(print());
  });

  it("keep to the line, and name nothing by a global number", () => {
    for (const { text } of [...emitVhdl(dotProduct()), ...emitVerilog(dotProduct())]) {
      for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
    }
  });

  it("refuse two different modules of one name", () => {
    const inner = (by: number) =>
      module("inner", { in: { x: uint(4) }, out: { y: uint(9) } }, (p) => ({ y: p.x.add(by) }));
    const outer = module("outer", { in: { x: uint(4) }, out: { y: uint(9), z: uint(9) } }, (p, m) => ({
      y: m.use("a", inner(1), { x: p.x }).y,
      z: m.use("b", inner(2), { x: p.x }).y,
    }));
    expect(() => emitVhdl(outer)).toThrow(/two different modules called inner/);
  });
});
