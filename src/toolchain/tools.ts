import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { GatecastError } from "../errors.js";
import { runProgram } from "./program.js";

/** The external programs that Gatecast can use. None is needed for the main job; each adds an independent check. */
export type ToolName = "ghdl" | "iverilog" | "vvp" | "yosys" | "verilator";

export interface Tool {
  name: ToolName;
  /** Absolute path of the program. */
  path: string;
  /** As the program gives it, for instance "2.0.0". */
  version: string;
}

interface ToolFacts {
  versionArguments: string[];
  versionPattern: RegExp;
  /** The oldest version that is known to work, and whose results were compared. */
  minimum: string;
  install: string;
}

const FACTS: Record<ToolName, ToolFacts> = {
  ghdl: {
    versionArguments: ["--version"],
    versionPattern: /^GHDL (\d+(?:\.\d+)*)/m,
    minimum: "2.0",
    install: "Install GHDL (Debian, Ubuntu: apt-get install ghdl; others: https://github.com/ghdl/ghdl/releases)",
  },
  iverilog: {
    versionArguments: ["-V"],
    versionPattern: /Icarus Verilog version (\d+(?:\.\d+)*)/,
    minimum: "11",
    install: "Install Icarus Verilog (Debian, Ubuntu: apt-get install iverilog; macOS: brew install icarus-verilog)",
  },
  vvp: {
    versionArguments: ["-V"],
    versionPattern: /Icarus Verilog runtime version (\d+(?:\.\d+)*)/,
    minimum: "11",
    install: "Install Icarus Verilog (Debian, Ubuntu: apt-get install iverilog; macOS: brew install icarus-verilog)",
  },
  verilator: {
    versionArguments: ["--version"],
    versionPattern: /^Verilator (\d+(?:\.\d+)*)/m,
    minimum: "5.0",
    install: "Install Verilator (Debian, Ubuntu: apt-get install verilator; macOS: brew install verilator)",
  },
  yosys: {
    versionArguments: ["-V"],
    versionPattern: /Yosys (\d+(?:\.\d+)*)/,
    minimum: "0.23",
    install:
      "Install Yosys (Debian, Ubuntu: apt-get install yosys), or leave the choice to Gatecast, which brings its own",
  },
};

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
 * Finds an external program on the PATH, or where `setting` (a path, or another name) says, and checks its version.
 *
 * @throws GatecastError of kind "tool": not found, does not tell a version, too old.
 */
export async function findTool(
  name: ToolName,
  options: { setting?: string; signal?: AbortSignal } = {},
): Promise<Tool> {
  const wanted = options.setting ?? name;
  const path = locate(wanted);
  const facts = FACTS[name];
  if (path === undefined) {
    const place = options.setting === undefined ? "is not on the PATH" : `was not found at "${wanted}", as configured`;
    throw new GatecastError("tool", `The program ${name} ${place}.`, {
      remedy: `${facts.install}; at least version ${facts.minimum}.`,
      where: { program: name, ...(options.setting === undefined ? {} : { setting: options.setting }) },
    });
  }
  const version = await versionOf(name, path, options.signal);
  if (compareVersions(version, facts.minimum) < 0) {
    throw new GatecastError("tool", `${name} at ${path} is version ${version}; at least ${facts.minimum} is needed.`, {
      remedy: `${facts.install}.`,
      where: { program: name, path, version },
    });
  }
  return { name, path, version };
}

/** What `findToolIfPresent` says: the tool, or in one sentence why there is none. */
export type ToolPresence = { tool: Tool } | { tool?: undefined; reason: string };

/**
 * As `findTool`, for a tool that is used where it happens to be there: says why it is not, instead of throwing, when it is
 * missing or too old. A tool that was found but crashes or hangs when asked for its version still throws.
 */
export async function findToolIfPresent(name: ToolName): Promise<ToolPresence> {
  if (locate(name) === undefined) return { reason: `${name} is not on the PATH` };
  try {
    return { tool: await findTool(name) };
  } catch (error) {
    if (error instanceof GatecastError && error.where.version !== undefined) return { reason: error.message };
    throw error;
  }
}

async function versionOf(name: ToolName, path: string, signal: AbortSignal | undefined): Promise<string> {
  const { versionArguments, versionPattern, install } = FACTS[name];
  // Icarus 11 ends `-V` with an error when its output is a pipe; the text is what counts.
  const { output } = await runProgram(path, versionArguments, {
    timeLimitSeconds: 20,
    allowFailure: true,
    ...(signal === undefined ? {} : { signal }),
  });
  const version = versionPattern.exec(output)?.[1];
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
