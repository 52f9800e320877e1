import { describe, expect, it } from "vitest";
import { gradientErrors, linear, smallGraph } from "../testing/gradients.js";

describe("linear", () => {
  it("has the derivatives of finite differences: a bias per token, a ReLU between, the window as one vector", () => {
    const graph = smallGraph({ window: 5, inputs: 3, outputs: 2 }, { a: [5, 9], b: [5, 6, "relu"] }, [
      linear("first", "window", "a", 9, 3, { perToken: true }),
      linear("second", "a", "b", 6, 9),
      linear("third", "b", "forecast", 2, 30, { flatten: true }),
    ]);
    for (const [name, error] of gradientErrors(graph, 7)) expect(error, name).toBeLessThan(2e-3);
  });

  it("adds the derivatives of two readers", () => {
    const graph = smallGraph({ window: 4, inputs: 2, outputs: 1 }, { a: [1, 5], b: [1, 5] }, [
      linear("first", "window", "a", 5, 8, { flatten: true }),
      linear("second", "window", "b", 5, 8, { flatten: true }),
      { kind: "residual", name: "sum", addends: ["a", "b", "a"], norm: null, output: "sum" },
      linear("third", "sum", "forecast", 1, 5),
    ]);
    const tensors = new Map(graph.tensors);
    tensors.set("sum", {
      name: "sum",
      tokens: 1,
      features: 5,
      kind: "accumulator",
      bits: null,
      symmetric: false,
      relu: false,
    });
    for (const [name, error] of gradientErrors({ ...graph, tensors }, 3)) expect(error, name).toBeLessThan(2e-3);
  });
});
