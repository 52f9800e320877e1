import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { resolveConfiguration } from "../resolve-configuration.js";
import { type Workshop, workshop } from "../testing/command-line.js";
import { lockName } from "./lock.js";
import { RunFolder } from "./run-folder.js";

const configuration = resolveConfiguration([{ source: "here", values: { data: "a.csv", target: "flow" } }]);

let place: Workshop;
let path: string;
beforeEach(async () => {
  place = await workshop();
  path = join(place.folder, "run");
});
afterEach(() => place.clean());

/** A run whose step `prepare` has written one file. */
async function withOneStep(): Promise<RunFolder> {
  const run = await RunFolder.openOrCreate(path, configuration);
  await run.begin("prepare", { a: "1" });
  const outputs = { "data/x.txt": await run.write("data/x.txt", "hello") };
  await run.finish("prepare", { inputs: { a: "1" }, outputs, seconds: 1, versions: { tool: "1.0" } });
  return run;
}

const editManifest = async (edit: (manifest: Record<string, unknown>) => void) => {
  const file = join(path, "manifest.json");
  const manifest = JSON.parse(await readFile(file, "utf8"));
  edit(manifest);
  await writeFile(file, JSON.stringify(manifest));
};

describe("a run folder", () => {
  it("removes what a process that was killed while it wrote has left, and nothing else", async () => {
    await mkdir(path);
    for (const left of ["manifest.json.0123456789ab.partial", ".gatecast-0123456789ab"]) {
      await writeFile(join(path, left), "{");
    }
    (await withOneStep()).close();
    const mine = ["data/mine.partial", "data/x.txt"];
    await writeFile(join(path, "data/mine.partial"), "");
    await writeFile(join(path, "data/x.txt.0123456789ab.partial"), "hel");
    (await RunFolder.openOrCreate(path, configuration)).close();
    expect((await readdir(join(path, "data"))).sort()).toEqual(mine.map((file) => file.slice(5)));
    expect((await readdir(path)).sort()).toEqual(["data", "manifest.json"]);
  });

  it("remembers configuration, steps, outputs and versions", async () => {
    (await withOneStep()).close();
    const again = await RunFolder.openOrCreate(path, configuration);
    expect(again.configuration).toEqual(configuration);
    expect(again.record("prepare")).toMatchObject({ state: "done", inputs: { a: "1" }, seconds: 1 });
    expect(again.versions).toMatchObject({ tool: "1.0", node: process.versions.node });
    expect(new TextDecoder().decode(await again.read("prepare", "data/x.txt"))).toBe("hello");
    again.close();
  });

  it("does not believe a step that was begun and not finished, and removes what it had made", async () => {
    const run = await withOneStep();
    await run.begin("prepare", { a: "2" });
    run.close();
    const again = await RunFolder.openToRead(path);
    expect(again.record("prepare")).toMatchObject({ state: "running", outputs: {} });
    await expect(again.read("prepare", "data/x.txt")).rejects.toThrow(/has not written data\/x\.txt/);
    expect(await again.readIfThere("data/x.txt")).toBeUndefined();
  });

  it("names a file that has changed or is gone", async () => {
    const run = await withOneStep();
    await writeFile(join(path, "data/x.txt"), "hallo");
    await expect(run.read("prepare", "data/x.txt")).rejects.toMatchObject({
      kind: "run",
      message: expect.stringMatching(/data\/x\.txt, made by the step "prepare", is not what was written/),
      remedy: expect.stringMatching(/Remove it .* `gatecast train --run .*` then makes it again/),
    });
    await expect(run.missingOutputs("prepare")).rejects.toThrow(/is not what was written/);
    await rm(join(path, "data/x.txt"));
    expect(await run.missingOutputs("prepare")).toEqual(["data/x.txt"]);
    await expect(run.read("prepare", "data/x.txt")).rejects.toThrow(/is gone/);
    run.close();
  });

  it("refuses a manifest that is no JSON, of another version, or with a step that does not exist", async () => {
    (await withOneStep()).close();
    await editManifest((manifest) => Object.assign(manifest, { steps: { dance: {} } }));
    await expect(RunFolder.openToRead(path)).rejects.toThrow(/manifest\.json is corrupted: steps/);
    await editManifest((manifest) => Object.assign(manifest, { version: 7 }));
    await expect(RunFolder.openToRead(path)).rejects.toMatchObject({
      kind: "run",
      message: expect.stringMatching(/version 7 of the run folder's format; this Gatecast reads version 1/),
    });
    await writeFile(join(path, "manifest.json"), '{"format": "gatecast-run", "ver');
    await expect(RunFolder.openOrCreate(path, configuration)).rejects.toThrow(/corrupted: it is not valid JSON/);
  });

  it("refuses paths that lead out of the folder", async () => {
    (await withOneStep()).close();
    await editManifest((manifest) => {
      const steps = manifest.steps as { prepare: { outputs: Record<string, string> } };
      steps.prepare.outputs = { "../../precious": "0".repeat(64) };
    });
    await expect(RunFolder.openToRead(path)).rejects.toThrow(/corrupted/);
  });

  it("starts only in an empty folder", async () => {
    await mkdir(path);
    await writeFile(join(path, "thesis.tex"), "");
    await expect(RunFolder.openOrCreate(path, configuration)).rejects.toThrow(/holds other files \(thesis\.tex\)/);
    expect(() => execFileSync("ls", [join(path, lockName)], { stdio: "ignore" })).toThrow();
  });

  it("keeps a second command out while one is at work, and forgives a process that has died", async () => {
    const run = await withOneStep();
    await expect(RunFolder.openOrCreate(path, configuration)).rejects.toThrow(/is at work in/);
    run.close();
    const dead = execFileSync(process.execPath, ["-e", "console.log(process.pid)"], { encoding: "utf8" });
    await writeFile(join(path, lockName), JSON.stringify({ pid: Number(dead), host: hostname() }));
    const again = await RunFolder.openOrCreate(path, configuration);
    again.close();
    await writeFile(join(path, lockName), JSON.stringify({ pid: Number(dead), host: "elsewhere" }));
    await expect(RunFolder.openOrCreate(path, configuration)).rejects.toThrow(/on elsewhere\) is at work/);
  });
});
