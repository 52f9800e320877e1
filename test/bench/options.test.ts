import { describe, expect, it } from "vitest";
import { parseOptions } from "../../bench/common/options.js";

describe("options of benches", () => {
  const parse = (...args: string[]) => parseOptions(args, ["d-models", "datasets"]);

  it("reads lists of numbers and names", () => {
    const options = parse("--d-models", "16, 32", "--quick", "--json", "out.json", "--datasets", "b");
    expect(options.quick).toBe(true);
    expect(options.json).toBe("out.json");
    expect(options.numbers("d-models", 2, 128)).toEqual([16, 32]);
    expect(options.choices("datasets", ["a", "b"])).toEqual(["b"]);
  });

  it("has nothing where nothing was given", () => {
    const options = parse();
    expect([options.quick, options.json, options.numbers("d-models", 2, 128)]).toEqual([false, undefined, undefined]);
  });

  it.each([
    { args: ["--sieds", "3"], names: "sieds" },
    { args: ["--d-models"], names: "d-models" },
    { args: ["stray"], names: "stray" },
  ])("refuses $args", ({ args, names }) => {
    expect(() => parse(...args)).toThrow(names);
  });

  it.each(["1", "129", "16,x", "16,,32", "1.5"])("refuses d_models %s", (text) => {
    expect(() => parse("--d-models", text).numbers("d-models", 2, 128)).toThrow("d-models");
  });

  it("refuses an unknown data set and names the known ones", () => {
    expect(() => parse("--datasets", "c").choices("datasets", ["a", "b"])).toThrow("any of a, b");
  });
});
