import { describe, expect, it } from "vitest";
import { Random } from "../../numeric/random.js";
import { bit, module, range, simulate, uint } from "../../rtl/index.js";
import { wordMemory } from "./word-memory.js";

describe("a memory of words of any width", () => {
  it.each([
    ["block", 35, 1],
    ["block", 84, 3],
    ["distributed", 84, 1],
  ] as const)("keeps words: %s, %i bits, %i memories", (style, width, memories) => {
    const made = module(
      `words_${style}_${width}`,
      {
        in: { write: bit(), go: bit(), at: range(0, 7), from: range(0, 7), data: uint(width) },
        out: { word: uint(width) },
      },
      (p, m) => {
        const words = wordMemory(m, "words", { type: uint(width), depth: 8, style });
        words.write({ enable: p.write, address: p.at, data: p.data });
        return { word: words.read(p.from, { enable: p.go }) };
      },
    );
    expect(made.graph.memories.length).toBe(memories);
    for (const memory of made.graph.memories) if (style === "block") expect(memory.type.width).toBeLessThanOrEqual(36);
    const sim = simulate(made);
    const random = new Random(3);
    const stored: bigint[] = Array.from({ length: 8 }, () => 0n);
    let shown = 0n;
    for (let cycle = 0; cycle < 200; cycle++) {
      const [write, go] = [random.integer(2) === 1, random.integer(3) > 0];
      const [at, from] = [random.integer(8), random.integer(8)];
      let data = 0n;
      for (let limb = 0; limb < 6; limb++) data = (data << 16n) | BigInt(random.integer(65536));
      data = BigInt.asUintN(width, data);
      sim.poke({ write, go, at, from, data });
      expect(sim.peek().word).toBe(shown);
      sim.step();
      if (go) shown = stored[from] ?? 0n;
      if (write) stored[at] = data;
    }
  });
});
