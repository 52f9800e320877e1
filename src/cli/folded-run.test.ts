import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readSafetensors } from "../model/index.js";
import { smallCsv, smallNetwork, type Workshop, workshop } from "./testing/command-line.js";

let place: Workshop;
beforeAll(async () => {
  place = await workshop();
  await place.write("flow.csv", smallCsv());
});
afterAll(() => place.clean());

const namesIn = async (file: string) =>
  [...readSafetensors(await readFile(join(place.folder, "run", file)), file).tensors.keys()].join(" ");

it("a run with folds trains the network as it is in floats, folded behind that, and simulates what is left", async () => {
  const { exitCode, err } = await place.gatecast(`train ${smallNetwork} --folds tail,value --folds query --out run`);
  expect(exitCode, err).toBe(0);
  expect(await namesIn("train/float.safetensors")).toContain("layers.0.self_attn.out_proj.weight");
  const folded = await namesIn("train/quantised.safetensors");
  for (const gone of ["out_proj", "k_proj", "linear2", "norm2"]) expect(folded).not.toContain(gone);
  expect(folded).toContain("head_hidden.weight");

  const evaluated = JSON.parse((await place.gatecast("evaluate --run run --json")).out);
  expect(evaluated.equality).toEqual({ windows: 60, mismatches: 0 });
  expect((await place.gatecast("generate --run run")).out).toContain("head_hidden");
  const { verification } = JSON.parse((await place.gatecast("simulate --run run --json")).out);
  expect(verification.checks[0]).toMatchObject({ subject: "rtl", mismatches: 0 });
  expect(verification.mutations).toMatchObject({ tried: 6, caught: 6 });
  expect((await place.gatecast("report --run run")).out).toContain("folded value, query, tail");
});

it("folds that a network cannot have are refused before anything is done", async () => {
  const refused = await place.gatecast(`train ${smallNetwork} --heads 2 --folds value --out never`);
  expect(refused.exitCode).not.toBe(0);
  expect(refused.err).toContain('The fold "value" needs a network of one head; this one has 2.');
  const unknown = await place.gatecast(`train ${smallNetwork} --folds head --out never`);
  expect(unknown.err).toContain('"folds" is ["head"] (on the command line); expected "value" or "query" or "tail"');
});
