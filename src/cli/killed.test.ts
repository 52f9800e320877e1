import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { smallCsv, smallNetwork, type Workshop, workshop } from "./testing/command-line.js";

const built = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

let place: Workshop;
beforeEach(async () => {
  place = await workshop();
  await place.write("flow.csv", smallCsv());
});
afterEach(() => place.clean());

const longer = smallNetwork.replace("--epochs 2", "--epochs 40").replace("--qat-epochs 2", "--qat-epochs 40");
const at = (run: string, file: string) => join(place.folder, run, file);

/** Epochs in the log of a run; a run without one has none. */
async function epochs(run: string): Promise<number> {
  const log = at(run, "train/training.jsonl");
  return existsSync(log) ? (await readFile(log, "utf8")).split("\n").length - 1 : 0;
}

/** Runs the built program and kills it once its log has `count` epochs and `polls` more looks have passed; what ended it. */
async function killedBehind(count: number, polls: number, args: string): Promise<number | NodeJS.Signals | null> {
  const options = { cwd: place.folder, stdio: "ignore" } as const;
  const child = spawn(process.execPath, [built, ...args.split(" ")], options);
  let over: number | NodeJS.Signals | null | undefined;
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once("exit", (code, signal) => {
      over = signal ?? code;
      resolve(over);
    });
  });
  let left = polls;
  while (over === undefined && left > 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if ((await epochs("killed")) >= count) left--;
  }
  child.kill("SIGKILL");
  return ended;
}

// The built program is there in `npm test`, which builds first.
it.skipIf(!existsSync(built))("killed at any moment, a run goes on and ends with the same bits", async () => {
  expect((await place.gatecast(`train ${longer} --out whole`)).exitCode).toBe(0);
  const ends = [await killedBehind(3, 1, `train ${longer} --out killed`)];
  // In either phase, and a little later each time behind the epoch: while it trains, or writes, or is just done.
  for (const [count, polls] of [
    [11, 2],
    [48, 4],
    [60, 7],
  ] as const) {
    ends.push(await killedBehind(count, polls, "train --run killed"));
  }
  expect(ends.filter((end) => end === "SIGKILL").length).toBeGreaterThan(1);
  const { exitCode, err } = await place.gatecast("train --run killed");
  expect(`${exitCode} ${err}`).toMatch(/^0 /);
  for (const file of ["train/float.safetensors", "train/quantised.safetensors", "train/training.jsonl"]) {
    expect((await readFile(at("killed", file))).equals(await readFile(at("whole", file)))).toBe(true);
  }
});
