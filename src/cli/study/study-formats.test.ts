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
  const line = (formats: string, scales: string) =>
    `study formats ${network} --formats ${formats} --scales ${scales} --max-rmse-loss 50% --trainings 1 --effort 5 --out study`;
  const control = new AbortController();
  const first = place.gatecast(line("W8A8", "free"), control.signal);
  control.abort(new Interrupted("Interrupted."));
  expect(await first).toMatchObject({ exitCode: 130, out: "" });

  const plain = await place.gatecast(line("W8A8,W2A4", "both"));
  expect(plain.exitCode, plain.err).toBe(0);
  expect(plain.err).toContain("formats     4 of 4: W2A4 (ternary weights), power-of-two scales");
  expect(plain.out).toMatch(/W2A4 \(ternary weights\), power-of-two scales +[\d.]+ +[+-]/);
  expect(plain.out).toContain("Not in the arithmetic: W4A16; hidden activations have 2 to 8 bits");

  const { exitCode, err } = await place.gatecast(`${line("W8A8,W2A4,mixed", "free")} --json formats.json`);
  expect(exitCode, err).toBe(0);
  expect(err).toContain("float training: known from before");
  expect(err.match(/quantised training: known from before/g)?.length).toBeGreaterThanOrEqual(2);
  const study = JSON.parse(await readFile(join(place.folder, "formats.json"), "utf8"));
  expect(study.formats.map(({ name }: { name: string }) => name)).toEqual(["W8A8", "W2A4", "mixed"]);
  for (const { name, result } of study.formats) {
    expect(result.rmse / study.references.float - 1).toBeCloseTo(result.loss.test, 10);
    expect(result.hardware.cycles).toBeGreaterThan(0);
    if (name === "mixed") expect(Object.keys(result.widths)).toContain("layers.0.hidden");
  }
  // Of all that was studied, something loses least, and that is on a front.
  const least = study.formats.reduce((a: { result: { rmse: number } }, b: { result: { rmse: number } }) =>
    b.result.rmse < a.result.rmse ? b : a,
  );
  expect(least.result.front.length).toBeGreaterThan(0);
  const page = await readFile(join(place.folder, "study/formats.html"), "utf8");
  expect(malformations(page)).toEqual([]);
  expect(page).toContain("W2A4 (ternary weights)");
}, 240_000);

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
