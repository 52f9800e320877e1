import { describe, expect, it } from "vitest";
import { GatecastError } from "../errors.js";
import { defineArchitecture, definePrecision } from "../model/index.js";
import { sha256 } from "../numeric/sha256.js";
import { parseIntegerModel, serialiseIntegerModel } from "./file.js";
import { randomIntegerModel } from "./testing/index.js";

const model = randomIntegerModel(
  defineArchitecture({ window: 4, dModel: 4, heads: 2, layers: 2, inputs: 2 }),
  definePrecision({ overrides: { "layers.1.hidden": 6 } }),
  5,
);
const text = serialiseIntegerModel(model);

/** The message of the error that a text is refused with. */
function refusal(changed: string): string {
  try {
    parseIntegerModel(changed, "integer-model.json");
  } catch (error) {
    if (!(error instanceof GatecastError)) throw error;
    expect(error.kind).toBe("run");
    expect(error.where).toMatchObject({ file: "integer-model.json" });
    return error.message;
  }
  throw new Error("the text was accepted");
}

// biome-ignore lint/suspicious/noExplicitAny: a test may reach into any JSON
type Json = any;

/** The file with its content changed and a checksum that fits, so that the checks behind it are reached. */
function edited(change: (content: Json) => void): string {
  const file: Json = JSON.parse(text);
  change(file.content);
  file.checksum = `sha256:${sha256(JSON.stringify(file.content))}`;
  return JSON.stringify(file);
}

describe("the integer model's file", () => {
  it("gives back the same model, and the same text", () => {
    const back = parseIntegerModel(text, "integer-model.json");
    expect(back).toEqual(model);
    expect(serialiseIntegerModel(back)).toBe(text);
    expect(
      parseIntegerModel(
        edited(() => undefined),
        "integer-model.json",
      ),
    ).toEqual(model);
  });

  it("names folds where there are any, and takes none but those", () => {
    expect(text).not.toContain("folds");
    const shape = defineArchitecture({ window: 4, dModel: 4, folds: ["value", "query", "tail"] });
    const folded = randomIntegerModel(shape, definePrecision(), 6);
    const written = serialiseIntegerModel(folded);
    expect(parseIntegerModel(written, "integer-model.json")).toEqual(folded);
    expect(refusal(written.replace('"tail"', '"tale"'))).toContain("is damaged at content.architecture.folds.2");
    expect(refusal(edited((content) => (content.architecture.folds = ["tail"])))).toContain("layers.1.norm2");
  });

  it("refuses what is not such a file, is cut off, or of another version", () => {
    expect(refusal("")).toContain("is not JSON");
    expect(refusal(text.slice(0, text.length / 2))).toContain("is not JSON");
    expect(refusal("[]")).toContain("is not an integer-only model");
    expect(refusal('{"format":"onnx"}')).toContain("is not an integer-only model");
    expect(refusal(text.replace('"version": 1', '"version": 2'))).toContain("is of format version 2");
  });

  it("notices any digit that changed", () => {
    const digits = [...text.matchAll(/\d/g)].map(({ index }) => index).filter((at) => at > text.indexOf('"content"'));
    for (let pick = 0; pick < 20; pick++) {
      const at = digits[Math.floor(((pick + 0.5) / 20) * digits.length)] ?? 0;
      const changed = text.slice(0, at) + ((Number(text[at]) + 1) % 10) + text.slice(at + 1);
      expect(refusal(changed).length).toBeGreaterThan(0);
    }
  });

  const operators = (content: Json): Json => content.operators;
  const edits: [string, (content: Json) => void, string][] = [
    ["an unknown field", (c) => Object.assign(c, { extra: 1 }), "damaged at content"],
    [
      "a number that is no integer",
      (c) => operators(c).embed.weights.splice(0, 1, 0.5),
      "content.operators.embed.weights.0",
    ],
    ["a weight beyond its bits", (c) => operators(c).embed.weights.splice(0, 1, -8), "-8 among its weights"],
    [
      "a weight changed",
      (c) => operators(c).embed.weights.splice(0, 1, operators(c).embed.weights[0] === 3 ? 2 : 3),
      "accumulator intervals",
    ],
    ["a weight missing", (c) => operators(c).head.weights.pop(), "it needs"],
    ["a bias missing", (c) => operators(c).embed.bias.pop(), "biases; it needs"],
    ["an operator missing", (c) => delete operators(c).pool, '"pool" is missing'],
    ["an operator too many", (c) => Object.assign(operators(c), { other: { kind: "pool" } }), "is not an operator"],
    ["another kind", (c) => Object.assign(operators(c), { embed: { kind: "pool" } }), "it is a linear"],
    [
      "a multiplier too wide",
      (c) => operators(c).embed.requantiser.multipliers.splice(0, 1, 2 ** 12),
      "among its multipliers",
    ],
    ["no requantiser", (c) => Object.assign(operators(c).embed, { requantiser: null }), "has no requantiser"],
    ["a shift of 0", (c) => Object.assign(operators(c).embed.requantiser, { shift: 0 }), "among its shifts"],
    ["a clamp", (c) => Object.assign(operators(c).embed.requantiser, { hi: 6 }), "clamps to"],
    [
      "a zero point",
      (c) => (operators(c).embed.requantiser.zero = operators(c).embed.requantiser.zero === 1 ? 2 : 1),
      "adds the zero point",
    ],
    ["a table's top", (c) => operators(c)["layers.0.self_attn"].table.splice(0, 1, 254), "does not fall from 255"],
    ["a table that rises", (c) => operators(c)["layers.0.self_attn"].table.splice(255, 1, 255), "does not fall"],
    ["a context's shift", (c) => operators(c)["layers.0.self_attn"].shift++, "shifts the context"],
    ["a numerator without room", (c) => (operators(c)["layers.0.self_attn"].numerator = 2 ** 52), "2^53"],
    [
      "a coefficient too wide",
      (c) => operators(c)["layers.1.norm2"].coefficients[1].splice(0, 1, -(2 ** 12)),
      "among its coefficients",
    ],
    ["an addend missing", (c) => operators(c).forecast.coefficients.pop(), "addends"],
    ["a constant beyond 2^53", (c) => operators(c).forecast.constants.splice(0, 1, Number.MAX_SAFE_INTEGER), "2^53"],
    ["a quantiser missing", (c) => delete c.quantisers.embedded, "has no quantiser"],
    ["a scale of 0", (c) => (c.quantisers.embedded.scale = 0), "scale"],
    ["a conversion missing", (c) => c.samples.pop(), "conversions"],
    ["a gain of 0", (c) => (c.samples[0].gain = 0), "gain 0"],
    ["an architecture that is none", (c) => (c.architecture.heads = 3), "not divisible"],
    ["another architecture", (c) => (c.architecture.layers = 3), '"layers.2.query" has no quantiser'],
    ["another precision", (c) => (c.precision.weights = 2), "among its weights"],
    ["a width out of range", (c) => (c.precision.activations = 9), "9 bits"],
  ];
  it.each(edits)("refuses %s", (_, change, expected) => {
    expect(refusal(edited(change))).toContain(expected);
  });
});
