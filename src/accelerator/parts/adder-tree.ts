import type { Num } from "../../rtl/index.js";
import type { Pipe } from "./pipe.js";

/** The exact sum of one term at least, with a register behind each level: a combinational tree would be merged into a compressor. */
export function adderTree(pipe: Pipe, terms: readonly Num[], tail = ""): Num {
  let now = terms;
  for (let level = 1; now.length > 1; level++) {
    const next: Num[] = [];
    for (let i = 0; i < now.length; i += 2) {
      const [a, b] = [now[i], now[i + 1]];
      if (a !== undefined) next.push(pipe.reg(`sum_${level}_${i / 2}${tail}`, b === undefined ? a : a.add(b)));
    }
    now = next;
  }
  const [sum] = now;
  if (sum === undefined) throw new Error("a sum of no terms");
  return sum;
}
