import { describe, expect, it } from "vitest";
import type { Operator } from "../../model/index.js";
import { gradientErrors, linear, smallGraph } from "../testing/gradients.js";

const attention = (query: string, key: string, value: string, heads: number): Operator => ({
  kind: "attention",
  name: "attention",
  query,
  key,
  value,
  heads,
  scoreBits: 8,
  exponentialBits: 8,
  output: "context",
});

describe("attention", () => {
  for (const [n, d, heads] of [
    [5, 8, 1],
    [9, 8, 2],
    [6, 6, 2],
    [3, 5, 5],
  ] as const) {
    it(`has the derivatives of finite differences: ${n} tokens, ${d} features, ${heads} heads`, () => {
      const graph = smallGraph(
        { window: n, inputs: 2, outputs: 1 },
        { q: [n, d], k: [n, d], v: [n, d], context: [n, d] },
        [
          linear("query", "window", "q", d, 2),
          linear("key", "window", "k", d, 2),
          linear("value", "window", "v", d, 2),
          attention("q", "k", "v", heads),
          linear("out", "context", "forecast", 1, n * d, { flatten: true }),
        ],
      );
      for (const [name, error] of gradientErrors(graph, 2)) expect(error, name).toBeLessThan(2e-3);
    });
  }

  it("adds up where query, key and value are one tensor", () => {
    for (const d of [4, 6]) {
      const graph = smallGraph({ window: 4, inputs: d, outputs: 1 }, { context: [4, d] }, [
        attention("window", "window", "window", 2),
        linear("out", "context", "forecast", 1, 4 * d, { flatten: true }),
      ]);
      for (const [name, error] of gradientErrors(graph, 2)) expect(error, name).toBeLessThan(2e-3);
    }
  });
});
