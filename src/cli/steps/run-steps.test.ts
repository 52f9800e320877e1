import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { GatecastError } from "../../errors.js";
import { Interrupted } from "../errors.js";
import { silentProgress } from "../progress.js";
import { resolveConfiguration } from "../resolve-configuration.js";
import type { StepName } from "../run-folder/manifest.js";
import { RunFolder } from "../run-folder/run-folder.js";
import { type Workshop, workshop } from "../testing/command-line.js";
import { runSteps } from "./run-steps.js";
import { defineStep, type Step, type StepContext } from "./step.js";

let place: Workshop;
let run: RunFolder;
beforeEach(async () => {
  place = await workshop();
  const configuration = resolveConfiguration([{ source: "here", values: { data: "a.csv", target: "flow" } }]);
  run = await RunFolder.openOrCreate(join(place.folder, "run"), configuration);
});
afterEach(async () => {
  run.close();
  await place.clean();
});

type Work = (context: StepContext<unknown>) => Promise<string>;
const step = (name: StepName, work: Work, more: Partial<Step> = {}): Step =>
  defineStep({ name, title: name, settings: ["bits"], reads: {}, run: work, ...more });

async function perform(steps: Step[], signal = new AbortController().signal): Promise<void> {
  const all = new Map(steps.map((one) => [one.name, one]));
  await runSteps(steps, all, run, { force: false, progress: silentProgress, signal });
}

/** Ends when its signal is aborted, and only then. */
const forever: Work = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

it("does steps that wait side by side, and records both", async () => {
  let arrive: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  await perform([
    // Each would wait for ever for the other if it came first and alone.
    step("simulate", async ({ write }) => arrived.then(() => write("a.txt", "a")).then(() => "a"), { waits: true }),
    step(
      "synthesize",
      async ({ write }) =>
        write("b.txt", "b")
          .then(arrive)
          .then(() => "b"),
      { waits: true },
    ),
  ]);
  const again = await RunFolder.openToRead(run.path);
  expect(again.record("simulate")).toMatchObject({ state: "done", outputs: { "a.txt": expect.any(String) } });
  expect(again.record("synthesize")).toMatchObject({ state: "done", outputs: { "b.txt": expect.any(String) } });
});

it("stops the one where the other fails, and believes neither", async () => {
  const failure = new GatecastError("tool", "Yosys crashed.", { remedy: "none" });
  const steps = [
    step("simulate", forever, { waits: true }),
    step("synthesize", () => Promise.reject(failure), { waits: true }),
    step("report", () => Promise.reject(new Error("is not reached"))),
  ];
  await expect(perform(steps)).rejects.toBe(failure);
  expect(run.record("simulate")?.state).toBe("running");
  expect(run.record("synthesize")?.state).toBe("running");
  expect(run.record("report")).toBeUndefined();
});

it("tells an interruption apart from a failure", async () => {
  const control = new AbortController();
  const going = perform([step("simulate", forever)], control.signal);
  control.abort();
  await expect(going).rejects.toBeInstanceOf(Interrupted);
});

it("shows a step only the settings it names and only the files it declares", async () => {
  await perform([
    step("prepare", async ({ write }) => write("data/x", "1").then(() => "")),
    step(
      "train",
      async ({ configuration, read, files }) => {
        expect(configuration).toEqual({ bits: 4 });
        expect(files("prepare")).toEqual(["data/x"]);
        await expect(read("integer", "y")).rejects.toThrow(/does not declare/);
        return new TextDecoder().decode(await read("prepare", "data/x"));
      },
      { reads: { prepare: ["data/"] } },
    ),
  ]);
  expect(run.record("train")?.inputs).toMatchObject({ "setting bits": "4", "file data/x": expect.any(String) });
});

it("does not call a run good whose earlier files are damaged, even where nothing is to be done", async () => {
  const prepare = step("prepare", async ({ write }) => write("data/x", "1").then(() => ""));
  const train = step("train", async ({ write }) => write("model", "2").then(() => ""), {
    reads: { prepare: ["data/"] },
  });
  const evaluate = step("evaluate", async ({ write }) => write("errors", "3").then(() => ""), {
    reads: { train: ["model"] },
  });
  const all = new Map([prepare, train, evaluate].map((one) => [one.name, one]));
  const options = { force: false, progress: silentProgress, signal: new AbortController().signal };
  await perform([prepare, train, evaluate]);
  await runSteps([evaluate], all, run, options);

  await writeFile(join(run.path, "data/x"), "one");
  await expect(runSteps([evaluate], all, run, options)).rejects.toThrow(
    /data\/x, made by the step "prepare", is not what/,
  );
  await rm(join(run.path, "data/x"));
  await expect(runSteps([evaluate], all, run, options)).rejects.toThrow(/data\/x, made by the step "prepare", is gone/);
  await runSteps([prepare, train, evaluate], all, run, options); // what is gone is made again
  await runSteps([evaluate], all, run, options);
});
