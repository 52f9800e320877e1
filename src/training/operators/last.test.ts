import { describe, expect, it } from "vitest";
import { gradientErrors, linear, smallGraph } from "../testing/gradients.js";

describe("last", () => {
  it("has the derivatives of finite differences, alone and beside another reader, with a column taken twice", () => {
    const graph = smallGraph({ window: 4, inputs: 3, outputs: 3 }, { last: [1, 3], skip: [1, 3] }, [
      linear("skip", "window", "skip", 3, 12, { flatten: true }),
      { kind: "last", name: "last", input: "window", columns: [2, 0, 2], output: "last" },
      { kind: "residual", name: "forecast", addends: ["skip", "last"], norm: null, output: "forecast" },
    ]);
    for (const [name, error] of gradientErrors(graph, 3)) expect(error, name).toBeLessThan(2e-3);
  });
});
