import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { mutate, randomIntegerModel, randomWindows } from "../integer/testing/index.js";
import { defineArchitecture, definePrecision } from "../model/index.js";
import { testVectors, verilogTestbench } from "./delivery/testbench.js";
import { device } from "./devices.js";
import { generateAccelerator } from "./generate.js";
import { planAccelerator } from "./planner.js";

const model = randomIntegerModel(defineArchitecture({ window: 6, dModel: 8 }), definePrecision({ bits: 4 }), 5);
const spartan = device("xc7s15");
const plan = planAccelerator(model, { device: spartan });
const delivery = generateAccelerator(model, plan, { name: "traffic" });
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function has(tool: string): boolean {
  return spawnSync(tool, ["--version"]).error === undefined;
}

/** Skips with a reason where the tool is missing; with GATECAST_REQUIRE_TOOLS=1 the test runs and fails. */
function needs(tool: string) {
  const skip = !has(tool) && process.env.GATECAST_REQUIRE_TOOLS !== "1";
  if (skip) console.info(`${tool} is not installed: its simulation of the accelerator is skipped`);
  return it.skipIf(skip);
}

function write(
  files: readonly { path: string; text: string }[],
  vectors: { samples: string; expected: string },
): string {
  const folder = mkdtempSync(join(tmpdir(), "gatecast-accelerator-"));
  folders.push(folder);
  for (const { path, text } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  writeFileSync(join(folder, "samples.txt"), vectors.samples);
  writeFileSync(join(folder, "expected.txt"), vectors.expected);
  return folder;
}

function ghdl(files: typeof delivery, vectors: { samples: string; expected: string }, generics: string[] = []) {
  const folder = write(files.files, vectors);
  const options = ["--std=08", "--workdir=."];
  const sources = [...files.vhdl.map((file) => file.path), "testbench/traffic_tb.vhd"];
  const analysis = spawnSync("ghdl", ["-a", ...options, ...sources], { cwd: folder, encoding: "utf8" });
  expect(`${analysis.stdout}${analysis.stderr}`).toBe("");
  execFileSync("ghdl", ["-e", ...options, "traffic_tb"], { cwd: folder });
  const run = spawnSync("ghdl", ["-r", ...options, "traffic_tb", ...generics], { cwd: folder, encoding: "utf8" });
  return { output: `${run.stdout}${run.stderr}`, status: run.status };
}

describe("a delivery", () => {
  it("has the same bytes each time, and short entities", () => {
    const again = generateAccelerator(model, planAccelerator(model, { device: spartan }), { name: "traffic" });
    expect(again.files).toEqual(delivery.files);
    for (const file of delivery.vhdl)
      expect([file.path, file.text.split("\n").length < 400]).toEqual([file.path, true]);
  });

  it("tells its user how to convert, connect and wait", () => {
    const readme = delivery.files.find((file) => file.path === "README.md")?.text ?? "";
    expect(readme).toContain("These files are yours");
    expect(readme).toContain(`${plan.cyclesPerInference} cycles from the first input accepted to the last output`);
    expect(readme).toMatch(/A reading of [-\d.]+ in `input0`: .* so its code is 12\./);
    expect(readme).toContain("`idle` falls with the first word of a window");
    const list = delivery.files.find((file) => file.path === "files.txt")?.text ?? "";
    expect(list.trim().split("\n").at(-1)).toBe("vhdl/traffic.vhd");
  });

  it("refuses a name that is none", () => {
    expect(() => generateAccelerator(model, plan, { name: "My Core" })).toThrow(/no name for a module/);
    // The wrapper bears the name itself.
    expect(() => generateAccelerator(model, plan, { name: "small" })).toThrow(/reserves that word/);
  });

  needs("ghdl")("equals the interpreter in GHDL, from the VHDL, with pauses and without, in the planned cycles", () => {
    const vectors = testVectors(model, plan, randomWindows(model, 6, 2));
    const paused = ghdl(delivery, vectors);
    expect(paused.output).toContain("PASS: 6 forecast codes compared, 0 mismatches");
    expect(paused.status).toBe(0);
    const asleep = ghdl(delivery, vectors, ["-gSLEEPS=12", "-gSEED=5"]);
    expect(asleep.output).toContain("PASS: 6 forecast codes compared, 0 mismatches");
    const straight = ghdl(delivery, testVectors(model, plan, randomWindows(model, 2, 3)), ["-gPAUSES=0", "-gSLEEPS=0"]);
    expect(straight.output).toContain(`first forecast: ${plan.cyclesPerInference}`);
    expect(straight.output).toContain("PASS: 2 forecast codes");
  });

  needs("ghdl")("fails in GHDL where the model differs", () => {
    const wrong = testVectors(mutate(model, "rounding"), plan, randomWindows(model, 4, 2));
    const { output, status } = ghdl(delivery, wrong, ["-gPAUSES=0"]);
    expect(output).toMatch(/FAIL: \d+ of 4 forecast codes differ/);
    expect(status).not.toBe(0);
  });

  needs("iverilog")("equals the interpreter in Icarus, from the Verilog, and fails where the model differs", () => {
    const windows = randomWindows(model, 4, 2);
    for (const [vectors, wanted] of [
      [testVectors(model, plan, windows), /^PASS: 4 forecast codes compared/m],
      [testVectors(mutate(model, "rounding"), plan, windows), /^ERROR: FAIL: \d+ of 4/m],
    ] as const) {
      const folder = write(delivery.files, vectors);
      const bench = verilogTestbench(delivery.face, plan.cyclesPerInference, { samples: 24, expected: 4 });
      writeFileSync(join(folder, "bench.v"), bench);
      const sources = [...delivery.verilog.map((file) => file.path), "bench.v"];
      const compiled = spawnSync("iverilog", ["-g2005", "-Wall", "-s", "traffic_tb", "-o", "design", ...sources], {
        cwd: folder,
        encoding: "utf8",
      });
      expect(compiled.status).toBe(0);
      const run = spawnSync("vvp", ["-n", "design"], { cwd: folder, encoding: "utf8" });
      expect(run.stdout).toMatch(wanted);
    }
  });
});
