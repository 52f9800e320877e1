import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { smallCsv, smallNetwork, type Workshop, workshop } from "./testing/command-line.js";

let place: Workshop;
beforeAll(async () => {
  place = await workshop();
  await place.write("flow.csv", smallCsv());
});
afterAll(() => place.clean());

const json = async (file: string) => JSON.parse(await readFile(join(place.folder, file), "utf8"));

it("quantises without training, and ends in an integer-only model that equals its mirror", async () => {
  const given = "--quantisation post-training --bits 8";
  const { exitCode, out, err } = await place.gatecast(`train ${smallNetwork} ${given} --out run`);
  expect(exitCode, err).toBe(0);
  expect(err).toContain("without training; validation loss");
  expect(out).toMatch(/On validation the integer-only model's RMSE is [+-][\d.]+ % against the float model's/);
  expect(out).toContain("docs/training.md");
  const { learning, quantisation, validation } = await json("run/training.json");
  expect(learning.phases.map(({ name }: { name: string }) => name)).toEqual(["float"]);
  expect(quantisation).toBe("post-training");
  // 8 bits lose little.
  expect(validation.integer / validation.float).toBeLessThan(1.2);
  const evaluated = JSON.parse((await place.gatecast("evaluate --run run --json")).out);
  expect(evaluated.equality).toEqual({ windows: 60, mismatches: 0 });

  // From a float model trained elsewhere nothing at all is trained; the report says so.
  await copyFile(join(place.folder, "run/train/float.safetensors"), join(place.folder, "model.safetensors"));
  const elsewhere = await place.gatecast(`train ${smallNetwork} ${given} --from model.safetensors --out elsewhere`);
  expect(elsewhere.exitCode, elsewhere.err).toBe(0);
  expect((await json("elsewhere/training.json")).validation.integer).toBe(validation.integer);
  expect((await place.gatecast("report --run elsewhere")).exitCode).toBe(0);
  expect(await readFile(join(place.folder, "elsewhere/report.html"), "utf8")).toContain("Nothing was trained here");
});

it("refuses to calibrate on too few windows", async () => {
  await place.write("short.csv", smallCsv(60));
  const short = smallNetwork.replace("flow.csv", "short.csv");
  const { exitCode, err } = await place.gatecast(`train ${short} --quantisation post-training --out short`);
  expect(exitCode).toBe(5);
  expect(err).toMatch(/windows/);
});
