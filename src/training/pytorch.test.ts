import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Architecture, buildGraph, definePrecision, type Parameter, parameterShapes } from "../model/index.js";
import { Engine } from "./engine/engine.js";
import { numbers, relativeError } from "./testing/formula.js";

interface Case {
  readonly architecture: Architecture;
  readonly batch: number;
  readonly bits: number | null;
  readonly frozen: boolean;
  readonly order: readonly string[];
  readonly forecasts: readonly number[];
  readonly loss: number;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  readonly quantisers?: Readonly<Record<string, { scale: number; zero: number; dscale: number; dzero: number }>>;
  readonly rows?: Readonly<Record<string, { scales: readonly number[]; gradients: readonly number[] }>>;
}

const file = new URL("../../test/pytorch/gradients.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: readonly Case[] };

/** The parameters that gradients.py makes from the same formula. */
function parametersOf(test: Case, shapes: ReadonlyMap<string, readonly number[]>): Map<string, Parameter> {
  const parameters = new Map<string, Parameter>();
  for (const [index, name] of test.order.entries()) {
    const shape = shapes.get(name);
    if (!shape) throw new Error(`the graph has no ${name}`);
    const count = shape.reduce((product, length) => product * length, 1);
    const matrix = shape.length > 1 && !name.includes("position");
    const offset = name.endsWith("running_var") ? 0.75 : name.includes("norm") && name.endsWith("weight") ? 1 : 0;
    const scale = matrix ? 2 / Math.sqrt(shape.at(-1) ?? 1) : 0.5;
    const data = Float32Array.from(numbers(index, count, scale), (value) => value + offset);
    parameters.set(name, { shape, data });
  }
  return parameters;
}

function engineOf(test: Case): Engine {
  const { architecture, batch } = test;
  const graph = buildGraph(architecture, definePrecision({ bits: test.bits ?? 4 }));
  const engine = new Engine(graph, batch);
  engine.load(parametersOf(test, parameterShapes(graph)));
  engine.setWindows(Float32Array.from(numbers(1000, batch * architecture.window * architecture.inputs, 4)));
  engine.setTargets(Float32Array.from(numbers(1001, batch * architecture.horizon * architecture.targets, 4)));
  for (const [index, { name, lo, hi }] of engine.quantisers.entries()) {
    const quantiser = test.quantisers?.[name];
    if (quantiser) engine.quantiserRecord(index).set([quantiser.scale, 1 / quantiser.scale, quantiser.zero, lo, hi]);
  }
  for (const { weight, scales, rows } of engine.rowScales) {
    const row = test.rows?.[weight];
    if (row) engine.rows(scales, rows).set(row.scales);
  }
  const program = engine.program({
    quantised: test.bits !== null,
    norm: test.frozen ? "running" : "batch",
    backward: true,
    mute: [],
  });
  program.prepare();
  program.run();
  return engine;
}

describe("the whole network against PyTorch", () => {
  for (const test of cases) {
    const { dModel, heads, layers, inputs, folds } = test.architecture;
    const shape = `d ${dModel}, ${heads} heads, ${layers} layers, ${inputs} inputs`;
    const title = `${shape}${folds.length > 0 ? `, folds ${folds.join(" ")}` : ""}, ${test.bits ?? "no"} bits`;
    it(`${title}${test.frozen ? ", fixed statistics" : ""}: forecasts, loss and every gradient`, () => {
      const engine = engineOf(test);
      const forecasts = new Float32Array(test.forecasts.length);
      engine.getForecasts(forecasts, 0, test.batch);
      // With fake quantisation f32 and f64 differ by whole codes where a value lies on an edge; these cases have none.
      expect(relativeError(forecasts, test.forecasts)).toBeLessThan(2e-5);
      expect(Math.abs(engine.loss / test.loss - 1)).toBeLessThan(1e-5);
      const gradients = engine.gradients();
      // A gradient that is 0 in exact arithmetic (a key's bias, a bias before a norm) is compared with its neighbours' size.
      const largest = Math.max(...Object.values(test.gradients).map((wanted) => Math.max(...wanted.map(Math.abs))));
      for (const [name, wanted] of Object.entries(test.gradients)) {
        const size = Math.max(...wanted.map(Math.abs));
        const error = relativeError(gradients.get(name)?.data ?? [], wanted) * size;
        expect(error, name).toBeLessThan(1e-4 * size + 2e-6 * largest);
      }
      // Behind products whose gradients are 16-bit integers (operators/linear-integer.ts); sums of many terms of either sign.
      const slopes = engine.quantiserGradients();
      for (const [index, { name, symmetric, relu }] of engine.quantisers.entries()) {
        const wanted = test.quantisers?.[name];
        if (!wanted || name === engine.graph.input) continue; // nothing learns the window's own range
        expect(Math.abs((slopes[8 * index] ?? Number.NaN) - wanted.dscale), name).toBeLessThan(
          2e-4 * Math.abs(wanted.dscale) + 3e-5 * largest,
        );
        if (!symmetric && !relu) {
          expect(Math.abs((slopes[8 * index + 1] ?? Number.NaN) - wanted.dzero), name).toBeLessThan(
            2e-4 * Math.abs(wanted.dzero) + 3e-5 * largest,
          );
        }
      }
      for (const { weight, gradients: at, rows } of engine.rowScales) {
        const wanted = test.rows?.[weight];
        if (wanted) expect(relativeError(engine.rows(at, rows), wanted.gradients), weight).toBeLessThan(2e-3);
      }
    });
  }
});
