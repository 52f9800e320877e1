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
const json = async (file: string) => JSON.parse(await text(file));
const auto = `${smallNetwork} --precision auto --max-rmse-loss 40% --max-latency 10us --trainings 2 --effort 5`;
/** Cost tables take seconds, on a machine that does other things tens of them. */
const patience = 240_000;

it(
  "chooses widths and lanes within the limits, trains them, and the report says why",
  async () => {
    const { exitCode, err, out } = await place.gatecast(`train ${auto} --widths embed.weight=6 --out run`);
    expect(exitCode, err).toBe(0);
    expect(err).toMatch(/sensitivity +post-training: \d+ measurements/);
    expect(err).toMatch(/training 1 +of at most 2: .*cycles/);
    expect(err).toMatch(/training 1 +loss of RMSE on validation -?[\d.]+ %; the limit is 40.00 %/);
    expect(out).toContain("quantisation-aware");
    const { precision, accelerator } = parsePrecision(await text("run/train/precision.json"), "precision.json");
    expect(precision.overrides["embed.weight"]).toBe(6);
    expect(accelerator).toMatchObject({ device: "xc7s15", mode: "window" });
    const search = await json("run/train/search.json");
    expect(search).toMatchObject({ objective: "energy", limits: { rmseLoss: 0.4, cycles: 1000 }, quantisation: "qat" });
    expect(search.widths).toMatchObject(precision.overrides);
    expect(search.tried.filter(({ taken }: { taken: boolean }) => taken)).toHaveLength(1);
    expect(search.tried.find(({ taken }: { taken: boolean }) => taken).rmseLoss).toBeLessThanOrEqual(0.4);
    expect(search.front.length).toBeGreaterThan(1);
    expect(search.uniform.length + search.uniformMisfits.length).toBe(7);

    const evaluated = JSON.parse((await place.gatecast("evaluate --run run --json")).out);
    expect(evaluated.equality).toEqual({ windows: 60, mismatches: 0 });
    const generated = JSON.parse((await place.gatecast("generate --run run --json")).out);
    const taken = search.tried.find((point: { taken: boolean }) => point.taken);
    expect(generated.plannedCycles).toBe(taken.cycles); // the very lanes that were chosen
    expect(generated.plannedCycles).toBeLessThanOrEqual(1000);
    expect((await place.gatecast("report --run run")).exitCode).toBe(0);
    expect((await json("run/summary.json")).precision).toMatchObject({ objective: "energy", widths: search.widths });
    expect(await text("run/report.html")).toContain('id="precision"');
  },
  patience,
);

it(
  "says what is not attained, and what is; then knows what it has trained",
  async () => {
    // What 2 bits lose no quantisation without training wins back.
    const coarse = ["embed.weight", "embedded", "skip.weight", "layers.0.norm1", "layers.0.norm2", "head.weight"];
    const given = `${auto.replace("40%", "0.0001%")} --quantisation post-training --widths ${coarse.map((name) => `${name}=2`)}`;
    const strict = await place.gatecast(`train ${given} --out strict`);
    expect(strict.exitCode).toBe(7);
    expect(strict.err).toMatch(/A loss of RMSE of at most 0\.0001% is not attained within xc7s15, 10us\./);
    const [, attainable = ""] = /--max-rmse-loss ([\d.]+%) is attained/.exec(strict.err) ?? [];
    const again = await place.gatecast(`train --run strict --max-rmse-loss ${attainable}`);
    expect(again.exitCode, again.err).toBe(0);
    expect(again.err).toContain("float training: known from before");
    expect(again.err).toContain("sensitivity: known from before");
    expect(again.err).not.toContain("damaged");
    expect(await json("strict/train/search.json")).toMatchObject({ quantisation: "post-training", fixed: coarse });
    expect((await json("strict/training.json")).learning.phases).toHaveLength(1);
  },
  patience,
);

it(
  "says which limits contradict each other, before anything is quantised",
  async () => {
    const { exitCode, err } = await place.gatecast(
      `train ${auto.replace("10us", "100ns")} --max-energy 1nJ --out impossible`,
    );
    expect(exitCode).toBe(7);
    expect(err).toContain("contradict each other on the");
    expect(err).not.toContain("training 1");
  },
  patience,
);
