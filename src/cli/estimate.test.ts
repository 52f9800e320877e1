import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { EstimateReport } from "./estimate-report.js";
import { type Workshop, workshop } from "./testing/command-line.js";

let place: Workshop;
beforeAll(async () => {
  place = await workshop();
});
afterAll(() => place.clean());

const network = "--window 6 --d-model 4 --inputs a,b --target a";

it("tells resources, cycles and power of a network that nobody has trained, the same that `plan` has", async () => {
  const { exitCode, out, err } = await place.gatecast(`estimate ${network} --json estimate.json`);
  expect(exitCode, err).toBe(0);
  const report: EstimateReport = JSON.parse(await readFile(join(place.folder, "estimate.json"), "utf8"));
  const { rows } = JSON.parse((await place.gatecast(`plan ${network} --json`)).out);
  expect(report.timing).toMatchObject({ cycles: rows[0].cycles, initiationInterval: rows[0].initiationInterval });
  expect(report.timing.latencyMicroseconds).toBeCloseTo(report.timing.cycles / 100, 9);
  const { parts, budget: _budget, ...whole } = report.resources;
  expect(whole).toEqual(rows[0].estimate);
  for (const kind of ["lut", "ff", "dsp", "blockRam"] as const) {
    expect(parts.reduce((sum, part) => sum + part.estimate[kind], 0)).toBeCloseTo(whole[kind], 6);
  }
  expect(report.power).toMatchObject({ label: "uncalibrated", activity: "default" });
  expect(report.power.energyPerInference.value).toBeCloseTo(
    (report.power.total.value * report.timing.latencyMicroseconds) / 1e3,
    9,
  );
  expect(report.mostLogicLevels).toBe(8);
  expect(out).toContain("At most 8 levels of logic between registers");
  expect(report.dutyCycle).toBeNull();
  expect(out).toMatch(/layers\.0\.linear1 .*\n/);
  expect(out).toMatch(/uncalibrated/);
});

it("tells battery life, and whether to wait or to switch off", async () => {
  const line = `estimate ${network} --battery 1000 --battery-volts 3.6 --static-power 24 --json`;
  const cycle = async (more: string) => {
    const { out, err } = await place.gatecast(`${line} ${more}`);
    expect(err).toBe("");
    return (JSON.parse(out) as EstimateReport).dutyCycle;
  };
  const often = await cycle("--period 0.1");
  // The authors of the papers found about 500 ms for the XC7S15, whose configuration takes 11.85 mJ.
  expect(often?.breakEvenSeconds?.value).toBeCloseTo(0.494, 2);
  expect(often?.best.strategy).toBe("idle");
  expect(often?.strategies[0]?.days?.value).toBeCloseTo(3600 / 24 / 24, 1);
  const seldom = await cycle("--period 60");
  expect(seldom?.best).toEqual({ strategy: "off", sure: true });
  const text = (await place.gatecast(`estimate ${network} --period 60`)).out;
  expect(text).toMatch(/Switch it off and configure it anew/);
});

it("refuses what cannot be", async () => {
  const told = async (more: string) => {
    const { exitCode, err } = await place.gatecast(`estimate ${network} ${more}`);
    return `${exitCode}: ${err}`;
  };
  expect(await told("--period 0")).toMatch(/^2: .*above 0/s);
  expect(await told("--period 1e-7")).toMatch(/^2: .*shorter than an inference/s);
  expect(await told("--battery -5")).toMatch(/^2: .*above 0/s);
  expect(await told("--static-power -1")).toMatch(/^2: .*0 to 10,000/s);
  expect(await told("--power-calibration none.json")).toMatch(/^3: .*cannot be read/s);
  await place.write("bad.json", '{"format": "gatecast-power-calibration", "version": 1, "family": "xc7"}');
  expect(await told("--power-calibration bad.json")).toMatch(/^3: .*no power calibration: device/s);
});

it("says that widths which are still to be chosen are no network to estimate", async () => {
  await writeFile(
    join(place.folder, "auto.config.ts"),
    'export default { precision: "auto", dModel: 4, window: 6 };\n',
  );
  const { exitCode, err } = await place.gatecast("estimate --config auto.config.ts");
  expect(exitCode).not.toBe(0);
  expect(err).toMatch(/precision is "auto"/);
});
