import { existsSync } from "node:fs";
import { access, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { smallCsv, smallNetwork, type Workshop, workshop } from "./testing/command-line.js";

let place: Workshop;
const at = (file: string) => join(place.folder, "run", file);
const text = (file: string) => readFile(at(file), "utf8");
const json = async (file: string) => JSON.parse(await text(file));

beforeAll(async () => {
  place = await workshop();
  await place.write("flow.csv", smallCsv());
});
afterAll(() => place.clean());

describe("a run, step by step", () => {
  it("trains, and leaves parameters, an integer model and one line an epoch", async () => {
    const { exitCode, out, err } = await place.gatecast(`train ${smallNetwork} --out run`);
    expect(err).toContain("400 rows of flow.csv");
    expect(exitCode).toBe(0);
    expect(out).toContain("quantisation-aware");
    const lines = (await text("train/training.jsonl"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ phase, epoch }) => `${phase} ${epoch}`)).toEqual([
      "float 1",
      "float 2",
      "quantised 1",
      "quantised 2",
    ]);
    expect((await json("manifest.json")).steps.train.state).toBe("done");
    await expect(access(at("checkpoint"))).rejects.toThrow();
  });

  it("evaluates every model and baseline on the same windows", async () => {
    const { exitCode, out } = await place.gatecast("evaluate --run run --json");
    expect(exitCode).toBe(0);
    const result = JSON.parse(out);
    expect(Object.keys(result.overall).sort()).toEqual(
      ["fakeQuantised", "float", "integer", "integerWithoutBranch", "linear", "persistence", "seasonalNaive"].sort(),
    );
    expect(result.equality).toEqual({ windows: 60, mismatches: 0 });
    expect(result.overall.fakeQuantised).toEqual(result.overall.integer);
    expect(result.evaluation.targets[0].trace.forecast).toHaveLength(60);
  });

  it("generates VHDL and Verilog", async () => {
    const { exitCode, out } = await place.gatecast("generate --run run");
    expect(exitCode).toBe(0);
    expect(out).toMatch(/layers\.0\.self_attn +attention/);
    expect(await text("hardware/vhdl/forecaster.vhd")).toContain("entity forecaster is");
    expect(await text("hardware/verilog/forecaster.v")).toContain("module forecaster");
  });

  it("simulates, and catches every seeded fault", async () => {
    const { exitCode, out } = await place.gatecast("simulate --run run --json");
    expect(exitCode).toBe(0);
    const { verification, timing } = JSON.parse(out);
    expect(verification.checks[0]).toMatchObject({ subject: "rtl", windows: 8, mismatches: 0 });
    expect(verification.checks[1]).toMatchObject({ subject: "vhdl", unchecked: expect.any(String) });
    expect(verification.mutations).toMatchObject({ tried: 6, caught: 6 });
    expect(timing.cycles[0].value).toBeGreaterThan(0);
  });

  it("reports what has been done, and what has not", async () => {
    const { exitCode, out } = await place.gatecast("report --run run");
    expect(exitCode).toBe(0);
    expect(out).toContain("Integer-only Transformer");
    expect(out).toContain(at("report.html"));
    const summary = await json("summary.json");
    expect(summary.data).toEqual({ rows: 400, windows: { train: 274, validation: 60, test: 60 } });
    expect(summary.synthesis).toBeUndefined();
    expect(summary.durations.train).toBeGreaterThan(0);
    expect(await text("report.html")).toContain("<!doctype html>");
  });

  it("forecasts a new recording, its end included", async () => {
    await place.write("new.csv", smallCsv(50));
    const { exitCode, out } = await place.gatecast("predict --run run --data new.csv");
    expect(exitCode).toBe(0);
    const lines = out.trim().split("\n");
    expect(lines[0]).toBe("timestamp,last_line,step,flow_forecast,flow_recorded");
    expect(lines).toHaveLength(1 + 50 - 6 + 1);
    expect(lines[1]).toMatch(/^2024-01-01 00:30,7,1,[\d.]+,\d+$/);
    expect(lines.at(-1)).toMatch(/^2024-01-01 04:10,51,1,[\d.]+,$/);
    const file = await place.gatecast("predict --run run --data new.csv --out sub/p.csv --quiet");
    expect(file).toEqual({ exitCode: 0, out: "", err: "" });
    expect((await readFile(join(place.folder, "sub/p.csv"), "utf8")).trim()).toBe(out.trim());
  });

  it("does nothing again whose inputs have not changed", async () => {
    const { exitCode, err } = await place.gatecast("train --run run");
    expect(exitCode).toBe(0);
    expect(err.match(/unchanged, not done again/g)).toHaveLength(3);
    // The same recording in another place is the same recording.
    await writeFile(join(place.folder, "moved.csv"), smallCsv());
    expect((await place.gatecast("train --run run --data moved.csv")).err.match(/unchanged/g)).toHaveLength(3);
  });

  it("does again what is gone, what is asked for, and what a changed setting touches", async () => {
    await rm(at("integer-model.json"));
    expect((await place.gatecast("train --run run")).err).toContain("again: integer-model.json is gone");
    expect((await place.gatecast("evaluate --run run --force")).err).toContain("again, as asked");
    const { err } = await place.gatecast("generate --run run --mode sample");
    expect(err).toContain("again: mode changed");
    const refused = await place.gatecast("report --run run");
    expect(refused.exitCode).toBe(6);
    expect(refused.err).toMatch(/needs the step "simulate", which was done in .*run before "mode" changed/);
    const sample = await place.gatecast("simulate --run run --json");
    expect(JSON.parse(sample.out).verification.checks[0]).toMatchObject({ windows: 8, mismatches: 0 });
  });

  it("takes parts of the plan by name, and says where a name is wrong", async () => {
    const chosen = "generate --run run --goal area --plan layers.*.self_attn.keys=registers,head.lanesIn=2 --json";
    const planned = JSON.parse((await place.gatecast(chosen)).out).accelerator.operators;
    expect(
      planned.find((operator: { name: string }) => operator.name === "layers.0.self_attn").memories,
    ).toContainEqual(expect.objectContaining({ name: "keys", style: "registers" }));
    const misnamed = await place.gatecast("generate --run run --plan layers.1.self_attn.keys=block");
    expect(misnamed.exitCode).toBe(2);
    expect(misnamed.err).toContain('plan["layers.1.self_attn"]: the accelerator has nothing of this name');
    const planner = await place.gatecast("generate --run run --plan none --goal latency --quiet");
    expect(planner).toMatchObject({ exitCode: 0, err: "" });
  });

  it("never believes an output that has changed", async () => {
    await writeFile(at("train/quantised.safetensors"), "nonsense");
    const { exitCode, err } = await place.gatecast("train --run run");
    expect(exitCode).toBe(6);
    expect(err).toMatch(/quantised\.safetensors, made by the step "train", is not what was written/);
    expect(err).toContain("Remove it");
    await rm(at("train/quantised.safetensors"));
    expect((await place.gatecast("train --run run --quiet")).exitCode).toBe(0);
  });
});

describe("mistakes", () => {
  const cases: [line: string, exitCode: number, ...words: string[]][] = [
    ["run --data none.csv --target flow --out x1", 3, "none.csv does not exist", "--data"],
    ["run --data empty.csv --target flow --out x2", 3, "empty.csv is empty"],
    ["run --data flow.csv --target flwo --out x3", 3, 'no column "flwo"', 'Did you mean "flow"'],
    ["run --data text.csv --target flow --out x4", 3, '"much"', "line 4"],
    ["run --data constant.csv --target flow --out x5", 3, "constant"],
    ["run --data short.csv --target flow --out x7", 3, "longer than", "24"],
    ["run --data infinite.csv --target flow --out x8", 3, "infinite", "line"],
    ["run --data flow.csv --target flow --bits 9", 2, '"bits" is 9', "2 to 8"],
    ["run --data flow.csv --target flow --d-model 16 --heads 3", 4, "16 is not divisible by 3"],
    ["run --data flow.csv --target flow --device xc7z1", 2, '"xc7z1" is not known', "xc7s15"],
    ["run --data flow.csv", 2, '"target" is not given', "--target"],
    ["run --data flow.csv --target flow --split-column lane --out x9", 3, 'split column "lane"', "Line 2"],
    ["run --dta flow.csv", 2, "--dta", "Did you mean --data?"],
    ["dance", 2, "Unknown command 'dance'"],
    ["simulate", 2, "does not know which run", "--run"],
    ["simulate --run nowhere", 6, "There is no run in", "manifest.json"],
    ["train --run a --out b", 2, "Both --run and --out"],
    ["run --config none.ts", 2, "none.ts does not exist"],
    ["run --data builtin:moon --target flow --out x10", 3, "builtin:moon", "builtin:traffic"],
    ["train --data flow.csv --target flow --out flow.csv/run", 10, "flow.csv", "folder"],
    ["generate --run fresh", 6, 'needs the step "prepare"', "gatecast train"],
  ];
  beforeAll(async () => {
    await place.write("empty.csv", "");
    await place.write("text.csv", smallCsv(60).replace(/\n(2024-01-01 00:10),\d+/, "\n$1,much"));
    await place.write("constant.csv", smallCsv(100).replace(/,\d+,/g, ",7,"));
    await place.write("short.csv", smallCsv(12));
    await place.write("infinite.csv", smallCsv(100).replace(/(00:50),\d+/, "$1,Infinity"));
    // A run that was begun and failed at once.
    await place.gatecast("train --data text.csv --target flow --out fresh");
  });

  it.each(cases)("%s", async (line, exitCode, ...words) => {
    const outcome = await place.gatecast(line);
    for (const word of words) expect(outcome.err).toContain(word);
    expect(outcome.err).not.toMatch(/\n +at |bug/);
    expect(outcome.exitCode).toBe(exitCode);
    expect(outcome.out).toBe("");
  });

  it("makes no folder for what cannot be begun", async () => {
    await expect(access(join(place.folder, "x1"))).rejects.toThrow();
  });

  it("leaves no step behind that a later command would believe", async () => {
    const manifest = JSON.parse(await readFile(join(place.folder, "x3", "manifest.json"), "utf8"));
    expect(manifest.steps.prepare).toMatchObject({ state: "running", outputs: {} });
    expect((await place.gatecast("evaluate --run x3")).err).toContain("was not finished");
  });

  it("are told as JSON where that is asked for", async () => {
    const { err } = await place.gatecast("run --data flow.csv --target flow --bits 1 --json");
    expect(JSON.parse(err)).toMatchObject({ error: { kind: "usage", where: { key: "bits" } } });
  });

  // The superuser may write anywhere but where the file system takes no folders at all.
  it("names a folder that cannot be written", async () => {
    await mkdir(join(place.folder, "locked"), { mode: 0o500 });
    const out = process.getuid?.() === 0 && existsSync("/proc/self") ? "/proc/gatecast" : "locked";
    const { exitCode, err } = await place.gatecast(`run --data flow.csv --target flow --out ${out}`);
    expect(exitCode).toBe(10);
    expect(err).toContain(out);
  });
});

describe("help", () => {
  it("names every command, and every command shows its options and examples", async () => {
    const { out, exitCode } = await place.gatecast("--help");
    expect(exitCode).toBe(0);
    for (const name of [
      "run",
      "demo",
      "train",
      "evaluate",
      "generate",
      "simulate",
      "synthesize",
      "report",
      "predict",
    ]) {
      expect(out).toMatch(new RegExp(`^  ${name} `, "m"));
      const help = await place.gatecast(`${name} --help`);
      expect(help.exitCode).toBe(0);
      expect(help.out).toContain(`$ gatecast ${name}`);
      expect(help.out).toContain("--json");
    }
  });

  it("shows each default once", async () => {
    const { out } = await place.gatecast("run --help");
    expect(out).toMatch(/--bits <bits> .*2 to 8 \(default: 4\)/);
    expect(out).toContain("(default: 0.7/0.15/0.15)");
  });
});
