import { afterAll, beforeAll, expect, it } from "vitest";
import { type Workshop, workshop } from "./testing/command-line.js";

let place: Workshop;
beforeAll(async () => {
  place = await workshop();
});
afterAll(() => place.clean());

it("plans a network that nobody has trained, and says what each fold would save", async () => {
  const network = "--window 6 --d-model 4 --inputs a,b --target a";
  const { exitCode, out, err } = await place.gatecast(`plan ${network}`);
  expect(exitCode, err).toBe(0);
  const lines = out.split("\n");
  expect(lines[0]).toMatch(/^folds +products\/token +saved +cycles/);
  expect(lines.slice(2, 7).map((line) => line.split("  ")[0])).toEqual([
    "none",
    "value",
    "query",
    "tail",
    "value, query, tail",
  ]);
  const { rows } = JSON.parse((await place.gatecast(`plan ${network} --json`)).out);
  // Embedding 4 x 2, four projections, scores and weighted sum, two matrices of 4 x 16.
  expect(rows[0].multiplications.perToken).toBe(8 + 4 * 16 + 2 * 6 * 4 + 2 * 64);
  expect(rows[3]).toMatchObject({ folds: ["tail"], fits: true, cycles: expect.any(Number) });
  expect(rows[3].multiplications.perToken).toBe(rows[0].multiplications.perToken - 64);
});

it("says what does not fit", async () => {
  const { out } = await place.gatecast("plan --window 6 --d-model 32 --bits 8 --heads 2 --layers 2 --device ice40up5k");
  expect(out).toMatch(/^tail .* does not fit/m);
});
