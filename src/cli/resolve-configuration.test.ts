import { describe, expect, it } from "vitest";
import { GatecastError } from "../errors.js";
import { commandLineOf } from "./options.js";
import { flagOf, resolveConfiguration } from "./resolve-configuration.js";

const base = { source: "in gatecast.config.ts", values: { data: "a.csv", target: "flow" } };
const resolve = (values: object) =>
  resolveConfiguration([base, { source: "on the command line", values: { ...values } }]);

function refusal(values: object): GatecastError {
  try {
    resolve(values);
  } catch (error) {
    if (error instanceof GatecastError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

describe("resolveConfiguration", () => {
  it("fills in defaults, and later layers override earlier ones", () => {
    const configuration = resolveConfiguration([
      base,
      { source: "in a.ts", values: { bits: 6, window: 12 } },
      { source: "on the command line", values: { bits: 3, heads: undefined } },
    ]);
    expect(configuration).toMatchObject({
      data: "a.csv",
      target: ["flow"],
      bits: 3,
      window: 12,
      heads: 1,
      device: "xc7s15",
    });
  });

  it.each([
    [{ bits: 9 }, '"bits" is 9 (on the command line); expected a whole number from 2 to 8.'],
    [{ bits: "vier" }, '"bits" is "vier" (on the command line); expected a whole number from 2 to 8.'],
    [{ sampleBits: 17 }, '"sampleBits" is 17 (on the command line); expected a whole number from 2 to 16.'],
    [{ window: 1 }, '"window" is 1 (on the command line); expected a whole number from 2 to 256.'],
    [{ mode: "stream" }, '"mode" is "stream" (on the command line); expected "window" or "sample".'],
    [{ goal: "speed" }, '"goal" is "speed" (on the command line); expected "latency" or "area" or "energy".'],
    [
      { plan: "head" },
      '"plan" is "head" (on the command line); expected names with what is chosen of them: "NAME.FIELD',
    ],
    [{ plan: { head: { lanes: true } } }, "expected names with what is chosen of them"],
    [{ missing: "ignore" }, '"missing" is "ignore" (on the command line); expected "error", "drop", or interpolate'],
    [{ gaps: { interpolate: 0 } }, '"gaps" is {"interpolate":0} (on the command line); expected "error", "drop", or'],
    [{ split: { train: 0.5, validation: 0.5, test: 0.5 } }, "expected three fractions that sum to 1"],
    [{ split: "0.5/0.5" }, '"split" is "0.5/0.5" (on the command line); expected three fractions that sum to 1'],
    [{ target: [] }, '"target" is [] (on the command line); expected the name of at least one column.'],
    [{ learningRate: 0 }, '"learningRate" is 0 (on the command line); expected a number above 0 and at most 1.'],
    [{ header: "maybe" }, '"header" is "maybe" (on the command line); expected true or false.'],
    [{ precision: "mixed" }, '"precision" is "mixed" (on the command line); expected "uniform" or "auto".'],
    [
      { maxLatency: "100" },
      '"maxLatency" is "100" (on the command line); expected a time above 0 with its unit, "100us"',
    ],
    [{ maxEnergy: 10 }, '"maxEnergy" is 10 (on the command line); expected an energy above 0 with its unit, "10uJ"'],
    [
      { maxRmseLoss: "0.01" },
      '"maxRmseLoss" is "0.01" (on the command line); expected a share above 0 in per cent, "1%"',
    ],
    [{ objective: "speed" }, '"objective" is "speed" (on the command line); expected "error" or "energy" or "area"'],
    [{ widths: { "embed.weight": 9 } }, "expected names of weights and hidden activations with 2 to 8 bits each"],
    [{ widths: "embed.weight" }, '"widths" is "embed.weight" (on the command line); expected names of weights'],
    [{ quantisation: "none" }, '"quantisation" is "none" (on the command line); expected "qat" or "post-training".'],
    [{ qatEpochs: 1.5 }, '"qatEpochs" is 1.5 (on the command line); expected a whole number from 1 to 10000.'],
  ])("names key, value, place and what was expected: %j", (values, message) => {
    const error = refusal(values);
    expect(error.kind).toBe("usage");
    expect(error.message).toContain(message);
  });

  it("names the file a wrong value stands in", () => {
    const file = { source: "in my.config.ts", values: { data: "a.csv", target: "flow", bits: 1 } };
    expect(() => resolveConfiguration([file])).toThrow('"bits" is 1 (in my.config.ts)');
  });

  it("says what is missing", () => {
    expect(() => resolveConfiguration([])).toThrow('The setting "data" is not given; expected the path of a CSV');
  });

  it("knows the setting that was meant", () => {
    const error = refusal({ dmodel: 8 });
    expect(error.message).toBe('There is no setting "dmodel" (on the command line).');
    expect(error.remedy).toContain('Did you mean "dModel"?');
  });

  it("leaves to the model room what makes no network", () => {
    const error = refusal({ dModel: 16, heads: 3 });
    expect(error.kind).toBe("model");
    expect(error.message).toBe("d_model 16 is not divisible by 3 heads.");
  });

  it("refuses limits where nothing is chosen, and widths where all are", () => {
    const limited = refusal({ maxLatency: "100us" });
    expect(limited.message).toBe(
      '"maxLatency" is "100us" (on the command line), but "precision" is "uniform" (by default), which chooses nothing.',
    );
    expect(limited.remedy).toContain("--precision auto");
    const wide = refusal({ precision: "auto", weightBits: 6 });
    expect(wide.message).toContain('"weightBits" is 6 (on the command line), but "precision" is "auto"');
    expect(wide.remedy).toContain("--widths NAME=BITS");
    expect(resolve({ precision: "auto", maxLatency: "100us", maxEnergy: "10uJ", maxRmseLoss: "1%" })).toMatchObject({
      maxLatency: "100us",
      objective: null,
    });
  });

  it("names tensors that the network does not have, and those it has", () => {
    const error = refusal({ widths: { "layers.1.hidden": 6 } });
    expect(error.kind).toBe("model");
    expect(error.message).toBe(
      '"widths" names "layers.1.hidden" (on the command line), which this network does not have.',
    );
    expect(error.remedy).toContain("layers.0.hidden");
    expect(error.where).toEqual({ key: "widths", tensor: "layers.1.hidden" });
    expect(resolve({ widths: { "layers.1.hidden": 6 }, layers: 2 }).widths).toEqual({ "layers.1.hidden": 6 });
  });

  it("refuses an unknown device and names those there are", () => {
    const error = refusal({ device: "xc7z999" });
    expect(error.message).toContain("xc7z999");
    expect(error.remedy).toContain("xc7s15");
  });
});

describe("the command line of a configuration", () => {
  it("holds what differs from the defaults, in a form that a shell takes", () => {
    const { out: _, ...configuration } = resolve({
      dModel: 8,
      gaps: { interpolate: 3 },
      target: ["a b", "c"],
      split: { train: 0.5, validation: 0.25, test: 0.25 },
      timestampColumn: false,
      header: true,
      goal: "area",
      widths: { "layers.0.hidden": 6, "embed.weight": 8 },
      precision: "auto",
      maxLatency: "100us",
      maxRmseLoss: "1%",
      plan: {
        "unit matrix": { lanesIn: 4 },
        "layers.*.self_attn": { keys: "block" },
        forecast: { multipliers: ["lut", "dsp"] },
      },
    });
    expect(commandLineOf(configuration)).toBe(
      "gatecast run --data a.csv --target 'a b,c' --timestamp-column none --header yes --gaps interpolate:3 " +
        "--split 0.5/0.25/0.25 --d-model 8 --widths 'layers.0.hidden=6,embed.weight=8' --precision auto --max-latency 100us --max-rmse-loss '1%' --goal area " +
        "--plan 'unit matrix.lanesIn=4,layers.*.self_attn.keys=block,forecast.multipliers=lut+dsp'",
    );
  });

  it("spells flags as the help does", () => {
    expect(flagOf("dModel")).toBe("--d-model");
    expect(flagOf("qatLearningRate")).toBe("--qat-learning-rate");
  });
});
