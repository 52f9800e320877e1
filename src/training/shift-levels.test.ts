import { expect, it } from "vitest";
import { buildGraph, defineArchitecture, definePrecision } from "../model/index.js";
import { Random } from "../numeric/random.js";
import { shiftLevels } from "./shift-levels.js";

it("shifts a column and the targets it records alike, and leaves the other columns", () => {
  const architecture = defineArchitecture({ window: 2, inputs: 3, targets: 2, horizon: 2, persistence: [2, 0] });
  const graph = buildGraph(architecture, definePrecision({ bits: 4 }));
  const x = new Float32Array(3 * 6);
  const y = new Float32Array(3 * 4);
  shiftLevels(graph, [false, true, true], 0.5)(x, y, new Random(1));
  for (let window = 0; window < 3; window++) {
    const [a0, b0, c0, a1, b1, c1] = x.subarray(window * 6, window * 6 + 6);
    expect([a0, a1]).toEqual([0, 0]);
    expect(b1).toBe(b0);
    expect(c1).toBe(c0);
    expect(new Set([0, b0, c0]).size).toBe(3);
    expect([...y.subarray(window * 4, window * 4 + 4)]).toEqual([c0, 0, c0, 0]);
  }
  expect(new Set(x).size).toBe(7); // 0, and one shift for each of two columns in three windows
});
