import { basename } from "node:path";
import { type Device, device } from "../../accelerator/index.js";
import { GatecastError } from "../../errors.js";
import type { ResourceCounts, ResourceKind } from "../../report/data.js";
import { count, plural } from "../../report/format.js";
import { resourceNames } from "../../report/judge.js";
import { cachedYosys } from "../../toolchain/cached-engines.js";
import type { Netlist } from "../../toolchain/netlist/format.js";
import type { SourceFile, YosysEngine } from "../../toolchain/yosys/engine.js";
import { synthesizeIce40 } from "../../toolchain/yosys/ice40.js";
import { nativeYosys } from "../../toolchain/yosys/native.js";
import { synthesizeXilinx } from "../../toolchain/yosys/synthesize.js";
import { wasmYosys } from "../../toolchain/yosys/wasm.js";
import type { Configuration } from "../configuration.js";
import { type HardwareResult, resultFiles, type SynthesisResult } from "../results.js";
import { hardwareFolder } from "./hardware.js";
import { loadIntegerModel, readsIntegerModel } from "./integer.js";
import { checkNetlist, netlistWindows } from "./netlist-check.js";
import { loadPrepared, readsPrepared } from "./prepare.js";
import { defineStep, type StepContext } from "./step.js";
import { encodeWindows } from "./test-windows.js";
import { toolCache } from "./tool-cache.js";

const logFile = "logs/yosys.log";
export const netlistFile = "synthesis/netlist.json";
/** A netlist stands still for this many times the planned cycles: it will not answer any more. */
const patience = 4;

/** Verilog -> resources against the device's budget, and the netlist itself on test windows. */
export const synthesize = defineStep({
  name: "synthesize",
  title: "synthesising with Yosys",
  settings: ["device", "yosys"],
  reads: {
    ...readsPrepared,
    ...readsIntegerModel,
    generate: [`${hardwareFolder}verilog/`, resultFiles.hardware],
  },
  waits: true,
  external: async ({ yosys, device: name }) => {
    device(name);
    const engine = await engineOf(yosys);
    return { yosys: `${engine.name} ${engine.version}` };
  },
  async run(context) {
    const { configuration, progress, signal } = context;
    const target = device(configuration.device);
    const model = await loadIntegerModel(context);
    const { test } = await loadPrepared(context);
    const hardware: HardwareResult = JSON.parse(await context.readText("generate", resultFiles.hardware));
    const sources = await Promise.all(
      hardware.verilog.map(async (file) => ({ name: basename(file), text: await context.readText("generate", file) })),
    );
    const engine = await engineOf(configuration.yosys);
    const synthesised = await synthesise(context, target, engine, sources, hardware.top);
    await context.adopt(logFile);
    await context.write(netlistFile, synthesised.netlistText);
    context.used(engine.name, engine.version);

    const simulation = progress.start("netlist");
    const checked = await checkNetlist(synthesised.netlist, model, encodeWindows(model, test.spread(netlistWindows)), {
      limit: patience * hardware.plannedCycles,
      signal,
      onProgress: (share) => simulation.update(share * patience, "simulating the netlist"),
    });
    simulation.end(`${plural(checked.windows, "window")}, ${count(checked.mismatches)} different`);
    if (checked.mismatches > 0) {
      throw new GatecastError(
        "verification",
        `The synthesised netlist differs from the integer model on ${checked.mismatches} of ${plural(checked.windows, "window")}.`,
        { remedy: "This is a defect of Gatecast or of the synthesis: please report it with the run folder." },
      );
    }
    const { used } = synthesised;
    const budget = budgetOf(target);
    const kinds = Object.keys(budget) as ResourceKind[];
    const over = kinds.filter((kind) => (used[kind] ?? 0) > (budget[kind] ?? 0));
    const result: SynthesisResult = {
      resources: {
        device: target.title,
        budget,
        totals: [{ basis: "synthesised", source: `${engine.name} ${engine.version}`, used }, hardware.estimate],
      },
      tool: engine.name,
      version: engine.version,
      fits: over.length === 0,
      netlist: { windows: checked.windows, mismatches: checked.mismatches },
    };
    await context.write(resultFiles.synthesis, `${JSON.stringify(result, undefined, 2)}\n`);
    const verdict = over.length === 0 ? "fits" : `does NOT fit (${over.join(", ")})`;
    const counts = kinds.filter((kind) => kind !== "lutram" && budget[kind] !== 0);
    const figures = counts.map((kind) => `${count(used[kind] ?? 0)} ${resourceNames[kind]}`);
    return `${figures.join(", ")}: ${verdict} ${target.title}`;
  },
});

/** Synthesis as the device's family wants it, with its progress. */
async function synthesise(
  context: Pick<StepContext<unknown>, "progress" | "signal" | "folder">,
  target: Device,
  engine: YosysEngine,
  sources: readonly SourceFile[],
  top: string,
): Promise<{ used: ResourceCounts; netlist: Netlist; netlistText: string }> {
  const task = context.progress.start("yosys");
  const passes = new Set<string>();
  const job = {
    sources,
    top,
    engine: cachedYosys(engine, toolCache(context, "yosys")),
    signal: context.signal,
    logFile: `${context.folder}/${logFile}`,
    onLine: (line: string) => {
      const pass = /^(\d+(?:\.\d+)*)\. Executing (\S+)/.exec(line);
      if (pass?.[2] === undefined) return;
      passes.add(pass[1] ?? "");
      task.update(Math.min(0.99, passes.size / expectedPasses), pass[2]);
    },
  };
  if (target.family === "ice40") {
    const { resources, netlist, netlistText } = await synthesizeIce40({ ...job, dsp: target.dsp > 0 });
    task.end();
    const { logicCells, ff, dsp, ebr } = resources;
    return { used: { lut: logicCells, ff, dsp, ebr }, netlist, netlistText };
  }
  const { resources, netlist, netlistText } = await synthesizeXilinx({ ...job, family: "xc7" });
  task.end();
  const { lut, lutram, ff, dsp, ramb18, ramb36 } = resources;
  // A RAMB36 takes the place of two RAMB18.
  return { used: { lut, lutram, ff, dsp, ramb18: ramb18 + 2 * ramb36 }, netlist, netlistText };
}

/** Passes that a synthesis of this kind has, roughly: for the progress display only. */
const expectedPasses = 330;

export async function engineOf(which: Configuration["yosys"]): Promise<YosysEngine> {
  return which === "native" ? nativeYosys() : wasmYosys();
}

/** What the device has of each resource; for iCE40 `lut` are logic cells. */
export function budgetOf({ family, lut, lutram, ff, dsp, blockRam }: Device): ResourceCounts {
  return family === "xc7" ? { lut, lutram, ff, dsp, ramb18: blockRam.count } : { lut, ff, dsp, ebr: blockRam.count };
}
