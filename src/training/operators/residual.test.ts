import { describe, expect, it } from "vitest";
import { gradientErrors, linear, smallGraph } from "../testing/gradients.js";

const graph = smallGraph({ window: 4, inputs: 3, outputs: 1 }, { a: [4, 6], b: [4, 6], c: [4, 6] }, [
  linear("first", "window", "a", 6, 3),
  linear("second", "window", "b", 6, 3),
  { kind: "residual", name: "norm", addends: ["a", "b"], norm: "norm", output: "c" },
  linear("out", "c", "forecast", 1, 24, { flatten: true }),
]);

describe("residual", () => {
  it("has the derivatives of finite differences through the batch's statistics", () => {
    for (const [name, error] of gradientErrors(graph, 11)) expect(error, name).toBeLessThan(3e-3);
  });

  it("has the derivatives of finite differences with running statistics", () => {
    for (const [name, error] of gradientErrors(graph, 3, "running")) expect(error, name).toBeLessThan(3e-3);
  });
});
