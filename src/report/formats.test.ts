import { expect, it } from "vitest";
import { type FormatResult, type FormatsStudy, withFronts } from "./formats-data.js";
import { renderFormatsPage } from "./formats-page.js";
import { formatsText } from "./formats-text.js";
import { malformations } from "./testing/wellformed.js";

const format = (name: string, rmse: number, costs: readonly [number, number, number] | null) => {
  const [microjoules = 0, cycles = 0, lut = 0] = costs ?? [];
  const hardware = costs && { microjoules, cycles, lut, lutram: 0, ff: 1, dsp: 2, blockRam: 3 };
  const result: Omit<FormatResult, "front"> = { rmse, loss: { test: rmse / 9 - 1, validation: 0 }, hardware };
  return { name, title: name, scales: "free" as const, note: costs === null ? "too large" : null, result };
};

const formats = withFronts([
  format("W8A8", 8.9, null),
  format("W6A6", 9, [3, 900, 7000]),
  format("W4A8", 9.2, [2, 1000, 6000]),
  format("W4A4", 9.2, [2, 800, 6500]),
  format("W2A2", 12, [1, 850, 5000]),
  { name: "mixed", title: "mixed", scales: "free", note: "nothing is attained", result: null },
]);

it("marks what nothing beats in both error and a cost, of what fits", () => {
  expect(formats.map(({ name, result }) => [name, result?.front ?? null])).toEqual([
    ["W8A8", []],
    ["W6A6", ["microjoules", "cycles", "lut"]],
    ["W4A8", ["microjoules", "lut"]],
    ["W4A4", ["microjoules", "cycles"]],
    ["W2A2", ["microjoules", "lut"]],
    ["mixed", null],
  ]);
});

it("is shown whole: what does not fit and what is not attained is said, not left out", () => {
  const study: FormatsStudy = {
    data: "flow.csv",
    targets: ["flow"],
    network: "d_model 8",
    device: "XC7S15",
    clockMHz: 100,
    windows: { validation: 50, test: 100 },
    quantisation: "qat",
    references: { float: 9, linear: 10, persistence: 11 },
    formats,
    unavailable: [{ format: "W4A16", why: "hidden activations have 2 to 8 bits" }],
  };
  const text = formatsText(study);
  expect(text).toMatch(/W8A8 +8\.900 +-1\.11 % +does not fit/);
  expect(text).toMatch(/W4A4 +9\.200 +\+2\.22 % +800 +8\.00 us +2\.00 +6,500 +1 +2 +3 +energy, latency/);
  expect(text).toContain("mixed: nothing is attained");
  expect(text).toContain("Not in the arithmetic: W4A16");
  const page = renderFormatsPage(study);
  expect(malformations(page)).toEqual([]);
  expect(page).toContain("<strong>mixed:</strong> nothing is attained");
  expect(page).toContain("the device does not hold them: W8A8");
  expect(renderFormatsPage(study)).toBe(page);
});
