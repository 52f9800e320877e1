import { beforeAll, expect, it } from "vitest";
import { buildGraph, defineArchitecture, definePrecision, type Graph, type Parameters } from "../../model/index.js";
import { Engine } from "../engine/engine.js";
import { trainFloat } from "../float.js";
import { forward } from "../forward.js";
import { spread } from "../source.js";
import { oscillations } from "../testing/source.js";
import { activationEffects } from "./activation-effects.js";
import { weightTraces } from "./weight-traces.js";

const n = 8;
const data = oscillations(n);
const graph: Graph = buildGraph(defineArchitecture({ window: n, dModel: 4 }), definePrecision({ bits: 8 }));
const windows = spread(data.validation, 128);
let parameters: Parameters;

beforeAll(async () => {
  const options = { epochs: 30, batch: 32, learningRate: 5e-3, linear: false } as const;
  parameters = (await trainFloat(graph, data, options)).parameters;
});

it("estimates the trace of what is exactly quadratic: the skip and the head", async () => {
  const traces = await weightTraces(graph, parameters, ["skip.weight", "head.weight"], windows, {
    probes: 400,
    seed: 1,
  });
  const indices = Uint32Array.from({ length: windows.count }, (_, index) => index);
  const x = new Float32Array(windows.count * n);
  windows.gather(indices, x, new Float32Array(windows.count));
  const power = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0) / windows.count;
  // Forecast = w . x + ...: the Hessian of the mean squared error is 2 E[x x^T].
  expect((traces.get("skip.weight") ?? 0) / (2 * power(x))).toBeCloseTo(1, 1);
  const engine = new Engine(graph, windows.count);
  engine.load(parameters);
  engine.setWindows(x);
  const program = engine.program({ quantised: false, norm: "running", backward: false, mute: [] });
  program.prepare();
  program.run();
  expect((traces.get("head.weight") ?? 0) / (2 * power(engine.read("pooled", windows.count)))).toBeCloseTo(1, 1);
});

it("estimates the trace of a layer deep in the network as differences of every coordinate give it", async () => {
  const name = "layers.0.linear2.weight";
  const engine = new Engine(graph, windows.count);
  const program = engine.program({ quantised: false, norm: "running", backward: true, mute: [] });
  const indices = Uint32Array.from({ length: windows.count }, (_, index) => index);
  const [x, y] = [new Float32Array(windows.count * n), new Float32Array(windows.count)];
  windows.gather(indices, x, y);
  engine.setWindows(x);
  engine.setTargets(y);
  const weight = parameters.get(name);
  if (!weight) throw new Error("no weight");
  const h = 2 ** -7;
  let exact = 0;
  for (let index = 0; index < weight.data.length; index++) {
    const [up = 0, down = 0] = [h, -h].map((step) => {
      const moved = weight.data.slice();
      moved[index] = (moved[index] ?? 0) + step;
      engine.load(new Map(parameters).set(name, { ...weight, data: moved }));
      program.prepare();
      program.run();
      return engine.gradientOf(name)[index];
    });
    exact += (up - down) / (2 * h);
  }
  const traces = await weightTraces(graph, parameters, [name], windows, { probes: 400, seed: 2 });
  expect(exact).toBeGreaterThan(0);
  expect((traces.get(name) ?? 0) / exact).toBeCloseTo(1, 1);
});

it("knows what an error of an activation does to the forecasts", async () => {
  const shift = 1e-3;
  const effects = await activationEffects(
    graph,
    parameters,
    windows,
    ["layers.0.norm2"],
    (_, values) => [values.map(() => shift), values.map(() => 0)],
    1,
  );
  // The head reads the mean of norm2, so an offset of all its values moves every forecast by the sum of the head's weights.
  const head = parameters.get("head.weight")?.data ?? new Float32Array(0);
  const change = shift * head.reduce((sum, weight) => sum + weight, 0);
  const [effect = 0, nothing] = effects.get("layers.0.norm2") ?? [];
  expect(effect / change ** 2).toBeCloseTo(1, 3);
  expect(nothing).toBe(0);
  const moved = parameters.get("layers.0.norm2.bias");
  if (!moved) throw new Error("no norm");
  const shifted = new Map(parameters).set("layers.0.norm2.bias", { ...moved, data: moved.data.map((b) => b + shift) });
  const before = forward(graph, parameters, windows);
  const after = forward(graph, shifted, windows);
  const measured = after.map((value, at) => (value - (before[at] ?? 0)) ** 2);
  expect(measured.reduce((sum, value) => sum + value, 0) / windows.count / effect).toBeCloseTo(1, 2);
});
