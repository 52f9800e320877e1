import { describe, expect, it } from "vitest";
import type { Part } from "../../bench/accuracy/job.js";
import { recipeRows, recipeTable } from "../../bench/recipe/summarise.js";
import { variants } from "../../bench/recipe/variants.js";
import { chosenVariants } from "../../bench/recipe.js";
import { checkOptions } from "../../src/training/options.js";

const tried = [
  { name: "usual", options: {}, bits: [4, 3] },
  { name: "other", options: { distillation: 0 }, bits: [4] },
  { name: "not yet", options: { distillation: 1 }, bits: [4] },
];
const common = { dataset: "a", dModel: 16, kept: false } as const;
const result = (rmse: number) => ({ rmse, cpuSeconds: 1, epochs: 1 });
const integer = (seed: number, variant: string, bits: number, rmse: number): Part => ({
  kind: "integer",
  ...common,
  seed,
  bits,
  folds: [],
  variant,
  result: { ...result(rmse), withoutBranch: 1 },
});
const parts: Part[] = [
  { kind: "float", ...common, seed: 1, result: result(10) },
  { kind: "float", ...common, seed: 2, result: result(20) },
  integer(1, "usual", 4, 10.1),
  integer(2, "usual", 4, 20.6),
  integer(1, "usual", 3, 10.5),
  integer(1, "other", 4, 10.3),
  integer(2, "other", 4, 21.2),
];

describe("rows of the bench recipe", () => {
  const rows = recipeRows(parts, tried);

  it("has a row for each width and variant that was measured, and no other", () => {
    expect(rows.map(({ bits, variant, seeds }) => [bits, variant, seeds])).toEqual([
      [4, "usual", 2],
      [4, "other", 2],
      [3, "usual", 1],
    ]);
    for (const { variant } of rows) expect(recipeTable(rows)).toContain(variant);
  });

  it("compares with the float model and with the default seed by seed", () => {
    const [usual, other, single] = rows;
    expect(usual?.ratioToFloat).toBeCloseTo(1.02, 12);
    expect(usual?.ratioStandardError).toBeCloseTo(0.01, 12);
    expect(usual).toMatchObject({ toDefault: null, toDefaultStandardError: null });
    expect(other?.toDefault).toBeCloseTo(0.025, 12);
    expect(other?.toDefaultStandardError).toBeCloseTo(0.005, 12);
    expect(single).toMatchObject({ ratioToFloat: 1.05, ratioStandardError: null });
  });
});

it("tries options that exist, the default first", () => {
  expect(variants[0]?.options).toEqual({});
  expect(new Set(variants.map(({ name }) => name)).size).toBe(variants.length);
  for (const { options } of variants) expect(() => checkOptions(options)).not.toThrow();
});

describe("a choice of variants", () => {
  it("keeps the default and what is named, at the widths that are asked for", () => {
    const names = (...of: Parameters<typeof chosenVariants>) =>
      chosenVariants(...of).map(({ name, bits }) => `${name} ${bits}`);
    expect(names(tried, undefined, undefined)).toEqual(["usual 4,3", "other 4", "not yet 4"]);
    expect(names(tried, ["the", "never"], [4])).toEqual(["usual 4", "other 4"]);
    expect(chosenVariants(variants, ["power-of-two"], [4]).map(({ scales }) => scales)).toEqual([
      undefined,
      "power-of-two",
      "power-of-two",
    ]);
    expect(() => chosenVariants(tried, ["nothing"], undefined)).toThrow("No variant");
    expect(() => chosenVariants(tried, undefined, [7])).toThrow("No variant");
  });
});
