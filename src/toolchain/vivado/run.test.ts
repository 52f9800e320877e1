import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { settingVariable } from "../tools.js";
import { finishedFor, readVivado, runVivado } from "./run.js";
import { boardConstraints, clockConstraint, vivadoScript } from "./script.js";
import { examplePower, exampleTiming, exampleUtilisation } from "./testing/example-reports.js";

const folder = temporaryFolder();
const subject = { design: "forecaster", device: "xc7s25", package: "csga225" };
const device = "xc7s25csga225-1";

function program(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

/** Stands in for Vivado: runs the script in a Tcl shell that knows its commands, notes them, and writes reports in its layout. */
function fakeVivado(): string {
  mkdirSync(join(folder, "examples"), { recursive: true });
  const examples = {
    utilization: exampleUtilisation({ device }),
    timing: exampleTiming({ device: "7s25-csga225" }),
    power: examplePower({ device }),
    board_timing: exampleTiming({ device: "7s25-csga225", design: "forecaster_serial", period: 83.333, slack: 70 }),
  };
  for (const [name, text] of Object.entries(examples)) writeFileSync(join(folder, "examples", name), text);
  for (const name of ["xvhdl", "xelab", "xsim"]) program(name, `#!/bin/sh\necho "${name} $@" >> called.txt\n`);
  const tcl = program(
    "vivado.tcl",
    `
proc note {name args} { set f [open called.txt a]; puts $f "$name $args"; close $f }
foreach name {read_vhdl read_verilog read_xdc synth_design opt_design place_design phys_opt_design route_design close_design
    set_param write_checkpoint write_vhdl read_saif write_bitstream} { proc $name args "note $name {*}\\$args" }
foreach name {report_utilization report_timing_summary report_power} {
  proc $name {flag path} {
    set example [file join ${folder} examples [file rootname [file tail $path]]]
    if {[file exists $example]} { file copy -force $example $path } else { close [open $path w] }
  }
}
source [lindex $argv 0]
`,
  );
  return program(
    "vivado",
    `#!/bin/sh
if [ "$1" = -version ]; then echo "vivado v2023.2 (64-bit)"; exit 0; fi
for last; do :; done
PATH="${folder}:$PATH" exec tclsh ${tcl} "$last"
`,
  );
}

function project(name: string) {
  const at = join(folder, name);
  mkdirSync(at, { recursive: true });
  writeFileSync(join(at, "forecaster_tb.vhd"), "clock <= not clock after 5 ns;\n");
  writeFileSync(join(at, "samples.txt"), "1\n");
  writeFileSync(join(at, "clock.xdc"), clockConstraint(8));
  const script = vivadoScript({
    identity: "0123abcd",
    top: "forecaster",
    part: device,
    periodNs: 8,
    vhdl: ["a.vhd", "forecaster.vhd"],
    bench: { file: "forecaster_tb.vhd", entity: "forecaster_tb", instance: "accelerator", data: ["samples.txt"] },
    board: { top: "forecaster_serial", file: "forecaster_serial.v", constraints: "cmod-s7.xdc", clockMHz: 12 },
  });
  writeFileSync(join(at, "build.tcl"), script);
  return at;
}

afterEach(() => {
  delete process.env[settingVariable("vivado")];
});

describe.skipIf(process.platform === "win32")("Vivado's project", () => {
  it("is a Tcl script that does all steps in order, ends with its identity, and leaves reports that are read", async (context) => {
    if (!(await hasTcl())) return context.skip("tclsh is not on the PATH");
    process.env[settingVariable("vivado")] = fakeVivado();
    const at = project("whole");
    expect(await finishedFor(at)).toBeNull();
    await runVivado(at, {});
    const called = readFileSync(join(at, "called.txt"), "utf8").split("\n");
    const order = [
      "read_vhdl",
      "synth_design",
      "route_design",
      "write_vhdl",
      "xvhdl",
      "xelab",
      "xsim",
      "read_saif",
      "synth_design",
      "write_bitstream",
    ];
    let from = 0;
    for (const name of order) {
      const found = called.findIndex((line, index) => index >= from && line.startsWith(`${name} `));
      expect(found, name).toBeGreaterThanOrEqual(0);
      from = found + 1;
    }
    expect(readFileSync(join(at, "bench.vhd"), "utf8")).toContain("after 4.000 ns");
    expect(await finishedFor(at)).toBe("0123abcd");
    const result = await readVivado(at, subject, "forecaster_serial");
    expect(result.utilisation.lut).toBe(5200);
    expect(result.power.static).toBe(0.031);
    expect(result.board?.periodNs).toBe(83.333);
  });

  it("that ends in the middle is not believed", async (context) => {
    if (!(await hasTcl())) return context.skip("tclsh is not on the PATH");
    process.env[settingVariable("vivado")] = fakeVivado();
    const at = project("half");
    writeFileSync(
      join(at, "build.tcl"),
      readFileSync(join(at, "build.tcl"), "utf8").replace("place_design", "misplace_design"),
    );
    await expect(runVivado(at, {})).rejects.toMatchObject({
      kind: "tool",
      message: expect.stringMatching(/vivado failed with exit code 1[\s\S]*misplace_design/),
    });
    expect(await finishedFor(at)).toBeNull();
    await expect(readVivado(at, subject, null)).rejects.toThrow(
      /Vivado has ended without the report reports\/utilization\.rpt/,
    );
  });

  it("that hangs, crashes, or is stopped is told so, with its last lines", async () => {
    const version = 'if [ "$1" = -version ]; then echo "vivado v2023.2"; exit 0; fi';
    const at = project("bad");
    process.env[settingVariable("vivado")] = program(
      "hangs",
      `#!/bin/sh\n${version}\necho "INFO: placing"\nsleep 60\n`,
    );
    await expect(runVivado(at, { timeLimitSeconds: 0.5 })).rejects.toThrow(/time limit of 0\.5 s[\s\S]*INFO: placing/);
    const controller = new AbortController();
    const stopped = runVivado(at, { signal: controller.signal, onLine: () => controller.abort(new Error("Ctrl-C")) });
    await expect(stopped).rejects.toThrow("Ctrl-C");
    process.env[settingVariable("vivado")] = program("crashes", `#!/bin/sh\n${version}\nkill -SEGV $$\n`);
    await expect(runVivado(at, {})).rejects.toThrow(/crashed \(SIGSEGV\)/);
  });

  it("whose design does not work in time is refused", async () => {
    const at = project("slow");
    mkdirSync(join(at, "reports"), { recursive: true });
    const write = (name: string, text: string) => writeFileSync(join(at, "reports", name), text);
    write("utilization.rpt", exampleUtilisation({ device }));
    write("power.rpt", examplePower({ device }));
    write("timing.rpt", exampleTiming({ device, hold: -0.2 }));
    await expect(readVivado(at, subject, null)).rejects.toThrow(/data changes 0\.2 ns too early/);
    write("timing.rpt", exampleTiming({ device, slack: -1 }));
    expect((await readVivado(at, subject, null)).timing.fmaxMHz).toBeLessThan(100);
    write("board_timing.rpt", exampleTiming({ device, design: "forecaster_serial", slack: -1 }));
    await expect(readVivado(at, subject, "forecaster_serial")).rejects.toThrow(
      /misses the period of the board's clock, 10 ns, by 1 ns/,
    );
  });

  it("has the pins of the board", () => {
    const text = boardConstraints({ title: "Cmod S7", clockHz: 12e6, pins: { clock: "M9", rx: "K15", tx: "L12" } });
    expect(text).toContain("PACKAGE_PIN K15 IOSTANDARD LVCMOS33 } [get_ports rx]");
    expect(text).toContain("-period 83.333 [get_ports clock]");
  });
});

async function hasTcl(): Promise<boolean> {
  const { spawnSync } = await import("node:child_process");
  return spawnSync("tclsh", [], { input: "exit 0" }).status === 0;
}
