import { describe, expect, it } from "vitest";
import { GatecastError } from "../errors.js";
import { defineArchitecture, type Fold, foldNames } from "./architecture.js";
import { foldParameters, unfoldedGraph } from "./folds.js";
import { branchTensors, buildGraph } from "./graph.js";
import { type Parameter, parameterShapes } from "./parameters.js";
import { definePrecision } from "./precision.js";

const folded = (folds: readonly Fold[], layers = 2) =>
  buildGraph(defineArchitecture({ window: 3, dModel: 4, feedForward: 6, layers, folds }), definePrecision());
const operators = (folds: readonly Fold[]) => folded(folds).operators.map(({ name }) => name);

describe("a folded graph", () => {
  it("has none of the operators that algebra takes out, and the head's two halves", () => {
    const all = operators([]);
    const out = [0, 1].map((layer) => `layers.${layer}.self_attn.out_proj`);
    const keys = [0, 1].map((layer) => `layers.${layer}.self_attn.k_proj`);
    expect(operators(["value"])).toEqual(all.filter((name) => !out.includes(name)));
    expect(operators(["query"])).toEqual(all.filter((name) => !keys.includes(name)));
    const tail = ["layers.1.linear2", "layers.1.norm2"];
    const halves = all
      .filter((name) => !tail.includes(name))
      .flatMap((n) => (/^(pool|head)$/.test(n) ? [n, `${n}_hidden`] : [n]));
    expect(operators(["tail"])).toEqual(halves);
    expect(branchTensors(folded(["tail"]))).toEqual(["branch", "branch_hidden"]);
    expect(branchTensors(folded([]))).toEqual(["branch"]);
  });

  it("has tokens for keys that have no zero point", () => {
    const { tensors, operators: list } = folded(["query"]);
    expect(list.flatMap((one) => (one.kind === "attention" ? [one.key] : []))).toEqual(["embedded", "layers.0.norm2"]);
    expect(tensors.get("embedded")).toMatchObject({ symmetric: true });
    expect(folded([]).tensors.get("embedded")).toMatchObject({ symmetric: false });
  });

  it("names folds in one order, whatever the order they are given in", () => {
    expect(folded(["tail", "value", "query"]).architecture.folds).toEqual(foldNames);
  });

  it("is refused with several heads, where folding would cost more than it saves, and by a name that is none", () => {
    const shape = { window: 3, dModel: 4, heads: 2 };
    expect(defineArchitecture({ ...shape, folds: ["tail"] }).folds).toEqual(["tail"]);
    for (const fold of ["value", "query"] as const) {
      expect(() => defineArchitecture({ ...shape, folds: [fold] })).toThrow(
        `The fold "${fold}" needs a network of one head`,
      );
    }
    expect(() => defineArchitecture({ ...shape, folds: ["tails" as Fold] })).toThrow(GatecastError);
  });
});

describe("folded parameters", () => {
  it("are those of the folded graph, from those of the unfolded one; the rest stays as it is", () => {
    const graph = buildGraph(
      folded(foldNames).architecture,
      definePrecision({ overrides: { "head_hidden.weight": 8 } }),
    );
    const unfolded = unfoldedGraph(graph);
    const parameters = new Map(
      [...parameterShapes(unfolded)].map(([name, shape]): [string, Parameter] => [
        name,
        { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5) },
      ]),
    );
    const result = foldParameters(graph, parameters);
    expect(new Map([...result].map(([name, { shape }]) => [name, shape]))).toEqual(parameterShapes(graph));
    for (const [name, { shape, data }] of result) expect(data, name).toHaveLength(shape.reduce((a, b) => a * b, 1));
    expect(result.get("embed.weight")).toBe(parameters.get("embed.weight"));
    // Four products of halves.
    expect(result.get("layers.0.self_attn.v_proj.weight")?.data).toEqual(new Float32Array(16).fill(1));
    expect(result.get("layers.0.self_attn.v_proj.bias")?.data).toEqual(new Float32Array(4).fill(1.5));
    expect(foldParameters(unfolded, parameters)).toBe(parameters);
  });
});
