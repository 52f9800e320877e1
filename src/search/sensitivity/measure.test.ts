import { beforeAll, describe, expect, it } from "vitest";
import { GatecastError } from "../../errors.js";
import { buildGraph, defineArchitecture, definePrecision, foldParameters, type Parameters } from "../../model/index.js";
import { nodeThreads } from "../../toolchain/threads.js";
import { quantisePostTraining, trainFloat } from "../../training/index.js";
import { oscillations } from "../../training/testing/source.js";
import { type Sensitivity, sensitivityMethods, widths } from "../types.js";
import { measureSensitivity, type SensitivityProgress } from "./measure.js";

const n = 8;
const data = oscillations(n);
const architecture = defineArchitecture({ window: n, dModel: 8 });
const graph = buildGraph(architecture, definePrecision({ bits: 4 }));
const names = [
  ...["embed.weight", "embedded", "layers.0.self_attn.q_proj.weight", "layers.0.query"],
  ...["layers.0.self_attn.k_proj.weight", "layers.0.key", "layers.0.self_attn.v_proj.weight", "layers.0.value"],
  ...["layers.0.context", "layers.0.self_attn.out_proj.weight", "layers.0.norm1", "layers.0.linear1.weight"],
  ...["layers.0.hidden", "layers.0.linear2.weight", "layers.0.norm2", "head.weight", "skip.weight"],
];
let parameters: Parameters;
let validation: number;
const measured = new Map<string, Sensitivity>();
const steps: SensitivityProgress[] = [];

beforeAll(async () => {
  // Without the linear model's help the Transformer's branch does the work, so that its widths matter.
  const options = { epochs: 40, batch: 32, learningRate: 5e-3, linear: false } as const;
  const float = await trainFloat(graph, data, options);
  parameters = float.parameters;
  validation = float.kept.validation;
  for (const method of sensitivityMethods) {
    const onProgress = (step: SensitivityProgress) => (method === "masked" ? steps.push(step) : undefined);
    measured.set(method, await measureSensitivity(graph, parameters, data, { method }, { onProgress }));
  }
}, 120_000);

function resultOf(method: string): Sensitivity {
  const found = measured.get(method);
  if (!found) throw new Error(`${method} was not measured`);
  return found;
}

describe.each(sensitivityMethods)("sensitivity by %s", (method) => {
  it("has every tensor that a width is chosen for; nothing is added at 8 bits, nor less by a narrower one", () => {
    const { tensors, measurements } = resultOf(method);
    expect(tensors.map(({ name }) => name)).toEqual(names);
    expect(measurements).toBe(method === "hessian" ? 2 * (2 * 8 * 8 + 1) : 1 + 6 * 17);
    for (const { name, kind, added } of tensors) {
      expect(kind).toBe(name.endsWith("weight") ? "weight" : "activation");
      expect(added).toHaveLength(widths.length);
      expect(added.at(-1)).toBe(0);
      for (const [at, value] of added.entries()) {
        expect(value, name).toBeGreaterThanOrEqual(0);
        expect(value, name).toBeLessThanOrEqual(added[at - 1] ?? Number.POSITIVE_INFINITY);
      }
    }
    expect(Math.max(...tensors.map(({ added }) => added[0] ?? 0))).toBeGreaterThan(0.1);
    // One input: each row of the embedding's weight has one column, which its own scale holds exactly.
    expect(Math.max(...(tensors[0]?.added ?? []))).toBeLessThan(0.02);
  });

  it("is the same to the bit with two threads", async () => {
    const threads = nodeThreads(2);
    expect(await measureSensitivity(graph, parameters, data, { method }, { threads })).toEqual(resultOf(method));
  });

  it("ends where it is told to", async () => {
    const abort = new AbortController();
    const onProgress = () => abort.abort(new Error("enough"));
    const measuring = measureSensitivity(graph, parameters, data, { method }, { signal: abort.signal, onProgress });
    await expect(measuring).rejects.toThrow("enough");
  });
});

describe("sensitivity", () => {
  it("is the error that a model of those very widths has beyond one of 8 bits", async () => {
    const errorOf = async (overrides: Record<string, number>) => {
      const at = buildGraph(architecture, definePrecision({ bits: 8, overrides }));
      return (await quantisePostTraining(at, parameters, data, { biasCorrection: false })).kept.validation;
    };
    const full = await errorOf({});
    for (const name of ["layers.0.hidden", "layers.0.self_attn.v_proj.weight"]) {
      const added = resultOf("post-training").tensors.find((tensor) => tensor.name === name)?.added[0];
      expect(added).toBeCloseTo(((await errorOf({ [name]: 2 })) - full) / validation, 9);
    }
  });

  it("is much the same by second derivatives, where errors are small", () => {
    // Of activations: weights are rounded together where they are measured, and singly where they are not.
    const at4 = (method: string) =>
      resultOf(method).tensors.flatMap(({ kind, added }) =>
        kind === "activation" ? [added[widths.indexOf(4)] ?? Number.NaN] : [],
      );
    const [measuredSum = 0, derived = 0] = ["post-training", "hessian"].map((method) =>
      at4(method).reduce((sum, value) => sum + value, 0),
    );
    expect(derived / measuredSum).toBeGreaterThan(1 / 3);
    expect(derived / measuredSum).toBeLessThan(3);
  });

  it("says how far it is", () => {
    expect(steps.map(({ done }) => done)).toEqual(Array.from({ length: 103 }, (_, index) => index + 1));
    expect(new Set(steps.map(({ of }) => of))).toEqual(new Set([103]));
    expect(steps.at(-1)?.secondsLeft).toBe(0);
  });

  it("reads folded graphs, and other scales and layers", async () => {
    const folded = buildGraph({ ...architecture, folds: ["value", "query", "tail"] }, definePrecision({ bits: 4 }));
    const few = { ...data, validation: { ...data.validation, count: 32 } };
    const of = foldParameters(folded, parameters);
    for (const method of sensitivityMethods) {
      const { tensors } = await measureSensitivity(folded, of, few, { method });
      expect(tensors.map(({ name }) => name)).toContain("head_hidden.weight");
      expect(tensors).toHaveLength(13);
    }
    const shifts = buildGraph(architecture, definePrecision({ bits: 4, scales: "power-of-two" }));
    const { tensors } = await measureSensitivity(shifts, parameters, few, { method: "post-training" });
    expect(tensors).toHaveLength(17);
  });

  it("refuses options that cannot be, and windows that say nothing", async () => {
    const errorOf = async (options: object, of = data): Promise<GatecastError> => {
      const thrown: unknown = await measureSensitivity(graph, parameters, of, {
        method: "post-training",
        ...options,
      }).catch((error) => error);
      if (!(thrown instanceof GatecastError)) throw new Error("a GatecastError expected");
      return thrown;
    };
    expect((await errorOf({ method: "guess" })).message).toMatch(/method is "guess"/);
    expect((await errorOf({ windows: 3 })).message).toMatch(/windows is 3/);
    expect((await errorOf({ seed: 0.5 })).message).toMatch(/seed is 0.5/);
    const few = { ...data, train: { ...data.train, count: 5 } };
    expect((await errorOf({}, few)).message).toMatch(/5 train windows/);
    const flat = (_: unknown, x: Float32Array, y: Float32Array) => {
      x.fill(1);
      y.fill(1);
    };
    expect((await errorOf({}, { ...data, train: { count: 50, gather: flat } })).message).toMatch(
      /one and the same value/,
    );
  });
});
