import { expect, it } from "vitest";
import { defineArchitecture } from "./architecture.js";
import { buildGraph } from "./graph.js";
import {
  readParameters,
  readQuantisedParameters,
  writeParameters,
  writeQuantisedParameters,
} from "./parameter-file.js";
import { type Parameter, parameterShapes, type QuantisedParameters } from "./parameters.js";
import { definePrecision } from "./precision.js";
import { readSafetensors } from "./safetensors.js";

const graph = buildGraph(defineArchitecture({ window: 3, dModel: 4, layers: 2 }), definePrecision());
let seed = 0;
const number = () => Math.fround(((seed++ * 7919) % 1000) / 512 - 1);
const parameters = new Map<string, Parameter>(
  [...parameterShapes(graph)].map(([name, shape]) => [
    name,
    { shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, number) },
  ]),
);
const quantised: QuantisedParameters = {
  parameters,
  activations: new Map(
    [...graph.tensors.values()]
      .filter(({ kind }) => kind === "code")
      .map(({ name }, i) => [name, { scale: 0.1 + i / 7, zeroPoint: 3 - i }]),
  ),
  scores: new Map([
    ["layers.0.self_attn", 0.3],
    ["layers.1.self_attn", 1 / 3],
  ]),
  weights: new Map(
    graph.operators.flatMap((operator) =>
      operator.kind === "linear"
        ? [[operator.weight.name, new Float32Array(operator.weight.rows).fill(0.25)] as const]
        : [],
    ),
  ),
};

it("gives back parameters and quantisers to the last bit, under documented names", () => {
  const bytes = writeQuantisedParameters(quantised, { epoch: "3" });
  expect(readQuantisedParameters(bytes, graph, "x")).toEqual(quantised);
  const names = [...readSafetensors(bytes, "x").tensors.keys()];
  for (const name of ["embed.weight", "embed.weight.scale", "embedded.scale", "embedded.zero_point", "window.scale"]) {
    expect(names).toContain(name);
  }
  expect(names).toContain("layers.1.self_attn.scores.scale");
  expect(readParameters(writeParameters(parameters), graph, "x")).toEqual(parameters);
});

it("refuses a file that is not of this network", () => {
  const other = buildGraph(defineArchitecture({ window: 3, dModel: 4, layers: 1 }), definePrecision());
  const wider = buildGraph(defineArchitecture({ window: 4, dModel: 4, layers: 2 }), definePrecision());
  const bytes = writeParameters(parameters);
  expect(() => readParameters(bytes, other, "p.safetensors")).toThrow("which this network does not have");
  expect(() => readParameters(bytes, wider, "p.safetensors")).toThrow("needs [4,4]");
  expect(() => readQuantisedParameters(bytes, graph, "p.safetensors")).toThrow('has no tensor "embed.weight.scale"');
  const wrongType = new Map(parameters).set("embed.weight", {
    shape: [4, 1],
    data: Float64Array.of(1, 2, 3, 4) as never,
  });
  expect(() => readParameters(writeParameters(wrongType), graph, "p.safetensors")).toThrow("Float32Array");
});
