import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findToolIfPresent, settingVariable } from "../toolchain/tools.js";
import { examplePower, exampleTiming, exampleUtilisation } from "../toolchain/vivado/testing/example-reports.js";
import { smallCsv, smallNetwork, type Workshop, workshop } from "./testing/command-line.js";

/**
 * `gatecast synthesize` with tools of the 7 series, on a run whose netlist the native Yosys makes (skipped without it): the scripts that are written, a Vivado that is
 * played, and reports that were brought from elsewhere.
 */
const hasYosys = (await findToolIfPresent("yosys")).tool !== undefined;

let place: Workshop;
const at = (...path: string[]) => join(place.folder, "run", ...path);
const text = (...path: string[]) => readFileSync(at(...path), "utf8");
const json = (file: string) => JSON.parse(text(file));
const device = "xc7s25csga225-1";

beforeAll(async () => {
  place = await workshop();
  if (!hasYosys) return;
  await place.write("flow.csv", smallCsv());
  for (const command of ["train", "generate"]) {
    const options = command === "train" ? `${smallNetwork} --out run` : "--run run --device xc7s25 --goal area";
    const { exitCode, err } = await place.gatecast(`${command} ${options} --quiet`);
    expect(exitCode, err).toBe(0);
  }
  const { exitCode, err } = await place.gatecast("synthesize --run run --yosys native --quiet");
  expect(exitCode, err).toBe(0);
}, 400_000);
afterAll(async () => {
  delete process.env[settingVariable("vivado")];
  await place.clean();
});

function reports(folder: string, figures: { design?: string } = {}): void {
  mkdirSync(join(folder, "reports"), { recursive: true });
  const write = (name: string, content: string) => writeFileSync(join(folder, "reports", name), content);
  write("utilization.rpt", exampleUtilisation({ device, lut: 4321, ...figures }));
  write("timing.rpt", exampleTiming({ device, ...figures }));
  write("power.rpt", examplePower({ device, ...figures }));
  write("board_timing.rpt", exampleTiming({ device, design: "forecaster_serial", period: 83.333, slack: 70 }));
  writeFileSync(join(folder, "board.bit"), "bits");
}

describe.skipIf(process.platform === "win32" || !hasYosys)("synthesize", () => {
  it("says what is missing where no tool was chosen, and counts what Yosys makes", async () => {
    expect(json("implementation.json")).toMatchObject({
      state: "not done",
      reason: expect.stringContaining("--tool vivado"),
    });
    const { out } = await place.gatecast("synthesize --run run --json --quiet");
    expect(JSON.parse(out)).toMatchObject({
      fits: true,
      netlist: { mismatches: 0 },
      implementation: { state: "not done" },
    });
  });

  it("writes the script and what to type where there is no Vivado", async () => {
    const { exitCode, out, err } = await place.gatecast("synthesize --run run --tool vivado --quiet");
    expect(exitCode, err).toBe(0);
    expect(out).toContain(
      "Not placed and routed: vivado is not on the PATH; implementation/vivado/README.md says what to type.",
    );
    expect(text("implementation/vivado/README.md")).toContain("vivado -mode batch -source build.tcl");
    expect(text("implementation/vivado/build.tcl")).toContain(
      `synth_design -mode out_of_context -top forecaster -part ${device}`,
    );
    expect(text("implementation/vivado/cmod-s7.xdc")).toContain("PACKAGE_PIN M9 ");
    const wanted = await place.gatecast("synthesize --run run --tool vivado --route yes --quiet");
    expect(wanted.exitCode).toBe(8);
    expect(wanted.err).toContain("GATECAST_VIVADO");
  });

  it("reads reports that were brought back, and refuses those of another design", async () => {
    const folder = at("implementation", "vivado");
    const [, identity = ""] = /puts \$done \{([0-9a-f]+)\}/.exec(text("implementation/vivado/build.tcl")) ?? [];
    reports(folder, { design: "blinky" });
    writeFileSync(join(folder, "reports", "done.txt"), `${identity}\n`);
    const wrong = await place.gatecast("synthesize --run run --tool vivado --route auto --force --quiet");
    expect(wrong.exitCode).toBe(8);
    expect(wrong.err).toContain('is of the design "blinky", not of "forecaster"');
    reports(folder);
    const right = await place.gatecast("synthesize --run run --force --quiet");
    expect(right.exitCode, right.err).toBe(0);
    expect(right.out).toMatch(/LUT .* 4,321/);
    expect(right.out).toContain("It reaches 100 MHz: 112.5 MHz");
    expect(right.out).toContain("71 mW, 31 mW of it static");
    expect(json("implementation.json").bitstream).toMatchObject({ file: "implementation/vivado/board.bit", bytes: 4 });
    const summary = await place.gatecast("report --run run --json --quiet");
    expect(JSON.parse(summary.out).implementation).toMatchObject({
      tool: "vivado 2023.2",
      lut: 4321,
      clockReached: true,
    });
  });

  it("shows the last lines of a Vivado that fails, and keeps its log", async () => {
    const path = join(place.folder, "vivado");
    writeFileSync(
      path,
      '#!/bin/sh\nif [ "$1" = -version ]; then echo "vivado v2023.2"; exit 0; fi\necho "ERROR: [Synth 8-439] module not found"\nexit 1\n',
    );
    chmodSync(path, 0o755);
    process.env[settingVariable("vivado")] = path;
    writeFileSync(at("implementation", "vivado", "reports", "done.txt"), "of another design\n");
    const { exitCode, err } = await place.gatecast("synthesize --run run --force --quiet");
    expect(exitCode).toBe(8);
    expect(err).toContain("ERROR: [Synth 8-439] module not found");
    expect(text("logs/vivado.log")).toContain("Synth 8-439");
    delete process.env[settingVariable("vivado")];
  });

  it("writes netlist, constraints and commands for openXC7", { timeout: 240_000 }, async () => {
    const { exitCode, out, err } = await place.gatecast(
      "synthesize --run run --tool openxc7 --board arty-s7-25 --quiet",
    );
    expect(exitCode, err).toBe(0);
    expect(out).toMatch(/Not placed and routed: .*nextpnr-xilinx is not on the PATH.*README\.md says what to type/);
    expect(text("implementation/openxc7/build.sh")).toContain("xc7s25csga324-1");
    const netlist = JSON.parse(text("implementation/openxc7/forecaster_serial.json"));
    const types = Object.values<{ type: string }>(netlist.modules.forecaster_serial.cells).map(({ type }) => type);
    for (const type of ["IBUF", "OBUF", "BUFG", "FDRE"]) expect(types).toContain(type);
  });

  it("knows which tool is for which device, and which board has it", async () => {
    const board = await place.gatecast("synthesize --run run --board icebreaker --quiet");
    expect(board).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining("carries the Lattice iCE40 UltraPlus UP5K"),
    });
    const tool = await place.gatecast("synthesize --run run --tool quartus --quiet");
    expect(tool).toMatchObject({ exitCode: 2, err: expect.stringContaining('"auto" or "vivado" or "openxc7"') });
  });
});
