import { expect, it } from "vitest";
import { buildGraph, defineArchitecture, definePrecision, foldNames } from "../model/index.js";
import { checkIntegerModel } from "./check.js";
import { codeIntervals, type FeatureIntervals, outputIntervals, residualIntervals } from "./intervals.js";
import { requantise } from "./requantise.js";
import { standInModel, standInOperator } from "./stand-in.js";

const shapes = [
  { heads: 2, layers: 2, inputs: 3, targets: 2, horizon: 2, persistence: [0, 1] },
  { folds: foldNames },
] as const;

it.each([2, 4, 8])(
  "stands in for a trained model at %i bits: all that a model must be, and always the same",
  (bits) => {
    for (const shape of shapes) {
      const architecture = defineArchitecture({ window: 9, dModel: 8, ...shape });
      const model = standInModel(architecture, definePrecision({ bits }));
      expect(() => checkIntegerModel(model)).not.toThrow();
      expect(standInModel(architecture, definePrecision({ bits }))).toEqual(model);
    }
  },
);

it.each([2, 3, 4, 6, 8])("has sums at %i bits that reach all codes: what never varies would be no hardware", (bits) => {
  for (const shape of shapes) {
    for (const scales of ["free", "power-of-two"] as const) {
      const architecture = defineArchitecture({ window: 9, dModel: 8, ...shape });
      const precision = definePrecision({ bits, scales });
      const graph = buildGraph(architecture, precision);
      const { operators } = standInModel(architecture, precision);
      const intervals = new Map<string, FeatureIntervals>([[graph.input, codeIntervals(graph, graph.input)]]);
      for (const { name, output, ...rest } of graph.operators) {
        const made = operators.get(name);
        intervals.set(output, outputIntervals(graph, output, operators, intervals));
        if (made?.kind === "linear" && made.requantiser) {
          const by = made.requantiser;
          const ends = made.accumulators.flatMap(({ lo, hi }, row) => [
            requantise(lo, row, by),
            requantise(hi, row, by),
          ]);
          expect([Math.min(...ends), Math.max(...ends)], name).toEqual([by.lo, by.hi]);
        }
        if (made?.kind === "residual" && "addends" in rest) {
          const sums = residualIntervals(
            made,
            rest.addends.map((addend) => intervals.get(addend) ?? []),
          );
          const unit = 2 ** made.shift;
          expect(Math.min(...sums.map(({ lo }) => Math.floor(lo / unit))), name).toBeLessThanOrEqual(made.lo);
          expect(Math.max(...sums.map(({ hi }) => Math.floor(hi / unit))), name).toBeGreaterThanOrEqual(made.hi);
        }
      }
    }
  }
});

it("makes each operator alone as it is in the whole model, whatever the widths elsewhere", () => {
  for (const shape of shapes) {
    const architecture = defineArchitecture({ window: 9, dModel: 8, ...shape });
    const precision = definePrecision({ weights: 3, activations: 5, overrides: { "layers.0.norm1": 7 } });
    const graph = buildGraph(architecture, precision);
    const { operators } = standInModel(architecture, precision);
    for (const { name } of graph.operators) expect(standInOperator(graph, name)).toEqual(operators.get(name));
  }
});
