import { existsSync } from "node:fs";
import { join } from "node:path";
import { GatecastError } from "../../errors.js";
import { type CommandLimits, limitsOf, runInFolder } from "../commands.js";
import { findToolIfPresent, type Tool, type ToolName } from "../tools.js";

/** Environment variables that say where the data of the parts are. */
export const openXc7Variables = {
  /** Folder with `<device>.bin` (nextpnr-xilinx's database of a part). */
  chipdb: "NEXTPNR_XILINX_CHIPDB",
  /** Project X-Ray's database: its folder with `spartan7/`, `artix7/`. */
  database: "PRJXRAY_DB_DIR",
} as const;

const PROGRAMS = ["nextpnr-xilinx", "fasm2frames", "xc7frames2bit"] as const satisfies readonly ToolName[];

export interface OpenXc7Part {
  /** "xc7s25". */
  readonly device: string;
  /** "xc7s25csga225-1". */
  readonly name: string;
}

/** The programs and data of openXC7 for a part. */
export interface OpenXc7 {
  readonly tools: Readonly<Record<(typeof PROGRAMS)[number], Tool>>;
  readonly chipdb: string;
  /** Of the part's family. */
  readonly database: string;
}

/** What is there of openXC7, or in one sentence what is missing. */
export async function findOpenXc7(
  part: OpenXc7Part,
): Promise<{ found: OpenXc7 } | { found?: undefined; reason: string }> {
  const presences = await Promise.all(PROGRAMS.map((name) => findToolIfPresent(name)));
  const missing = presences.flatMap((one) => (one.tool === undefined ? [one.reason] : []));
  const folder = (variable: string, path: string): string | undefined => {
    const root = process.env[variable];
    const whole = root === undefined || root === "" ? undefined : join(root, path);
    if (whole !== undefined && existsSync(whole)) return whole;
    missing.push(whole === undefined ? `${variable} is not set` : `there is no ${whole} (${variable})`);
    return undefined;
  };
  const chipdb = folder(openXc7Variables.chipdb, `${part.device}.bin`);
  const database = folder(openXc7Variables.database, part.device.startsWith("xc7a") ? "artix7" : "spartan7");
  const [placer, frames, bits] = presences.map(({ tool }) => tool);
  if (missing.length > 0 || !placer || !frames || !bits || chipdb === undefined || database === undefined) {
    return { reason: missing.join(", ") };
  }
  return {
    found: { tools: { "nextpnr-xilinx": placer, fasm2frames: frames, xc7frames2bit: bits }, chipdb, database },
  };
}

/** The commands of the flow, in order; `{...}` stand for what differs from machine to machine. */
export function openXc7Steps(
  part: OpenXc7Part,
  files: { readonly netlist: string; readonly constraints: string },
  places: { readonly chipdb: string; readonly database: string },
): readonly {
  readonly program: (typeof PROGRAMS)[number];
  readonly args: readonly string[];
  readonly output: string;
}[] {
  const { chipdb, database } = places;
  return [
    {
      program: "nextpnr-xilinx",
      args: [
        "--chipdb",
        chipdb,
        "--xdc",
        files.constraints,
        "--json",
        files.netlist,
        "--fasm",
        "design.fasm",
        "--timing-allow-fail",
      ],
      output: "design.fasm",
    },
    {
      program: "fasm2frames",
      args: ["--part", part.name, "--db-root", database, "design.fasm", "design.frames"],
      output: "design.frames",
    },
    {
      program: "xc7frames2bit",
      args: [
        "--part_file",
        `${database}/${part.name}/part.yaml`,
        "--part_name",
        part.name,
        "--frm_file",
        "design.frames",
        "--output_file",
        "design.bit",
      ],
      output: "design.bit",
    },
  ];
}

export interface OpenXc7Result {
  readonly tool: { readonly name: string; readonly version: string };
  readonly fmaxMHz: number;
  /** Sites by the name that nextpnr gives them. */
  readonly sites: ReadonlyMap<string, { readonly used: number; readonly available: number }>;
  readonly bitstream: Uint8Array;
}

/**
 * Places and routes a netlist with pads by nextpnr-xilinx, and makes a bitstream of it.
 *
 * @throws GatecastError of kind "tool": a program fails or is stopped, or its log lacks what is read
 */
export async function runOpenXc7(
  { tools, chipdb, database }: OpenXc7,
  job: CommandLimits & { readonly part: OpenXc7Part; readonly netlist: string; readonly constraints: string },
): Promise<OpenXc7Result> {
  const names = { netlist: "design.json", constraints: "design.xdc" };
  const contents = new Map<string, string | Uint8Array>([
    [names.netlist, job.netlist],
    [names.constraints, job.constraints],
  ]);
  let log = "";
  for (const { program, args, output } of openXc7Steps(job.part, names, { chipdb, database })) {
    const { logFile, ...limits } = limitsOf(job);
    const first = program === "nextpnr-xilinx";
    const run = await runInFolder(tools[program].path, program, {
      timeLimitSeconds: 3600,
      ...limits,
      ...(first && logFile !== undefined ? { logFile } : {}),
      args,
      files: [...contents].map(([name, content]) => ({ name, content })),
      outputs: [output],
    });
    contents.set(output, run.files.get(output) ?? new Uint8Array());
    if (first) log = run.log;
  }
  const { name, version } = tools["nextpnr-xilinx"];
  const bitstream = contents.get("design.bit");
  return {
    tool: { name, version },
    ...readNextpnrLog(log),
    bitstream: bitstream instanceof Uint8Array ? bitstream : new Uint8Array(),
  };
}

/**
 * The clock and the sites from nextpnr's log: the last line "Max frequency for clock", and the table below "Device utilisation".
 *
 * @throws GatecastError of kind "tool" where they are not there, or there are several clocks
 */
export function readNextpnrLog(log: string): Pick<OpenXc7Result, "fmaxMHz" | "sites"> {
  const clocks = new Map<string, number>();
  const sites = new Map<string, { used: number; available: number }>();
  let table = false;
  for (const line of log.split("\n")) {
    const [, clock, frequency] = /Max frequency for clock\s+'([^']+)':\s*([\d.]+) MHz/.exec(line) ?? [];
    if (clock !== undefined) clocks.set(clock, Number(frequency));
    if (/Device utili[sz]ation:/.test(line)) table = true;
    else if (table) {
      const [, site, used, available] = /^Info:\s+(\w+):\s+(\d+)\s*\/\s*(\d+)\s+\d+%/.exec(line) ?? [];
      if (site === undefined) table = false;
      else sites.set(site, { used: Number(used), available: Number(available) });
    }
  }
  const [fmaxMHz, ...others] = clocks.values();
  if (fmaxMHz === undefined || !(fmaxMHz > 0)) throw unreadable('no line "Max frequency for clock"');
  if (others.length > 0) throw unreadable(`several clocks (${[...clocks.keys()].join(", ")})`);
  if (sites.size === 0) throw unreadable('no table below "Device utilisation"');
  return { fmaxMHz, sites };
}

/** The resources that are reported, from the sites; one that this nextpnr does not list by the name known is left out, but for tables and flip-flops. */
export function resourcesOf(sites: OpenXc7Result["sites"]): {
  lut: number;
  ff: number;
  dsp?: number;
  ramb18?: number;
} {
  const used = (site: string) => sites.get(site)?.used;
  const [lut, ff, dsp] = [used("SLICE_LUTX"), used("SLICE_FFX"), used("DSP48E1_DSP48E1")];
  const [half, whole] = [used("RAMB18E1_RAMB18E1"), used("RAMB36E1_RAMB36E1")];
  if (lut === undefined || ff === undefined) throw unreadable("no count of SLICE_LUTX and SLICE_FFX");
  return {
    lut,
    ff,
    ...(dsp === undefined ? {} : { dsp }),
    ...(half === undefined || whole === undefined ? {} : { ramb18: half + 2 * whole }),
  };
}

function unreadable(what: string): GatecastError {
  return new GatecastError("tool", `The log of nextpnr-xilinx cannot be used: it has ${what}.`, {
    remedy: "This version may write it differently; use another one.",
    where: { program: "nextpnr-xilinx" },
  });
}
