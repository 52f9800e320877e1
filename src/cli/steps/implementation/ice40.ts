import { interfaceOf } from "../../../accelerator/delivery/interface.js";
import { type SerialTop, serialTop } from "../../../accelerator/delivery/serial.js";
import { type Board, boardOf, type Device, device } from "../../../accelerator/index.js";
import { GatecastError } from "../../../errors.js";
import { cachedIce, cachedYosys } from "../../../toolchain/cached-engines.js";
import { iceIfPresent, nativeIce } from "../../../toolchain/nextpnr/engine.js";
import { placeAndRoute } from "../../../toolchain/nextpnr/place-and-route.js";
import { mountIce40 } from "../../../toolchain/yosys/ice40.js";
import type { ImplementationResult } from "../../results.js";
import { loadIntegerModel } from "../integer.js";
import { engineOf, netlistFile } from "../synthesize.js";
import { toolCache } from "../tool-cache.js";
import type { Flow, FlowJob } from "./flow.js";
import { serialReadme } from "./serial-readme.js";

const folder = "implementation/";
const logFile = "logs/nextpnr-ice40.log";

/**
 * The proven netlist behind a serial line, placed and routed by nextpnr for a board, and its bitstream. Wholly open, and with nothing to be
 * chosen: the programs of the machine, or the package @yowasp/nextpnr-ice40 where the user has installed it.
 */
export const ice40Flow: Flow = {
  async tools({ route }) {
    if (route === "no") return { nextpnr: "not wanted (--route no)" };
    const found = await engineFor(route);
    if (found.engine === undefined) return { nextpnr: found.reason };
    const { name, version, packer } = found.engine;
    return { nextpnr: `${name} ${version}, ${packer.name} ${packer.version}` };
  },
  async run({ context, hardware, targetMHz }: FlowJob): Promise<ImplementationResult> {
    const { configuration, signal } = context;
    const target = device(configuration.device);
    const board = boardOf(target, configuration.board);
    if (configuration.route === "no") return { state: "not done", reason: "not wanted (--route no)", files: [] };
    if (board === undefined) {
      return { state: "not done", reason: `no board with the ${target.title} is known, and so no pins`, files: [] };
    }
    const found = await engineFor(configuration.route);
    if (found.engine === undefined) return { state: "not done", reason: found.reason, files: [] };

    const model = await loadIntegerModel(context);
    const face = interfaceOf(model, hardware.top, hardware.accelerator.mode);
    const top = serialTop(face, { clockHz: board.clockHz });
    const yosys = await engineOf(configuration.yosys);
    const mounted = await mountIce40({
      shell: { name: top.fileName, text: top.text },
      core: hardware.top,
      coreNetlist: await context.readText("synthesize", netlistFile),
      top: top.name,
      engine: cachedYosys(yosys, toolCache(context, "yosys")),
      signal,
      logFile: `${context.folder}/logs/yosys-serial.log`,
    });
    const task = context.progress.start("nextpnr");
    const placed = await placeAndRoute({
      netlist: mounted.netlistText,
      top: top.name,
      part: { name: target.name, title: target.title, lut: target.lut, package: board.package },
      pins: board.pins,
      targetMHz,
      engine: cachedIce(found.engine, toolCache(context, "nextpnr")),
      signal,
      logFile: `${context.folder}/${logFile}`,
      onLine: phaseWatcher((share, phase) => task.update(share, phase)),
    });
    task.end();
    await context.adopt(logFile);
    context.used(placed.tool.name, placed.tool.version);
    context.used(placed.packer.name, placed.packer.version);

    const files = await writeFiles(context, { top, board, target, placed });
    const { logicCells, ebr, dsp, clock } = placed;
    return {
      state: "done",
      source: `${placed.tool.name} ${placed.tool.version}`,
      of: `the accelerator behind a serial line, on the ${board.title}`,
      used: { lut: logicCells.used, ff: mounted.resources.ff, dsp: dsp.used, ebr: ebr.used },
      clock: { fmaxMHz: clock.fmaxMHz, targetMHz },
      bitstream: {
        file: files.bitstream,
        bytes: placed.bitstream.length,
        board: board.title,
        clockMHz: board.clockHz / 1e6,
      },
      files: Object.values(files),
    };
  },
};

async function engineFor(route: "auto" | "yes" | "no"): ReturnType<typeof iceIfPresent> {
  const found = await iceIfPresent(process.cwd());
  // Asked for by name: the error says how to install it.
  if (found.engine === undefined && route === "yes") return { engine: await nativeIce() };
  return found;
}

async function writeFiles(
  context: FlowJob["context"],
  parts: {
    top: SerialTop;
    board: Board;
    target: Device;
    placed: Awaited<ReturnType<typeof placeAndRoute>>;
  },
): Promise<{ shell: string; constraints: string; bitstream: string; readme: string }> {
  const { top, board, target, placed } = parts;
  const files = {
    shell: `${folder}${top.fileName}`,
    constraints: `${folder}${board.name}.pcf`,
    bitstream: `${folder}${top.name}-${board.name}.bin`,
    readme: `${folder}README.md`,
  };
  if (placed.clock.fmaxMHz * 1e6 < board.clockHz) {
    throw new GatecastError(
      "hardware",
      `The design reaches ${placed.clock.fmaxMHz.toFixed(1)} MHz, and the oscillator of the ${board.title} has ${board.clockHz / 1e6} MHz: a bitstream for it would not work.`,
      { remedy: "Choose another board (--board) or device, or a smaller network.", where: { board: board.name } },
    );
  }
  await context.write(files.shell, top.text);
  await context.write(files.constraints, placed.constraints);
  await context.write(files.bitstream, placed.bitstream);
  await context.write(
    files.readme,
    serialReadme({ top, board, target, files, engine: placed.tool, packer: placed.packer }),
  );
  return files;
}

/** Shares of the work done when a phase begins, roughly: for the progress display only. */
const phases: readonly [RegExp, number, string][] = [
  [/^Info: Packing/, 0.05, "packing"],
  [/^Info: Running.*placer/, 0.15, "placing"],
  [/^Info: Routing/, 0.6, "routing"],
  [/^Info: Critical path report/, 0.95, "timing"],
];

/** Follows nextpnr's log. */
function phaseWatcher(update: (share: number, phase: string) => void): (line: string) => void {
  return (line) => {
    for (const [pattern, share, phase] of phases) if (pattern.test(line)) update(share, phase);
  };
}
