import { describe, expect, it } from "vitest";
import { formatTitle, parseFormat, parseScales } from "./formats.js";

describe("formats", () => {
  it("are widths of weights and activations, or chosen", () => {
    expect(parseFormat("W4A8")).toEqual({ name: "W4A8", weights: 4, activations: 8 });
    expect(parseFormat("mixed")).toEqual({ name: "mixed", weights: null, activations: null });
    expect(formatTitle(parseFormat("W2A8"), "free")).toBe("W2A8 (ternary weights)");
    expect(formatTitle(parseFormat("W4A4"), "power-of-two")).toBe("W4A4, power-of-two scales");
    expect(parseScales("both")).toEqual(["free", "power-of-two"]);
  });

  it.each([
    ["W4A16", "The arithmetic has no W4A16: weights and hidden activations have 2 to 8 bits."],
    ["W1A8", "The arithmetic has no W1A8"],
    ["int4", '"int4" is no format.'],
    ["", '"" is no format.'],
  ])("refuses %j", (name, message) => {
    expect(() => parseFormat(name)).toThrow(message);
  });

  it("refuses scales that there are none of", () => {
    expect(() => parseScales("pot")).toThrow('expected "free", "power-of-two" or "both"');
  });
});
