import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { GatecastError } from "../errors.js";
import { contentHash } from "./files.js";
import { runProgram } from "./program.js";

/** The external programs that Gatecast can use. None is needed for the main job; each adds an independent check. */
export type ToolName =
  | "ghdl"
  | "iverilog"
  | "vvp"
  | "yosys"
  | "verilator"
  | "nextpnr-ice40"
  | "icepack"
  | "vivado"
  | "nextpnr-xilinx"
  | "fasm2frames"
  | "xc7frames2bit";

export interface Tool {
  name: ToolName;
  /** Absolute path of the program. */
  path: string;
  /** As the program gives it, for instance "2.0.0"; of one that tells none, "file" and the first digits of its file's SHA-256. */
  version: string;
}

interface ToolFacts {
  /** How it is asked for its version, and the oldest one that is known to work; absent for a program that tells none. */
  version?: { arguments: string[]; pattern: RegExp; minimum: string };
  install: string;
}

const FACTS: Record<ToolName, ToolFacts> = {
  ghdl: {
    version: { arguments: ["--version"], pattern: /^GHDL (\d+(?:\.\d+)*)/m, minimum: "2.0" },
    install: "Install GHDL (Debian, Ubuntu: apt-get install ghdl; others: https://github.com/ghdl/ghdl/releases)",
  },
  iverilog: {
    version: { arguments: ["-V"], pattern: /Icarus Verilog version (\d+(?:\.\d+)*)/, minimum: "11" },
    install: "Install Icarus Verilog (Debian, Ubuntu: apt-get install iverilog; macOS: brew install icarus-verilog)",
  },
  vvp: {
    version: { arguments: ["-V"], pattern: /Icarus Verilog runtime version (\d+(?:\.\d+)*)/, minimum: "11" },
    install: "Install Icarus Verilog (Debian, Ubuntu: apt-get install iverilog; macOS: brew install icarus-verilog)",
  },
  verilator: {
    version: { arguments: ["--version"], pattern: /^Verilator (\d+(?:\.\d+)*)/m, minimum: "5.0" },
    install: "Install Verilator (Debian, Ubuntu: apt-get install verilator; macOS: brew install verilator)",
  },
  yosys: {
    version: { arguments: ["-V"], pattern: /Yosys (\d+(?:\.\d+)*)/, minimum: "0.23" },
    install:
      "Install Yosys (Debian, Ubuntu: apt-get install yosys), or leave the choice to Gatecast, which brings its own",
  },
  "nextpnr-ice40": {
    // 0.4 is the first release whose `--report` is known to have all that is read.
    version: { arguments: ["--version"], pattern: /\(Version (?:nextpnr-)?(\d+(?:\.\d+)*)/, minimum: "0.4" },
    install:
      "Install nextpnr for iCE40 (Debian, Ubuntu: apt-get install nextpnr-ice40; or npm install @yowasp/nextpnr-ice40)",
  },
  icepack: {
    install:
      "Install Project IceStorm (Debian, Ubuntu: apt-get install fpga-icestorm; or npm install @yowasp/nextpnr-ice40)",
  },
  vivado: {
    version: { arguments: ["-version"], pattern: /^vivado v(\d+(?:\.\d+)*)/im, minimum: "2019.2" },
    install: "Install AMD Vivado (the free edition knows all Spartan-7 parts) and put its bin folder on the PATH",
  },
  "nextpnr-xilinx": {
    version: { arguments: ["--version"], pattern: /\(Version (?:nextpnr-)?(\d+(?:\.\d+)*)/, minimum: "0.5" },
    install: "Install openXC7 (https://github.com/openXC7), which has nextpnr-xilinx",
  },
  fasm2frames: { install: "Install openXC7 (https://github.com/openXC7), which has fasm2frames of Project X-Ray" },
  xc7frames2bit: { install: "Install openXC7 (https://github.com/openXC7), which has xc7frames2bit of Project X-Ray" },
};

/** The environment variable that says where a program is: GATECAST_NEXTPNR_ICE40 for nextpnr-ice40. */
export function settingVariable(name: ToolName): string {
  return `GATECAST_${name.toUpperCase().replaceAll("-", "_")}`;
}

/** What the environment says of where a program is; nothing where it says nothing. */
function settingOf(name: ToolName): string | undefined {
  const setting = process.env[settingVariable(name)];
  return setting === undefined || setting === "" ? undefined : setting;
}

/** A program that is asked for its version gets this long; Vivado starts slowly. */
const VERSION_SECONDS = 60;

/** Negative, zero or positive as `left` is older than, equal to or newer than `right` ("2.0" equals "2.0.0"). */
export function compareVersions(left: string, right: string): number {
  const parts = (version: string) => version.split(".").map(Number);
  const [a, b] = [parts(left), parts(right)];
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * Finds an external program on the PATH, or where `setting` or its environment variable (`settingVariable`) says (a path, or another
 * name), and checks its version.
 *
 * @throws GatecastError of kind "tool": not found, does not tell a version, too old.
 */
export async function findTool(
  name: ToolName,
  options: { setting?: string; signal?: AbortSignal } = {},
): Promise<Tool> {
  const variable = settingVariable(name);
  const setting = options.setting ?? settingOf(name);
  const path = locate(setting ?? name);
  const facts = FACTS[name];
  if (path === undefined) {
    const source = options.setting === undefined ? `the environment variable ${variable} says` : "configured";
    const place = setting === undefined ? "is not on the PATH" : `was not found at "${setting}", as ${source}`;
    const least = facts.version === undefined ? "" : `; at least version ${facts.version.minimum}`;
    throw new GatecastError("tool", `The program ${name} ${place}.`, {
      remedy: `${facts.install}${least}. If it is installed, put its path into ${variable}.`,
      where: { program: name, ...(setting === undefined ? {} : { setting }) },
    });
  }
  const version = await versionOf(name, path, options.signal);
  if (facts.version !== undefined && compareVersions(version, facts.version.minimum) < 0) {
    throw new GatecastError(
      "tool",
      `${name} at ${path} is version ${version}; at least ${facts.version.minimum} is needed.`,
      { remedy: `${facts.install}.`, where: { program: name, path, version } },
    );
  }
  return { name, path, version };
}

/** What `findToolIfPresent` says: the tool, or in one sentence why there is none. */
export type ToolPresence = { tool: Tool } | { tool?: undefined; reason: string };

/**
 * As `findTool`, for a tool that is used where it happens to be there: says why it is not, instead of throwing, when it is
 * missing or too old. A tool that was found but crashes or hangs when asked for its version still throws, and so does one that is not where
 * its environment variable says.
 */
export async function findToolIfPresent(name: ToolName): Promise<ToolPresence> {
  if (settingOf(name) === undefined && locate(name) === undefined) return { reason: `${name} is not on the PATH` };
  try {
    return { tool: await findTool(name) };
  } catch (error) {
    if (error instanceof GatecastError && error.where.version !== undefined) return { reason: error.message };
    throw error;
  }
}

async function versionOf(name: ToolName, path: string, signal: AbortSignal | undefined): Promise<string> {
  const { version: asked, install } = FACTS[name];
  if (asked === undefined) return `file ${contentHash(readFileSync(path)).slice(0, 12)}`;
  // Icarus 11 ends `-V` with an error when its output is a pipe; the text is what counts.
  const { output } = await runProgram(path, asked.arguments, {
    timeLimitSeconds: VERSION_SECONDS,
    allowFailure: true,
    ...(signal === undefined ? {} : { signal }),
  });
  const version = asked.pattern.exec(output)?.[1];
  if (version === undefined) {
    const said = output.trim().split("\n")[0]?.slice(0, 200) ?? "";
    throw new GatecastError("tool", `${path} does not tell its version as ${name} does. It says: "${said}".`, {
      remedy: `Check that this program is ${name}. ${install}.`,
      where: { program: name, path },
    });
  }
  return version;
}

function locate(wanted: string): string | undefined {
  if (isAbsolute(wanted) || /[/\\]/.test(wanted)) return executable(resolve(wanted));
  const suffixes = process.platform === "win32" ? [".exe", ".cmd", ""] : [""];
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    if (folder === "") continue;
    for (const suffix of suffixes) {
      const found = executable(join(folder, wanted + suffix));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function executable(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() ? path : undefined;
  } catch {
    return undefined; // not there, or not ours to run: the search goes on, and its end is reported by the caller
  }
}
