import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { settingVariable } from "../tools.js";
import { iceIfPresent, nativeIce } from "./engine.js";
import { placeAndRoute } from "./place-and-route.js";
import { readReport } from "./report.js";

const folder = temporaryFolder();
const part = { name: "ice40up5k", title: "UP5K", lut: 5280, package: "sg48" };
const report = {
  fmax: { clock$SB_IO_IN_$glb_clk: { achieved: 28.4, constraint: 16 } },
  utilization: {
    ICESTORM_LC: { available: 5280, used: 3872 },
    ICESTORM_RAM: { available: 30, used: 28 },
    ICESTORM_DSP: { available: 8, used: 7 },
    SB_IO: { available: 96, used: 3 },
  },
};

describe("the report of nextpnr", () => {
  it("gives clock and sites; parts without multipliers list none", () => {
    expect(readReport(JSON.stringify(report), part)).toMatchObject({
      clock: { fmaxMHz: 28.4, targetMHz: 16 },
      logicCells: { used: 3872, available: 5280 },
      dsp: { used: 7 },
      spram: { used: 0, available: 0 },
    });
  });

  it.each([
    ["text", "Max frequency for clock: 28 MHz", /not valid JSON/],
    ["half a file", JSON.stringify(report).slice(0, 60), /not valid JSON/],
    ["no clock", JSON.stringify({ ...report, fmax: {} }), /names no clock/],
    [
      "two clocks",
      JSON.stringify({ ...report, fmax: { a: { achieved: 1, constraint: 1 }, b: { achieved: 1, constraint: 1 } } }),
      /several clocks/,
    ],
    ["a clock without a figure", JSON.stringify({ ...report, fmax: { a: { constraint: 1 } } }), /fmax\.a\.achieved/],
    ["no logic cells", JSON.stringify({ ...report, utilization: {} }), /no utilisation of ICESTORM_LC/],
    [
      "another part",
      JSON.stringify({ ...report, utilization: { ...report.utilization, ICESTORM_LC: { available: 7680, used: 1 } } }),
      /of another part: it has 7680 logic cells, UP5K 5280/,
    ],
  ])("is refused where it is %s", (_, text, message) => {
    expect(() => readReport(text, part)).toThrow(expect.objectContaining({ kind: "tool" }));
    expect(() => readReport(text, part)).toThrow(message);
  });
});

describe.skipIf(process.platform === "win32")("place and route", () => {
  const before = process.env.PATH;
  afterEach(() => {
    process.env.PATH = before;
    for (const name of ["nextpnr-ice40", "icepack"] as const) delete process.env[settingVariable(name)];
  });

  /** Programs that stand in for nextpnr and icepack. */
  function use(placer: string, packer = "exit 0"): void {
    for (const [name, text] of [
      ["nextpnr-ice40", placer],
      ["icepack", packer],
    ] as const) {
      const path = join(folder, name);
      const version =
        name === "icepack" ? "" : 'if [ "$1" = --version ]; then echo "nextpnr-ice40 (Version 0.9)"; exit 0; fi\n';
      writeFileSync(path, `#!/bin/sh\n${version}${text}\n`);
      chmodSync(path, 0o755);
      process.env[settingVariable(name)] = path;
    }
  }
  const run = async (more: { timeLimitSeconds?: number; signal?: AbortSignal; onLine?: () => void } = {}) =>
    placeAndRoute({
      netlist: "{}",
      top: "t",
      part,
      pins: { clock: "35" },
      targetMHz: 16,
      engine: await nativeIce(),
      ...more,
    });
  const written = `echo asc > design.asc; cat > report.json <<'X'\n${JSON.stringify(report)}\nX\n`;
  const packed = "printf 'c\\000\\176\\252\\231\\176' > design.bin";

  it("gives typed figures and a bitstream", async () => {
    use(written, packed);
    const result = await run();
    expect(result).toMatchObject({
      clock: { fmaxMHz: 28.4 },
      tool: { name: "nextpnr-ice40", version: "0.9" },
      constraints: "set_io clock 35\n",
    });
    expect([...result.bitstream.slice(2)]).toEqual([0x7e, 0xaa, 0x99, 0x7e]);
  });

  it("says what went wrong, with the last lines: an error, a crash, a hang, no report, no bitstream", async () => {
    use('echo "ERROR: Failed to load design"; exit 1');
    await expect(run()).rejects.toThrow(/failed with exit code 1[\s\S]*Failed to load design/);
    use("kill -KILL $$");
    await expect(run()).rejects.toThrow(/crashed \(SIGKILL\)/);
    use("echo placing; sleep 60");
    await expect(run({ timeLimitSeconds: 0.5 })).rejects.toThrow(/time limit of 0\.5 s[\s\S]*placing/);
    use("exit 0");
    await expect(run()).rejects.toThrow(/ended without an error but has not written design\.asc/);
    use(written, "echo text > design.bin");
    await expect(run()).rejects.toThrow(/icepack has written 5 bytes that are no bitstream/);
  });

  it("tells a design that is too large from a defect of the program", async () => {
    use('echo "ERROR: Unable to place cell, no Bels remaining of type ICESTORM_LC"; exit 1');
    await expect(run()).rejects.toMatchObject({
      kind: "hardware",
      message: expect.stringContaining("cannot place the design on the UP5K"),
    });
  });

  it("stops at Ctrl-C", async () => {
    use("echo placing; sleep 60");
    const controller = new AbortController();
    await expect(
      run({ signal: controller.signal, onLine: () => controller.abort(new Error("Ctrl-C")) }),
    ).rejects.toThrow("Ctrl-C");
  });

  it("says what is missing, and where it may come from", async () => {
    process.env.PATH = "/nowhere";
    const found = await iceIfPresent("/nowhere");
    expect(found).toEqual({
      reason:
        "nextpnr-ice40 is not on the PATH, and icepack is not on the PATH; nor is the package @yowasp/nextpnr-ice40 installed",
    });
    await expect(nativeIce()).rejects.toMatchObject({
      remedy: expect.stringContaining("apt-get install nextpnr-ice40"),
    });
  });
});
