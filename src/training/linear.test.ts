import { describe, expect, it } from "vitest";
import { buildGraph, defineArchitecture, definePrecision } from "../model/index.js";
import { Random } from "../numeric/random.js";
import { forward, initialise, trainFloat } from "./index.js";
import { bestShare, blend, linearModel, wanderingColumns } from "./linear.js";
import type { TrainingData, WindowSource } from "./source.js";
import { oscillation, oscillations } from "./testing/source.js";

const n = 8;
const graph = buildGraph(defineArchitecture({ window: n, dModel: 8 }), definePrecision({ bits: 4 }));

/** Windows of one random walk. */
function walk(count: number, seed: number): WindowSource {
  const random = new Random(seed);
  let level = 0;
  const series = Float32Array.from({ length: count + n }, () => (level += 0.1 * random.normal()));
  return {
    count,
    gather(indices, x, y) {
      for (let row = 0; row < indices.length; row++) {
        const start = indices[row] ?? 0;
        x.set(series.subarray(start, start + n), row * n);
        y[row] = series[start + n] ?? 0;
      }
    },
  };
}
const walks: TrainingData = { train: walk(1500, 3), validation: walk(500, 4) };

describe("blend", () => {
  const data = oscillations(n);
  const linear = linearModel(graph, data);
  if (!linear) throw new Error("the oscillation has a linear model");
  const parameters = new Map(initialise(graph, 4));

  it("lies between the linear model and the given one", () => {
    const at = (share: number) => forward(graph, blend(graph, parameters, linear, share), data.validation);
    const trained = forward(graph, parameters, data.validation);
    const [none, half] = [at(0), at(0.5)];
    let error = 0;
    const truth = new Float32Array(data.validation.count);
    data.validation.gather(
      truth.map((_, index) => index),
      new Float32Array(n * truth.length),
      truth,
    );
    for (const [index, value] of none.entries()) {
      error += (value - (truth[index] ?? 0)) ** 2 / none.length;
      expect(half[index]).toBeCloseTo((value + (trained[index] ?? 0)) / 2, 4);
    }
    expect(error).toBeCloseTo(linear.validationError, 5);
  });
});

describe("bestShare", () => {
  const random = new Random(9);
  const truth = Float64Array.from({ length: 640 }, () => random.normal());
  const reference = new Float64Array(640);

  it("is 1 where the trained model is right everywhere, the least where it is wrong, or right in few places", () => {
    expect(bestShare(truth, reference, truth, 1)).toBe(1);
    expect(
      bestShare(
        truth,
        reference,
        truth.map((value) => -value),
        1,
      ),
    ).toBe(1 / 16);
    expect(
      bestShare(
        truth,
        reference,
        truth.map((value, index) => (index < 40 ? 2.5 * value : -0.04 * value)),
        1,
      ),
    ).toBe(1 / 16);
  });

  it("takes back what is too much", () => {
    expect(
      bestShare(
        truth,
        reference,
        truth.map((value) => 2 * value),
        1,
      ),
    ).toBe(0.5);
    expect(
      bestShare(
        truth,
        reference,
        truth.map((value) => 2 * value),
        2,
      ),
    ).toBe(0.5);
  });
});

describe("trainFloat", () => {
  it("knows a walk from what returns to its mean", () => {
    expect(wanderingColumns(graph, walks.train)).toEqual([true]);
    expect(wanderingColumns(graph, oscillation(600, n, 1))).toBeNull();
  });

  it("learns nothing from a random walk that the linear model does not know, whatever the level", async () => {
    const { parameters } = await trainFloat(graph, walks, { epochs: 12, batch: 50 });
    const far: WindowSource = {
      count: 500,
      gather(indices, x, y) {
        walk(500, 5).gather(indices, x, y);
        for (let at = 0; at < x.length; at++) x[at] = (x[at] ?? 0) + 3;
        for (let at = 0; at < y.length; at++) y[at] = (y[at] ?? 0) + 3;
      },
    };
    const x = new Float32Array(500 * n);
    const y = new Float32Array(500);
    far.gather(
      y.map((_, index) => index),
      x,
      y,
    );
    let error = 0;
    let persistence = 0;
    for (const [index, value] of forward(graph, parameters, far).entries()) {
      error += (value - (y[index] ?? 0)) ** 2;
      persistence += ((x[index * n + n - 1] ?? 0) - (y[index] ?? 0)) ** 2;
    }
    expect(error).toBeLessThan(1.1 * persistence);
  });
});
