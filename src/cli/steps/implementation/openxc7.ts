import { interfaceOf } from "../../../accelerator/delivery/interface.js";
import { serialTop } from "../../../accelerator/delivery/serial.js";
import { boardOf, device } from "../../../accelerator/index.js";
import { GatecastError } from "../../../errors.js";
import { cachedYosys } from "../../../toolchain/cached-engines.js";
import {
  findOpenXc7,
  openXc7Steps,
  openXc7Variables,
  resourcesOf,
  runOpenXc7,
} from "../../../toolchain/openxc7/flow.js";
import { findTool } from "../../../toolchain/tools.js";
import { boardConstraints } from "../../../toolchain/vivado/script.js";
import { mountXilinx } from "../../../toolchain/yosys/xilinx-shell.js";
import type { Configuration } from "../../configuration.js";
import type { ImplementationResult } from "../../results.js";
import { loadIntegerModel } from "../integer.js";
import { engineOf, netlistFile } from "../synthesize.js";
import { toolCache } from "../tool-cache.js";
import type { Flow, FlowJob } from "./flow.js";
import { serialProtocol } from "./serial-readme.js";

const folder = "implementation/openxc7/";
const logFile = "logs/nextpnr-xilinx.log";

/** The proven netlist behind a serial line, for a board of the 7 series: netlist, constraints and commands are written, and done where openXC7 is there. */
export const openXc7Flow: Flow = {
  async tools(settings) {
    if (settings.route === "no") return { openxc7: "not wanted (--route no)" };
    const part = partOf(settings);
    if (part === undefined) return {};
    const { found, ...missing } = await openXc7For(part, settings.route);
    if (found === undefined) return { openxc7: "reason" in missing ? missing.reason : "" };
    return Object.fromEntries(Object.values(found.tools).map(({ name, version }) => [name, version]));
  },
  async run({ context, hardware, targetMHz }: FlowJob): Promise<ImplementationResult> {
    const { configuration, signal } = context;
    const target = device(configuration.device);
    const board = boardOf(target, configuration.board);
    const part = partOf(configuration);
    if (board === undefined || part === undefined) {
      return { state: "not done", reason: `no board with the ${target.title} is known, and so no pins`, files: [] };
    }
    const model = await loadIntegerModel(context);
    const top = serialTop(interfaceOf(model, hardware.top, hardware.accelerator.mode), { clockHz: board.clockHz });
    const netlist = await mountXilinx({
      shell: { name: top.fileName, text: top.text },
      core: hardware.top,
      coreNetlist: await context.readText("synthesize", netlistFile),
      top: top.name,
      engine: cachedYosys(await engineOf(configuration.yosys), toolCache(context, "yosys")),
      signal,
      logFile: `${context.folder}/logs/yosys-serial.log`,
    });
    const constraints = boardConstraints(board);
    const names = { netlist: `${top.name}.json`, constraints: `${board.name}.xdc` };
    const variables = {
      chipdb: `$${openXc7Variables.chipdb}/${part.device}.bin`,
      database: `$${openXc7Variables.database}/${part.device.startsWith("xc7a") ? "artix7" : "spartan7"}`,
    };
    const commands = openXc7Steps(part, names, variables).map(({ program, args }) =>
      [program, ...args].map((word) => (word.includes("$") ? `"${word}"` : word)).join(" "),
    );
    const texts: Record<string, string> = {
      [top.fileName]: top.text,
      [names.netlist]: netlist,
      [names.constraints]: constraints,
      "build.sh": [
        "#!/bin/sh",
        `# ${top.name} on the ${board.title} (${part.name}) with openXC7.`,
        "set -e",
        'cd "$(dirname "$0")"',
        ...commands,
        "",
      ].join("\n"),
      "README.md": [
        `# ${top.name} on the ${board.title}, with openXC7`,
        "",
        "Netlist and constraints are ready; `sh build.sh` places and routes them and makes `design.bit`. It needs openXC7",
        `(https://github.com/openXC7), \`${openXc7Variables.chipdb}\` (the folder with ${part.device}.bin) and \`${openXc7Variables.database}\` (Project X-Ray's database).`,
        "Where all of it is there, `gatecast synthesize --tool openxc7` does it. Load the result with `openFPGALoader design.bit`.",
        "",
        ...serialProtocol(top, board),
        "",
      ].join("\n"),
    };
    const files: string[] = [];
    for (const [name, text] of Object.entries(texts)) {
      await context.write(`${folder}${name}`, text);
      files.push(`${folder}${name}`);
    }
    if (configuration.route === "no") return { state: "not done", reason: "not wanted (--route no)", files };
    const { found, ...missing } = await openXc7For(part, configuration.route);
    if (found === undefined) {
      const why = "reason" in missing ? missing.reason : "";
      return { state: "not done", reason: `${why}; ${folder}README.md says what to type`, files };
    }
    const result = await runOpenXc7(found, {
      part,
      netlist,
      constraints,
      signal,
      logFile: `${context.folder}/${logFile}`,
    });
    await context.adopt(logFile);
    context.used(result.tool.name, result.tool.version);
    const bitstream = `${folder}design.bit`;
    await context.write(bitstream, result.bitstream);
    return {
      state: "done",
      source: `${result.tool.name} ${result.tool.version}`,
      of: `the accelerator behind a serial line, on the ${board.title}`,
      used: resourcesOf(result.sites),
      clock: { fmaxMHz: result.fmaxMHz, targetMHz },
      bitstream: { file: bitstream, bytes: result.bitstream.length, board: board.title, clockMHz: board.clockHz / 1e6 },
      files: [...files, bitstream],
    };
  },
};

function partOf({ device: name, board: wanted }: Pick<Configuration, "device" | "board">) {
  const target = device(name);
  const board = boardOf(target, wanted);
  if (board === undefined) return undefined;
  return { device: target.name, name: `${target.name}${board.package}${target.speedGrades[0] ?? ""}` };
}

async function openXc7For(part: { device: string; name: string }, route: Configuration["route"]) {
  const found = await findOpenXc7(part);
  if (found.found !== undefined || route !== "yes") return found;
  // Asked for by name: the error says how to install what is missing.
  for (const name of ["nextpnr-xilinx", "fasm2frames", "xc7frames2bit"] as const) await findTool(name);
  throw new GatecastError("tool", `openXC7 cannot be used: ${found.reason}.`, {
    remedy: `Set ${openXc7Variables.chipdb} and ${openXc7Variables.database} to the data of openXC7.`,
    where: { part: part.name },
  });
}
