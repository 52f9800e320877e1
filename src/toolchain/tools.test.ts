import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "./testing/temporary-folder.js";
import { compareVersions, findTool, findToolIfPresent, settingVariable } from "./tools.js";

const folder = temporaryFolder();

function program(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return path;
}

/** Runs with a PATH that begins with the tests' folder, or is nothing else. */
async function withPath<T>(path: string, body: () => Promise<T>): Promise<T> {
  const before = process.env.PATH;
  process.env.PATH = path;
  try {
    return await body();
  } finally {
    process.env.PATH = before;
  }
}

describe("compareVersions", () => {
  it("compares part by part as numbers", () => {
    expect(compareVersions("0.9", "0.23")).toBeLessThan(0);
    expect(compareVersions("11.0", "11")).toBe(0);
    expect(compareVersions("2.0.1", "2.0")).toBeGreaterThan(0);
  });
});

describe.skipIf(process.platform === "win32")("findTool", () => {
  it("finds a program where the setting says, with its version", async () => {
    const path = program("my-yosys", 'echo "Yosys 0.42 (git sha1 9b6afcf3f)"');
    expect(await findTool("yosys", { setting: path })).toEqual({ name: "yosys", path, version: "0.42" });
  });

  it("finds a program on the PATH, though it ends with an error", async () => {
    const path = program("iverilog", 'echo "Icarus Verilog version 12.0 (stable) ()"; exit 1');
    const tool = await withPath(folder, () => findTool("iverilog"));
    expect(tool).toEqual({ name: "iverilog", path, version: "12.0" });
  });

  it("refuses one that is too old, naming both versions", async () => {
    const setting = program("old-ghdl", 'echo "GHDL 1.0.0 (v1.0.0) [Dunoon edition]"');
    await expect(findTool("ghdl", { setting })).rejects.toMatchObject({
      kind: "tool",
      message: expect.stringMatching(/version 1\.0\.0; at least 2\.0/),
    });
  });

  it("refuses a program that is another one", async () => {
    const setting = program("not-ghdl", "echo hello");
    await expect(findTool("ghdl", { setting })).rejects.toThrow(/does not tell its version.*hello/);
  });

  it("says how to install what is missing", async () => {
    await withPath("/nowhere", async () => {
      await expect(findTool("ghdl")).rejects.toMatchObject({
        kind: "tool",
        message: "The program ghdl is not on the PATH.",
        remedy: expect.stringContaining("apt-get install ghdl"),
      });
      expect(await findToolIfPresent("ghdl")).toEqual({ reason: "ghdl is not on the PATH" });
    });
    await expect(findTool("ghdl", { setting: "/nowhere/ghdl" })).rejects.toThrow(/"\/nowhere\/ghdl", as configured/);
  });

  it("says of an optional tool that it is too old", async () => {
    program("ghdl", 'echo "GHDL 0.37"');
    const found = await withPath(folder, () => findToolIfPresent("ghdl"));
    expect(found).toEqual({ reason: expect.stringMatching(/version 0\.37/) });
  });

  it("looks where the environment variable says, and nowhere else", async () => {
    const path = program(
      "pnr",
      'echo "nextpnr-ice40 -- Next Generation Place and Route (Version nextpnr-0.9-31-gabc)" >&2',
    );
    process.env[settingVariable("nextpnr-ice40")] = path;
    try {
      expect(await findTool("nextpnr-ice40")).toEqual({ name: "nextpnr-ice40", path, version: "0.9" });
      process.env[settingVariable("nextpnr-ice40")] = "/nowhere/pnr";
      for (const find of [findTool, findToolIfPresent]) {
        await expect(find("nextpnr-ice40")).rejects.toThrow(
          'nextpnr-ice40 was not found at "/nowhere/pnr", as the environment variable GATECAST_NEXTPNR_ICE40 says',
        );
      }
    } finally {
      delete process.env[settingVariable("nextpnr-ice40")];
    }
  });

  it("knows a program that tells no version by its content", async () => {
    const setting = program("icepack", "exit 0");
    const first = await findTool("icepack", { setting });
    expect(first.version).toMatch(/^file [0-9a-f]{12}$/);
    expect((await findTool("icepack", { setting: program("icepack", "exit 1") })).version).not.toBe(first.version);
  });

  it("reads what Vivado says of itself", async () => {
    const setting = program("vivado", 'echo "vivado v2023.2 (64-bit)"; echo "Tool Version Limit: 2023.10"');
    expect((await findTool("vivado", { setting })).version).toBe("2023.2");
    const old = program("old-vivado", 'echo "Vivado v2018.1 (64-bit)"');
    await expect(findTool("vivado", { setting: old })).rejects.toThrow(/version 2018\.1; at least 2019\.2/);
  });
});
