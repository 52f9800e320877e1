import { describe, expect, it } from "vitest";
import { cosimulateVerilog, cosimulateVhdl, type Trial } from "../testing/cosimulate.js";
import { Random } from "../testing/random.js";
import { randomModule } from "../testing/random_program.js";
import { randomVectors } from "../testing/stimulus.js";
import { skipWithout, titleWith } from "../testing/tools.js";

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
    () => {
      expect(total(cosimulateVhdl(random))).toEqual([]);
    },
    600_000,
  );

  it.skipIf(skipWithout("iverilog", "vvp"))(
    titleWith("equal the reference in Icarus, from the Verilog", "iverilog"),
    () => {
      expect(total(cosimulateVerilog(random))).toEqual([]);
    },
    600_000,
  );
});
