import { join } from "node:path";
import { interfaceOf } from "../../../accelerator/delivery/interface.js";
import { serialTop } from "../../../accelerator/delivery/serial.js";
import { type Board, boardOf, type Device, device } from "../../../accelerator/index.js";
import { contentHash } from "../../../toolchain/files.js";
import { findTool, findToolIfPresent, settingVariable, type ToolPresence } from "../../../toolchain/tools.js";
import { finishedFor, readVivado, runVivado, type VivadoResult } from "../../../toolchain/vivado/run.js";
import {
  boardConstraints,
  clockConstraint,
  type VivadoProject,
  vivadoFiles,
  vivadoScript,
} from "../../../toolchain/vivado/script.js";
import type { ImplementationResult } from "../../results.js";
import { benchFiles } from "../hardware.js";
import { loadIntegerModel } from "../integer.js";
import type { Flow, FlowJob } from "./flow.js";
import { serialProtocol } from "./serial-readme.js";

export const vivadoFolder = "implementation/vivado/";

/**
 * The 7 series by Vivado: a script is written in any case, and run where Vivado is there. Reports of the very same design that are in the folder already (the
 * script may have been run by hand, or on another machine) are read as they are.
 */
export const vivadoFlow: Flow = {
  async tools({ route }) {
    if (route === "no") return { vivado: "not wanted (--route no)" };
    const found = await vivadoFor(route);
    return { vivado: found.tool === undefined ? found.reason : found.tool.version };
  },
  async run(job: FlowJob): Promise<ImplementationResult> {
    const { context } = job;
    const { configuration, signal } = context;
    const target = device(configuration.device);
    const board = boardOf(target, configuration.board);
    const { project, files } = await writeProject(job, target, board);
    const folder = join(context.folder, vivadoFolder);
    if ((await finishedFor(folder)) !== project.identity) {
      const found: ToolPresence =
        configuration.route === "no" ? { reason: "not wanted (--route no)" } : await vivadoFor(configuration.route);
      if (found.tool === undefined) {
        return { state: "not done", reason: `${found.reason}; ${vivadoFolder}README.md says what to type`, files };
      }
      const task = context.progress.start("vivado");
      const logFile = "logs/vivado.log";
      await runVivado(folder, {
        signal,
        logFile: join(context.folder, logFile),
        onLine: (line) => {
          const at = steps.findIndex((step) => line.startsWith(`Command: ${step}`));
          if (at >= 0) task.update(at / steps.length, steps[at] ?? "");
        },
      });
      task.end();
      await context.adopt(logFile);
    } else {
      context.progress.say("vivado      the reports of this very design are there already");
    }
    const subject = { design: project.top, device: target.name, package: packageOf(target, board) };
    const result = await readVivado(folder, subject, project.board?.top ?? null);
    context.used("vivado", result.utilisation.head.version);
    for (const file of [vivadoFiles.utilisation, vivadoFiles.timing, vivadoFiles.power]) {
      await context.adopt(`${vivadoFolder}${file}`);
    }
    if (board !== undefined) await context.adopt(`${vivadoFolder}${vivadoFiles.bitstream}`);
    return { ...(await reportOf(context, project, result, board, job.targetMHz)), files };
  },
};

/** Commands of the script that take time, in order; for the progress display only. */
const steps = ["synth_design", "opt_design", "place_design", "phys_opt_design", "route_design", "report_power"];

async function vivadoFor(route: "auto" | "yes" | "no"): Promise<ToolPresence> {
  return route === "yes" ? { tool: await findTool("vivado") } : findToolIfPresent("vivado");
}

function packageOf(target: Device, board: Board | undefined): string {
  return board?.package ?? target.packages[0]?.name ?? "";
}

async function writeProject(
  { context, hardware, targetMHz }: FlowJob,
  target: Device,
  board: Board | undefined,
): Promise<{ project: VivadoProject; files: string[] }> {
  const model = await loadIntegerModel(context);
  const face = interfaceOf(model, hardware.top, hardware.accelerator.mode);
  const periodNs = 1000 / targetMHz;
  const inside = (path: string) => `../../${path}`;
  const texts = new Map<string, string>([[vivadoFiles.clock, clockConstraint(periodNs)]]);
  const serial = board === undefined ? undefined : serialTop(face, { clockHz: board.clockHz });
  if (serial !== undefined && board !== undefined) {
    texts.set(serial.fileName, serial.text);
    texts.set(`${board.name}.xdc`, boardConstraints(board));
  }
  const project = (identity: string): VivadoProject => ({
    identity,
    top: hardware.top,
    part: `${target.name}${packageOf(target, board)}${target.speedGrades[0] ?? ""}`,
    periodNs,
    vhdl: hardware.vhdl.map(inside),
    bench: {
      file: inside(hardware.bench),
      entity: `${hardware.top}_tb`,
      instance: "accelerator",
      data: Object.values(benchFiles).map(inside),
    },
    ...(serial === undefined || board === undefined
      ? {}
      : {
          board: {
            top: serial.name,
            file: serial.fileName,
            constraints: `${board.name}.xdc`,
            clockMHz: board.clockHz / 1e6,
          },
        }),
  });
  const sources = [...hardware.vhdl, hardware.bench, ...Object.values(benchFiles)];
  const contents = await Promise.all(sources.map((file) => context.readText("generate", file)));
  const identity = contentHash(JSON.stringify([vivadoScript(project("")), [...texts], contents])).slice(0, 32);
  const final = project(identity);
  texts.set(vivadoFiles.script, vivadoScript(final));
  texts.set(
    "README.md",
    readme(final, target, board, serial === undefined || board === undefined ? [] : serialProtocol(serial, board)),
  );
  const files: string[] = [];
  for (const [name, text] of texts) {
    await context.write(`${vivadoFolder}${name}`, text);
    files.push(`${vivadoFolder}${name}`);
  }
  return { project: final, files };
}

async function reportOf(
  context: FlowJob["context"],
  project: VivadoProject,
  { utilisation, timing, power }: VivadoResult,
  board: Board | undefined,
  targetMHz: number,
) {
  const { lut, lutram, ff, dsp, ramb18, head } = utilisation;
  const source = `vivado ${head.version}`;
  const activity = power.activityFile === null ? ", activity guessed" : "";
  const bitstream = `${vivadoFolder}${vivadoFiles.bitstream}`;
  return {
    state: "done" as const,
    source,
    of: `the accelerator by itself, for the ${project.part}`,
    used: { lut, lutram, ff, dsp, ramb18 },
    clock: { fmaxMHz: timing.fmaxMHz, targetMHz },
    power: { source: `${source}${activity}`, total: power.total, dynamic: power.dynamic, static: power.static },
    ...(board === undefined
      ? {}
      : {
          bitstream: {
            file: bitstream,
            bytes: (await context.scratch.read(bitstream))?.length ?? 0,
            board: board.title,
            clockMHz: board.clockHz / 1e6,
          },
        }),
  };
}

function readme(project: VivadoProject, target: Device, board: Board | undefined, protocol: readonly string[]): string {
  return `${[
    `# ${project.top} in Vivado`,
    "",
    `For the ${target.title} (${project.part}). Nothing here needs more than Vivado (2019.2 or newer; the free edition will do), on this machine or another:`,
    "copy the run's folder, or `hardware/` and `implementation/` of it.",
    "",
    "```sh",
    "cd implementation/vivado",
    `vivado -mode batch -source ${vivadoFiles.script}`,
    "```",
    "",
    `1. Synthesis and implementation of the accelerator by itself, at ${project.periodNs.toFixed(3)} ns: \`${vivadoFiles.utilisation}\`, \`${vivadoFiles.timing}\`.`,
    `2. Power: the routed netlist runs the test bench's windows in Vivado's simulator, and what toggles (SAIF) goes into \`${vivadoFiles.power}\`.`,
    board === undefined
      ? `3. No bitstream: no board with the ${target.title} is known, and so no pins. \`hardware/${project.top}.vho\` is there to copy into your design.`
      : `3. A bitstream for the ${board.title}, behind a serial line: \`${vivadoFiles.bitstream}\`. Load it with \`openFPGALoader ${vivadoFiles.bitstream}\`, or in Vivado's hardware manager.`,
    "",
    "Then, with the reports in their place (copy `reports/` back where it was another machine):",
    "",
    "```sh",
    "gatecast synthesize --run FOLDER --tool vivado --force",
    "```",
    "",
    `Where Vivado is on the PATH, or \`${settingVariable("vivado")}\` says where it is, that command does all of it.`,
    "Reports of another design, or of an earlier version of this one, are not taken.",
    "",
    ...protocol,
    "",
  ].join("\n")}`;
}
