import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type IntegerModel, parseIntegerModel, pureShifts, type Requantiser } from "../integer/index.js";
import { smallCsv, smallNetwork, type Workshop, workshop } from "./testing/command-line.js";

let place: Workshop;
beforeAll(async () => {
  place = await workshop();
  await place.write("flow.csv", smallCsv());
});
afterAll(() => place.clean());

async function modelOf(run: string): Promise<IntegerModel> {
  const file = join(place.folder, run, "integer-model.json");
  return parseIntegerModel(await readFile(file, "utf8"), file);
}

function requantisersOf({ operators }: IntegerModel): Requantiser[] {
  return [...operators.values()].flatMap((data) => {
    if (data.kind === "attention") return [data.score];
    return data.kind === "linear" && data.requantiser ? [data.requantiser] : [];
  });
}

it("a run with power-of-two scales ends in hardware whose requantisers shift", async () => {
  const { exitCode, err } = await place.gatecast(`train ${smallNetwork} --scales power-of-two --out run`);
  expect(exitCode, err).toBe(0);
  const evaluated = JSON.parse((await place.gatecast("evaluate --run run --json")).out);
  expect(evaluated.equality).toEqual({ windows: 60, mismatches: 0 });
  const model = await modelOf("run");
  expect(model.precision.scales).toBe("power-of-two");
  expect(requantisersOf(model)).toHaveLength(6);
  for (const by of requantisersOf(model)) {
    expect(pureShifts(by)).not.toBeNull();
    expect(by.multipliers).toHaveLength(1);
  }
  const generated = await place.gatecast("generate --run run");
  expect(generated.exitCode, generated.err).toBe(0);
  const simulated = await place.gatecast("simulate --run run --json");
  expect(simulated.exitCode, simulated.err).toBe(0);
  const { verification } = JSON.parse(simulated.out);
  expect(verification.checks[0]).toMatchObject({ subject: "rtl", mismatches: 0 });
  expect(verification.mutations).toMatchObject({ tried: 6, caught: 6 });
  expect((await place.gatecast("report --run run")).out).toContain("power-of-two scales");
});

it("rows of a matrix have shifts of their own where that is asked for", async () => {
  const given = "--scales power-of-two --weight-scales rows";
  const { exitCode, err } = await place.gatecast(`train ${smallNetwork} ${given} --out rows`);
  expect(exitCode, err).toBe(0);
  const model = await modelOf("rows");
  expect(requantisersOf(model).some((by) => new Set(by.multipliers).size > 1)).toBe(true);
});

it("scales of no kind that there is are refused", async () => {
  const { err } = await place.gatecast(`train ${smallNetwork} --scales pot --out never`);
  expect(err).toContain('"scales" is "pot" (on the command line); expected "free" or "power-of-two"');
});
