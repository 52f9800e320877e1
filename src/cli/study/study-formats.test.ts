import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { malformations } from "../../report/testing/wellformed.js";
import { Interrupted } from "../errors.js";
import { smallCsv, type Workshop, workshop } from "../testing/command-line.js";

let place: Workshop;
beforeAll(async () => {
  place = await workshop();
  await place.write("flow.csv", smallCsv());
});
afterAll(() => place.clean());

const network =
  "--data flow.csv --target flow --window 6 --d-model 4 --feed-forward 4 --epochs 2 --qat-epochs 2 --threads 1";

it("lays formats side by side, and knows what it has finished", async () => {
  const line = `study formats ${network} --formats W8A8,W2A4,mixed --scales both --max-rmse-loss 50% --trainings 1 --effort 10 --out study`;
  const control = new AbortController();
  const first = place.gatecast(line, control.signal);
  control.abort(new Interrupted("Interrupted."));
  expect(await first).toMatchObject({ exitCode: 130, out: "" });

  const { exitCode, out, err } = await place.gatecast(`${line} --json formats.json`);
  expect(exitCode, err).toBe(0);
  expect(err).toContain("formats     6 of 6: mixed, power-of-two scales");
  expect(out).toMatch(/W2A4 \(ternary weights\), power-of-two scales +[\d.]+ +[+-]/);
  expect(out).toContain("There is no W4A16: hidden activations have 2 to 8 bits");
  const study = JSON.parse(await readFile(join(place.folder, "formats.json"), "utf8"));
  expect(study.formats).toHaveLength(6);
  for (const { name, result } of study.formats) {
    expect(result.rmse / study.references.float - 1).toBeCloseTo(result.loss.test, 10);
    expect(result.hardware.cycles).toBeGreaterThan(0);
    if (name === "mixed") expect(Object.keys(result.widths)).toContain("layers.0.hidden");
  }
  // Of all that was studied, something loses least, and that is on every front.
  const least = study.formats.reduce((a: { result: { rmse: number } }, b: { result: { rmse: number } }) =>
    b.result.rmse < a.result.rmse ? b : a,
  );
  expect(least.result.front.length).toBeGreaterThan(0);
  const page = await readFile(join(place.folder, "study/formats.html"), "utf8");
  expect(malformations(page)).toEqual([]);
  expect(page).toContain("W2A4 (ternary weights), power-of-two scales");

  const again = await place.gatecast(`${line} --json`);
  expect(again.err.match(/quantised training: known from before/g)?.length).toBeGreaterThanOrEqual(6);
  expect(JSON.parse(again.out)).toEqual(study);
});

it("says which formats there are none of, and quantises without training for a quick look", async () => {
  const refused = await place.gatecast(`study formats ${network} --formats W4A16`);
  expect(refused.exitCode).toBe(2);
  expect(refused.err).toContain("The arithmetic has no W4A16");
  const quick = await place.gatecast(
    `study formats ${network} --formats W8A8 --scales free --quantisation post-training --out quick`,
  );
  expect(quick.exitCode, quick.err).toBe(0);
  expect(quick.out).toContain("quantised without training (a quick look)");
});
