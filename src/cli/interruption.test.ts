import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Interrupted } from "./errors.js";
import { smallCsv, smallNetwork, type Workshop, workshop } from "./testing/command-line.js";

const built = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

let place: Workshop;
beforeEach(async () => {
  place = await workshop();
  await place.write("flow.csv", smallCsv());
});
afterEach(() => place.clean());

const at = (run: string, file: string) => join(place.folder, run, file);
const longer = smallNetwork.replace("--epochs 2", "--epochs 12").replace("--qat-epochs 2", "--qat-epochs 12");

/** Waits until training has written so many epochs. */
async function untilEpochs(run: string, count: number): Promise<void> {
  for (;;) {
    const text = existsSync(at(run, "train/training.jsonl"))
      ? await readFile(at(run, "train/training.jsonl"), "utf8")
      : "";
    if (text.split("\n").length > count) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

it("goes on after an interruption in either phase, and ends with the same bits", async () => {
  for (const epochs of [3, 15]) {
    const run = `after${epochs}`;
    const control = new AbortController();
    const running = place.gatecast(`train ${longer} --out ${run}`, control.signal);
    await untilEpochs(run, epochs);
    control.abort(new Interrupted("Interrupted."));
    const { exitCode, err, out } = await running;
    expect(exitCode).toBe(130);
    expect(out).toBe("");
    expect(err).toMatch(/Interrupted in "train".*go on with: gatecast run --run/);
    expect(existsSync(at(run, "integer-model.json"))).toBe(false);
    expect(existsSync(at(run, ".lock"))).toBe(false);
    expect((await place.gatecast(`evaluate --run ${run}`)).err).toContain('the step "train", which was not finished');
    const again = await place.gatecast(`train --run ${run}`);
    expect(again.exitCode).toBe(0);
    expect(again.err).toMatch(/going on behind epoch \d+/);
    expect(again.err).toContain("prepare     unchanged, not done again");
  }
  expect((await place.gatecast(`train ${longer} --out whole --quiet`)).exitCode).toBe(0);
  for (const run of ["after3", "after15"]) {
    for (const file of ["integer-model.json", "train/training.jsonl", "train/float.safetensors"]) {
      expect(await readFile(at(run, file)), `${run}/${file}`).toEqual(await readFile(at("whole", file)));
    }
  }
});

/** A run that was interrupted in its quantised phase. */
async function interrupted(run: string, options = ""): Promise<void> {
  const control = new AbortController();
  const running = place.gatecast(`train ${longer} --out ${run} ${options}`, control.signal);
  await untilEpochs(run, 14);
  control.abort(new Interrupted("Interrupted."));
  expect((await running).exitCode).toBe(130);
}

it("refuses a checkpoint that is torn, of another training or of another phase, and starts anew as its remedy says", async () => {
  await interrupted("run");
  await interrupted("other", "--seed 2");
  const file = "run/checkpoint/quantised.json";
  const whole = await readFile(at("run", "checkpoint/quantised.json"), "utf8");
  const foreign = await readFile(at("other", "checkpoint/quantised.json"), "utf8");
  const float = await readFile(at("run", "checkpoint/float.json"), "utf8");
  for (const [content, message] of [
    [whole.slice(0, -20), "is damaged"],
    [whole.slice(0, 40), "is damaged"],
    ["", "is damaged"],
    [foreign, "belongs to another training"],
    [float, 'is of the phase "float"'],
  ] as const) {
    await place.write(file, content);
    const { exitCode, err } = await place.gatecast("train --run run");
    expect(exitCode).toBe(6);
    expect(err).toMatch(
      new RegExp(`Error: The checkpoint .*run/checkpoint/quantised.json ${message}.*\\nRemove that file`),
    );
    expect(await readFile(at("run", "checkpoint/quantised.json"), "utf8")).toBe(content);
  }
  const { exitCode, err } = await place.gatecast("train --run run --force");
  expect(exitCode).toBe(0);
  expect(err).toContain("was not finished; anew, as asked");
  expect(err).not.toContain("going on behind");
  expect(existsSync(at("run", "checkpoint"))).toBe(false);
});

it("does not go on from a checkpoint of other settings", async () => {
  await interrupted("run");
  const { exitCode, err } = await place.gatecast("train --run run --seed 2");
  expect(exitCode).toBe(0);
  expect(err).toContain("was not finished; anew: seed changed");
  expect(err).not.toContain("going on behind");
});

// The built program is there in `npm test`, which builds first.
it.skipIf(!existsSync(built))("hears Ctrl-C as a process", async () => {
  const args = `train ${longer.replace("--epochs 12", "--epochs 5000")} --out run`.split(" ");
  const child = spawn(process.execPath, [built, ...args], { cwd: place.folder, stdio: ["ignore", "pipe", "pipe"] });
  let err = "";
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  await untilEpochs("run", 2);
  child.kill("SIGINT");
  expect(await ended).toBe(130);
  expect(err).toContain("Stopping at a point that can be gone on from");
  expect(err).toContain("go on with: gatecast run --run");
  expect((await stat(at("run", "checkpoint/float.json"))).size).toBeGreaterThan(0);
  expect(existsSync(at("run", ".lock"))).toBe(false);
});

it.skipIf(!existsSync(built) || !existsSync("/dev/full"))(
  "tells that standard output is full, as a process",
  async () => {
    const full = openSync("/dev/full", "w");
    const child = spawn(process.execPath, [built, "--help"], { stdio: ["ignore", full, "pipe"] });
    closeSync(full);
    let err = "";
    child.stderr?.on("data", (chunk) => {
      err += chunk;
    });
    const exitCode = await new Promise((resolve) => child.once("close", resolve));
    expect(err).toMatch(/^Error: Cannot write to standard output: ENOSPC.*\nFree some space/);
    expect(exitCode).toBe(10);
  },
);
