import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { significant } from "../report/format.js";
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
  // It does here what it did where it was trained.
  const { learning } = JSON.parse((await bytes("whole/training.json")).toString());
  const least = learning.phases[0].kept;
  expect(err).toContain(`taken from model.safetensors; validation loss ${significant(least)}`);
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

/** A copy of a float model with all numbers of one tensor times `factor`. */
async function scaled(from: string, tensor: string, factor: number, to: string): Promise<void> {
  const file = await bytes(from);
  const start = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, start).toString());
  const [first, end] = header[tensor].data_offsets;
  for (let at = start + first; at < start + end; at += 4) file.writeFloatLE(file.readFloatLE(at) * factor, at);
  await writeFile(join(place.folder, to), file);
}

it("doubts a float model that is worse than the last value, and refuses one that forecasts no numbers", async () => {
  expect((await place.gatecast(`train ${smallNetwork} --out whole`)).exitCode).toBe(0);
  await scaled("whole/train/float.safetensors", "skip.weight", 100, "worse.safetensors");
  await scaled("whole/train/float.safetensors", "skip.weight", 1e30, "huge.safetensors");
  const worse = await place.gatecast(`train ${smallNetwork} --from worse.safetensors --out run`);
  expect(worse.err).toMatch(/worse\.safetensors; validation loss .*, worse than the last value's .*standardised\?/);
  expect(worse.exitCode).toBe(0);
  const huge = await place.gatecast(`train ${smallNetwork} --from huge.safetensors --out run`);
  expect(huge.exitCode).toBe(6);
  expect(huge.err).toContain("The forecasts of huge.safetensors on the validation windows are no numbers");
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
