import { describe, expect, it } from "vitest";
import { conversions, createInterpreter, encodeSamples, toIntegerModel } from "../integer/index.js";
import {
  buildGraph,
  defineArchitecture,
  definePrecision,
  type Fold,
  foldNames,
  foldParameters,
  type Parameter,
  unfoldedGraph,
} from "../model/index.js";
import { Random } from "../numeric/random.js";
import { evaluateCodes, forward, initialise, trainFloat, trainQuantised } from "./index.js";
import { oscillations } from "./testing/source.js";

const n = 8;
const data = oscillations(n);
const combinations: { folds: readonly Fold[] }[] = [...foldNames.map((fold) => [fold]), foldNames].map((folds) => ({
  folds,
}));
const folded = (folds: readonly Fold[], layers: number) =>
  buildGraph(defineArchitecture({ window: n, dModel: 8, layers, folds }), definePrecision({ bits: 4 }));

/** Weights, biases, gains and statistics that are all of some size, so that no part of the algebra is idle. */
function anyParameters(graph: ReturnType<typeof folded>, seed: number): Map<string, Parameter> {
  const random = new Random(seed, 1);
  return new Map(
    [...initialise(graph, seed)].map(([name, { shape, data: values }]) => [
      name,
      {
        shape,
        data: values.map((value) =>
          name.endsWith("running_var") ? random.uniformBetween(0.3, 2) : value + 0.05 * random.normal(),
        ),
      },
    ]),
  );
}

describe("folds", () => {
  it.each(combinations)("change no forecast of the float model by more than 1e-5: $folds", ({ folds }) => {
    for (const layers of [1, 2]) {
      const graph = folded(folds, layers);
      const unfolded = unfoldedGraph(graph);
      const parameters = anyParameters(unfolded, 3);
      const wanted = forward(unfolded, parameters, data.validation);
      const got = forward(graph, foldParameters(graph, parameters), data.validation);
      const without = forward(unfolded, parameters, data.validation, { branch: false });
      const largest = Math.max(...wanted.map((value, index) => Math.abs(value - (got[index] ?? Number.NaN))));
      expect(largest).toBeLessThan(1e-5);
      expect(Math.max(...wanted.map((value, index) => Math.abs(value - (without[index] ?? 0))))).toBeGreaterThan(0.1);
      expect(forward(graph, foldParameters(graph, parameters), data.validation, { branch: false })).toEqual(without);
    }
  });

  it("are trained on at 4 bits; the integer-only model equals the evaluation mode in every bit", async () => {
    const graph = folded(foldNames, 1);
    const unfolded = unfoldedGraph(graph);
    const short = { epochs: 10, batch: 32, learningRate: 5e-3 };
    const float = await trainFloat(unfolded, data, short);
    const parameters = foldParameters(graph, float.parameters);
    const { quantised, kept, history } = await trainQuantised(graph, parameters, data, short);
    expect(history).toHaveLength(10);
    expect(kept.validation).toBeLessThan(2 * float.kept.validation);
    const window = quantised.activations.get("window");
    const forecast = quantised.activations.get("forecast");
    if (!window || !forecast) throw new Error("no quantisers at the ends");
    const columns = [{ column: "x", mean: 0, deviation: 1 }];
    const model = toIntegerModel(
      graph,
      quantised,
      conversions(graph, { inputs: columns, targets: columns }, window, forecast),
    );
    const x = new Float32Array(n * data.validation.count);
    data.validation.gather(
      Uint32Array.from({ length: data.validation.count }, (_, index) => index),
      x,
      new Float32Array(data.validation.count),
    );
    const codes = encodeSamples(model, x);
    expect(evaluateCodes(model, codes)).toEqual(createInterpreter(model).run(codes));
  });
});
