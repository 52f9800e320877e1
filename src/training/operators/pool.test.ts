import { describe, expect, it } from "vitest";
import { gradientErrors, linear, smallGraph } from "../testing/gradients.js";

describe("pool", () => {
  it("has the derivatives of finite differences, alone and beside another reader", () => {
    const graph = smallGraph({ window: 5, inputs: 3, outputs: 1 }, { mean: [1, 3], head: [1, 1], skip: [1, 1] }, [
      { kind: "pool", name: "pool", input: "window", output: "mean" },
      linear("head", "mean", "head", 1, 3),
      linear("skip", "window", "skip", 1, 15, { flatten: true }),
      { kind: "residual", name: "forecast", addends: ["head", "skip"], norm: null, output: "forecast" },
    ]);
    for (const [name, error] of gradientErrors(graph, 3)) expect(error, name).toBeLessThan(2e-3);
  });
});
