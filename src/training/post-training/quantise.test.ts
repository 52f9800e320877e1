import { beforeAll, describe, expect, it } from "vitest";
import { GatecastError } from "../../errors.js";
import {
  buildGraph,
  defineArchitecture,
  definePrecision,
  foldParameters,
  type Parameters,
  type QuantisedParameters,
} from "../../model/index.js";
import { trainFloat } from "../float.js";
import { forward, meanSquaredError } from "../forward.js";
import { IntegerJudge } from "../integer-judge.js";
import type { TrainingData, WindowSource } from "../source.js";
import { oscillations } from "../testing/source.js";
import { correctBiases } from "./bias-correction.js";
import { type CalibrationSettings, createCalibration } from "./calibration.js";
import { quantisePostTraining } from "./quantise.js";

const n = 8;
const data = oscillations(n);
const settingsOf = (roundWeights: boolean): CalibrationSettings => ({
  windows: 256,
  start: "shrunken",
  weightScales: "rows",
  roundSkip: true,
  roundWeights,
});
const graphOf = (bits: number, overrides: Record<string, number> = {}) =>
  buildGraph(defineArchitecture({ window: n, dModel: 8 }), definePrecision({ bits, overrides }));
let float: { readonly parameters: Parameters; readonly validation: number };

beforeAll(async () => {
  const { parameters, kept } = await trainFloat(graphOf(8), data, { epochs: 20, batch: 32, learningRate: 5e-3 });
  float = { parameters, validation: kept.validation };
});

describe("quantisation without training", () => {
  it("keeps what the float model knows at 8 bits, and says the integer-only model's error", async () => {
    for (const folds of [[], ["value", "query", "tail"]] as const) {
      const graph = buildGraph(defineArchitecture({ window: n, dModel: 8, folds }), definePrecision({ bits: 8 }));
      const parameters = foldParameters(graph, float.parameters);
      const { quantised, kept, history } = await quantisePostTraining(graph, parameters, data);
      expect(kept.validation).toBeLessThan(1.05 * float.validation);
      expect(kept.validation).toBe(new IntegerJudge(graph, data.validation).error(graph, quantised));
      expect(history).toEqual([]);
    }
  });

  it("rounds weights so that they make up for each other's errors: products move less than with the nearest codes", () => {
    // Narrow weights among wide activations: what differs is their rounding.
    for (const weights of [3, 4]) {
      const graph = buildGraph(graphOf(8).architecture, definePrecision({ bits: 8, weights }));
      const wanted = forward(graph, float.parameters, data.validation);
      const errorOf = (roundWeights: boolean) => {
        const calibration = createCalibration(graph, float.parameters, data.train, settingsOf(roundWeights));
        return meanSquaredError(forward(graph, calibration.quantised(graph), data.validation), wanted);
      };
      expect(errorOf(true), `${weights} bits`).toBeLessThan(0.7 * errorOf(false));
    }
  });

  it("corrects the mean of the forecasts by biases alone", async () => {
    const graph = graphOf(3);
    const wanted = forward(graph, float.parameters, data.train);
    const shift = (of: QuantisedParameters) => {
      const got = forward(graph, of, data.train);
      return Math.abs(got.reduce((sum, value, at) => sum + value - (wanted[at] ?? 0), 0) / got.length);
    };
    const { quantised: plain } = await quantisePostTraining(graph, float.parameters, data, { biasCorrection: false });
    const corrected = await correctBiases(graph, float.parameters, plain, data.train, 1024, {});
    expect(shift(corrected)).toBeLessThan(0.2 * shift(plain));
    for (const [name, { data: values }] of corrected.parameters) {
      const same = values.every((value, at) => value === plain.parameters.get(name)?.data[at]);
      expect(same, name).toBe(!/bias|position/.test(name));
    }
  });

  it("takes the corrected biases where they err less on the windows of the calibration", async () => {
    for (const bits of [2, 3, 4]) {
      const graph = graphOf(bits);
      const quantise = async (biasCorrection: boolean) =>
        (await quantisePostTraining(graph, float.parameters, data, { biasCorrection })).quantised;
      const plain = await quantise(false);
      const corrected = await correctBiases(graph, float.parameters, plain, data.train, 1024, {});
      const judge = new IntegerJudge(graph, data.train);
      const better = judge.error(graph, corrected) < judge.error(graph, plain) ? corrected : plain;
      expect(await quantise(true)).toEqual(better);
    }
  });

  it("finds the same at a precision whatever it was asked for before", () => {
    const settings = settingsOf(true);
    const mixed = graphOf(8, { "layers.0.hidden": 2, "layers.0.linear1.weight": 3, "skip.weight": 4 });
    const used = createCalibration(graphOf(8), float.parameters, data.train, settings);
    for (const bits of [8, 4, 2]) used.quantised(graphOf(bits));
    const fresh = createCalibration(mixed, float.parameters, data.train, settings);
    expect(used.quantised(mixed)).toEqual(fresh.quantised(mixed));
    expect(used.quantised(graphOf(8)).activations.get("layers.0.hidden")).not.toEqual(
      used.quantised(mixed).activations.get("layers.0.hidden"),
    );
  });

  it("ends when it is told to", async () => {
    const abort = new AbortController();
    abort.abort(new Error("enough"));
    const { signal } = abort;
    await expect(quantisePostTraining(graphOf(4), float.parameters, data, {}, { signal })).rejects.toThrow("enough");
  });

  it("says what is wrong with windows that no range can be calibrated on", async () => {
    const errorOf = async (of: TrainingData): Promise<GatecastError> => {
      const error: unknown = await quantisePostTraining(graphOf(4), float.parameters, of).catch((thrown) => thrown);
      if (!(error instanceof GatecastError)) throw new Error("a GatecastError expected");
      return error;
    };
    const few: WindowSource = { ...data.validation, count: 9 };
    expect((await errorOf({ ...data, validation: few })).message).toMatch(/9 validation windows.*at least 16/);
    const constant = (x: number | null, y: number | null): WindowSource => ({
      count: 100,
      gather(indices, samples, targets) {
        data.train.gather(indices, samples, targets);
        if (x !== null) samples.fill(x);
        if (y !== null) targets.fill(y);
      },
    });
    const flat = await errorOf({ ...data, train: constant(0.5, 0.5) });
    expect(flat.message).toMatch(/input column 1 has one and the same value in all 100 train windows/);
    expect(flat.where).toEqual({ key: "train", column: 1 });
    const still = await errorOf({ ...data, validation: constant(null, 1) });
    expect(still.message).toMatch(/target column 1 has one and the same value in all 100 validation windows/);
  });
});
