import { expect, it } from "vitest";
import { renderReport } from "./render.js";
import { buildSummary, parseSummary } from "./summary.js";
import { exampleReport } from "./testing/example.js";
import { examplePrecision } from "./testing/precision-example.js";
import { malformations } from "./testing/wellformed.js";

const data = { ...exampleReport(200), precision: examplePrecision() };
const page = renderReport(data);
const [section = ""] = /<section id="precision">[\s\S]*?<\/section>/.exec(page) ?? [];
const words = section
  .replace(/<[^>]*>/g, " ")
  .replaceAll("&#39;", "'")
  .replace(/\s+/g, " ");

it("shows the bits of each tensor beside what every width would cost, the choice, and why", () => {
  expect(malformations(page)).toEqual([]);
  for (const { name } of data.precision.sensitivity.tensors) expect(section).toContain(`<code>${name}</code>`);
  expect(section.match(/class="numeric cost chosen"/g)).toHaveLength(data.precision.sensitivity.tensors.length);
  expect(words).toContain("Chosen for least energy of an inference within the device");
  expect(words).toContain("100 µs (10,000 cycles), 10.0 µJ and a loss of RMSE of at most 1.00 %");
  expect(words).toContain("What binds: the loss of RMSE (at most 1.00 %)");
  expect(words).toContain("the integer-only model's RMSE is +0.84 % against the float model's");
  expect(words).toContain("One width of 6, 7 and 8 bits for all does not fit the device");
  expect(section.match(/<svg/g)).toHaveLength(6); // three costs, each wide and narrow
});

it("is left out where no width was chosen, and also drawn where nothing binds or nothing was gained", () => {
  expect(renderReport(exampleReport(200))).not.toContain('id="precision"');
  const { tried } = data.precision;
  const lucky = tried.map((point) => ({ ...point, rmseLoss: -0.001 }));
  const free = { ...data.precision, limits: {}, binding: [], gap: 0.02, tried: lucky };
  const other = renderReport({ ...data, precision: free });
  expect(malformations(other)).toEqual([]);
  expect(other).toContain("by more than 2.0 %");
  expect(other).toContain("No limit binds");
  expect(other).toContain("−0.10 %");
});

it("stands in summary.json", () => {
  const summary = parseSummary(JSON.parse(JSON.stringify(buildSummary(data))));
  expect(summary.precision).toMatchObject({
    objective: "energy",
    limits: { rmseLoss: 0.01 },
    rmseLoss: { measured: 0.0084 },
    trained: 3,
    gap: 0,
  });
  expect(summary.precision?.widths).toEqual(data.precision.widths);
  expect(buildSummary(exampleReport(200)).precision).toBeUndefined();
});
