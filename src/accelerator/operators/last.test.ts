import { describe, expect, it } from "vitest";
import { checkOperators } from "../testing/operator-check.js";

describe("last", () => {
  it.each([1, 2, 3])(
    "equals the interpreter for random lanes and widths, with pauses on all sides (seed %i)",
    (seed) => {
      const { compared, different } = checkOperators("last", seed);
      expect(compared).toBeGreaterThan(0);
      expect(different).toBe(0);
    },
  );
});
