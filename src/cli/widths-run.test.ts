import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parsePrecision } from "./steps/precision-file.js";
import { smallCsv, smallNetwork, type Workshop, workshop } from "./testing/command-line.js";

let place: Workshop;
beforeAll(async () => {
  place = await workshop();
  await place.write("flow.csv", smallCsv());
});
afterAll(() => place.clean());

const text = (file: string) => readFile(join(place.folder, file), "utf8");

it("widths of single tensors reach training, the integer model and the hardware", async () => {
  const given = "--bits 5 --widths layers.0.hidden=3,embed.weight=8";
  const { exitCode, err } = await place.gatecast(`train ${smallNetwork} ${given} --out run`);
  expect(exitCode, err).toBe(0);
  const { precision } = parsePrecision(await text("run/train/precision.json"), "precision.json");
  expect(precision).toMatchObject({
    weights: 5,
    activations: 5,
    overrides: { "layers.0.hidden": 3, "embed.weight": 8 },
  });
  const evaluated = JSON.parse((await place.gatecast("evaluate --run run --json")).out);
  expect(evaluated.equality).toEqual({ windows: 60, mismatches: 0 });
  const hidden = evaluated.quantisation.find(({ name }: { name: string }) => name === "layers.0.hidden");
  expect(hidden).toMatchObject({ bits: 3, codes: { of: 8 } });
  const generated = JSON.parse((await place.gatecast("generate --run run --json")).out);
  const embed = generated.accelerator.operators.find(({ name }: { name: string }) => name === "embed");
  expect(embed.bits.weight).toBe(8);
});

it("a file of widths that was edited is an error, and so is one that says none", async () => {
  await place.gatecast(`train ${smallNetwork} --out edited`);
  const whole = await text("edited/train/precision.json");
  await place.write("edited/train/precision.json", whole.replace('"weights": 4', '"weights": 8'));
  const { exitCode, err } = await place.gatecast("evaluate --run edited");
  expect(exitCode).toBe(6);
  expect(err).toContain("train/precision.json");
  for (const [content, message] of [
    ["{", "it is not valid JSON"],
    [whole.replace('"weights": 4', '"weights": "four"'), "precision.weights"],
    [whole.replace('"weights": 4', '"weights": 9'), "weights is 9 bits"],
    ["{}", "format"],
  ] as const) {
    expect(() => parsePrecision(content, "precision.json")).toThrow(message);
  }
});

it("names that the network does not have are refused before anything is done", async () => {
  const { exitCode, err } = await place.gatecast(`train ${smallNetwork} --widths layers.7.hidden=3 --out never`);
  expect(exitCode).toBe(4);
  expect(err).toContain('"widths" names "layers.7.hidden" (on the command line), which this network does not have.');
  const wide = await place.gatecast(`train ${smallNetwork} --widths layers.0.hidden=9 --out never`);
  expect(wide.err).toContain('"widths" is {"layers.0.hidden":9} (on the command line)');
});
