import { describe, expect, it } from "vitest";
import { Random } from "../../numeric/random.js";
import { bit, module, range, simulate, sint, uint } from "../../rtl/index.js";
import { type Beat, beatName, wordType } from "./beat.js";
import { looseBits, type TableStyle, table } from "./table.js";

const cases: readonly [TableStyle, Beat, number, readonly string[]][] = [
  ["rom", { type: sint(5), lanes: 9 }, 40, ["rom 45"]],
  ["block", { type: sint(5), lanes: 9 }, 40, ["block 36", "block 9"]],
  ["mixed", { type: sint(5), lanes: 9 }, 40, ["block 36", "rom 9"]],
  ["mixed", { type: sint(5), lanes: 3 }, 40, ["rom 15"]],
  ["mixed", { type: uint(6), lanes: 6 }, 40, ["block 36"]],
  // Words of 9 bits where there are 2,048 of them; a single element is signed.
  ["mixed", { type: sint(15), lanes: 1 }, 1100, ["block 9", "rom 6"]],
  ["block", { type: sint(15), lanes: 1 }, 1100, ["block 15"]],
];

describe("a table of constants", () => {
  it.each(cases.map((one) => ({ one, title: `${one[0]}, ${one[2]} words of ${beatName(one[1])}` })))(
    "$title",
    ({ one }) => {
      const [style, beat, inner, memories] = one;
      const random = new Random(7);
      const { lo, hi } = beat.type;
      const element = () => Number(lo) + random.integer(Number(hi - lo) + 1);
      const words = Array.from({ length: inner }, () => Array.from({ length: beat.lanes }, element));
      const made = module(
        "constants",
        { in: { go: bit(), at: range(0, inner - 1) }, out: { word: wordType(beat) } },
        (p, m) => {
          const constants = table(m, "constants", {
            beat,
            outer: 1,
            inner,
            word: (_, at) => words[at] ?? [],
            style,
            doc: "words",
          });
          return { word: constants.read(range(0, 0).of(0), p.at, p.go) };
        },
      );
      expect(made.graph.memories.map((memory) => `${memory.style} ${memory.type.width}`)).toEqual(memories);
      const sim = simulate(made);
      for (let at = 0; at < inner; at++) {
        sim.poke({ go: true, at });
        sim.step();
        const bits = (words[at] ?? []).reduceRight(
          (word, value) => (word << BigInt(beat.type.width)) | BigInt.asUintN(beat.type.width, BigInt(value)),
          0n,
        );
        const width = beat.lanes * beat.type.width;
        expect(BigInt.asUintN(width, sim.peek().word as bigint)).toBe(bits);
      }
    },
  );

  it("leaves out of block RAMs what would fill one only partly", () => {
    expect([looseBits(512, 120), looseBits(513, 120), looseBits(1536, 15)]).toEqual([12, 12, 6]);
  });
});
