import { expect, it } from "vitest";
import { defineArchitecture, type Fold } from "./architecture.js";
import { buildGraph } from "./graph.js";
import { countMultiplications } from "./multiplications.js";
import { definePrecision } from "./precision.js";

const [n, m, d, f] = [24, 3, 16, 64];
const count = (folds: readonly Fold[]) =>
  countMultiplications(buildGraph(defineArchitecture({ window: n, inputs: m, dModel: d, folds }), definePrecision()));

it("counts the products of a token and of a window, and what each fold saves", () => {
  const whole = count([]);
  const perToken = m * d + 4 * d * d + 2 * n * d + 2 * d * f;
  expect(whole).toEqual({ perToken, perWindow: n * perToken + d + n * m });
  expect(count(["value"])).toEqual({ perToken: perToken - d * d, perWindow: whole.perWindow - n * d * d });
  expect(count(["query"])).toEqual(count(["value"]));
  expect(count(["tail"])).toEqual({ perToken: perToken - d * f, perWindow: whole.perWindow - n * d * f + f });
});
