import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { EstimateReport } from "./estimate-report.js";
import { type Workshop, workshop } from "./testing/command-line.js";

let place: Workshop;
beforeAll(async () => {
  place = await workshop();
});
afterAll(() => place.clean());

const table = `design,clock_mhz,ff,block_ram,dsp,register,logic,memory,block,dsp_bits,milliwatts
forecaster,100,6000,20,20,1200,1900,100,200,90,150
forecaster,50,6000,20,20,1200,1900,100,200,90,90
forecaster,10,6000,20,20,0,0,0,0,0,33
`;

it("fits the power model to a table, and estimates by it", async () => {
  await place.write("bench.csv", table);
  const { exitCode, out, err } = await place.gatecast("calibrate-power --table bench.csv --out fitted.json");
  expect(exitCode, err).toBe(0);
  expect(out).toMatch(/forecaster, line 2 +150/);
  const fitted = JSON.parse(await readFile(join(place.folder, "fitted.json"), "utf8"));
  expect(fitted).toMatchObject({ family: "xc7", device: "xc7s15", source: "bench.csv (forecaster)" });
  const network = "--window 6 --d-model 4 --power-calibration fitted.json --json";
  const report: EstimateReport = JSON.parse((await place.gatecast(`estimate ${network}`)).out);
  expect(report.power.label).toBe("calibrated with bench.csv (forecaster)");
  expect(report.power.static.milliwatts).toBeCloseTo(fitted.staticMilliwatts, 6);
  const other = await place.gatecast(`estimate ${network} --device ice40up5k`);
  expect(`${other.exitCode}: ${other.err}`).toMatch(/^3: .*another family/s);
});

it("refuses what cannot be used", async () => {
  const told = async (more: string) => {
    const { exitCode, err } = await place.gatecast(`calibrate-power ${more}`);
    return `${exitCode}: ${err}`;
  };
  expect(await told("")).toMatch(/^2: .*either --table or --report/s);
  expect(await told("--table none.csv")).toMatch(/^10: .*none.csv/s);
  expect(await told("--table bench.csv --device xc9")).toMatch(/^2: .*not known/s);
  await place.write("negative.csv", table.replace(",150", ",-150"));
  expect(await told("--table negative.csv")).toMatch(/^3: .*line 2.*below 0/s);
  await place.write("power.rpt", "Total Power Est. Design : 1 W, 2 W, 3 W");
  expect(await told("--report power.rpt")).toMatch(/^2: .*--run names the run/s);
});
