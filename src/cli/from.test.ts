import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { smallCsv, smallNetwork, type Workshop, workshop } from "./testing/command-line.js";

let place: Workshop;
beforeEach(async () => {
  place = await workshop();
  await place.write("flow.csv", smallCsv());
});
afterEach(() => place.clean());

const bytes = (file: string) => readFile(join(place.folder, file));

it("starts quantisation-aware training from a float model that was trained elsewhere", async () => {
  expect((await place.gatecast(`train ${smallNetwork} --out whole`)).exitCode).toBe(0);
  await copyFile(join(place.folder, "whole/train/float.safetensors"), join(place.folder, "model.safetensors"));

  const { exitCode, err } = await place.gatecast(`train ${smallNetwork} --from model.safetensors --out run`);
  expect(`${exitCode} ${err}`).toMatch(/^0 /);
  expect(err).toContain("taken from model.safetensors");
  // The same weights and the same seed: the same bits as where the float phase was trained here.
  for (const file of ["train/float.safetensors", "train/quantised.safetensors"]) {
    expect((await bytes(`run/${file}`)).equals(await bytes(`whole/${file}`))).toBe(true);
  }
  const log = (await bytes("run/train/training.jsonl")).toString().trim().split("\n");
  expect(log.map((line) => JSON.parse(line).phase)).toEqual(["quantised", "quantised"]);

  // It is the model's content that counts.
  expect((await place.gatecast("train --run run")).err).toContain("train       unchanged");
  await copyFile(join(place.folder, "run/train/float.safetensors"), join(place.folder, "other.safetensors"));
  expect((await place.gatecast("train --run run --from other.safetensors")).err).toContain("train       unchanged");
});

it("refuses a float model that is missing, of another network, or no model", async () => {
  await place.write("text.safetensors", "this is no model");
  expect((await place.gatecast(`train ${smallNetwork} --out small`)).exitCode).toBe(0);
  for (const [options, message] of [
    ["--from nowhere.safetensors", /nowhere\.safetensors cannot be read/],
    ["--from text.safetensors", /text\.safetensors/],
    ["--from small/train/float.safetensors --layers 2", /float\.safetensors.*layers\.1/s],
  ] as const) {
    const { exitCode, err } = await place.gatecast(`train ${smallNetwork} ${options} --out run`);
    expect(exitCode).not.toBe(0);
    expect(err).toMatch(message);
    expect(err).not.toContain(" at "); // a message for people, and no stack
  }
});
