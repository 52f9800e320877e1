import { basename } from "node:path";
import { type Device, device } from "../../accelerator/index.js";
import { GatecastError } from "../../errors.js";
import type { ResourceCounts, ResourceKind } from "../../report/data.js";
import { count, plural } from "../../report/format.js";
import type { YosysEngine } from "../../toolchain/yosys/engine.js";
import { nativeYosys } from "../../toolchain/yosys/native.js";
import { type SynthesisResult as Synthesised, synthesizeXilinx } from "../../toolchain/yosys/synthesize.js";
import { wasmYosys } from "../../toolchain/yosys/wasm.js";
import type { Configuration } from "../configuration.js";
import { type HardwareResult, resultFiles, type SynthesisResult } from "../results.js";
import { hardwareFolder } from "./hardware.js";
import { loadIntegerModel, readsIntegerModel } from "./integer.js";
import { checkNetlist, netlistWindows } from "./netlist-check.js";
import { loadPrepared, readsPrepared } from "./prepare.js";
import { defineStep } from "./step.js";
import { encodeWindows } from "./test-windows.js";

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
    supportedDevice(name);
    const engine = await engineOf(yosys);
    return { yosys: `${engine.name} ${engine.version}` };
  },
  async run(context) {
    const { configuration, progress, signal } = context;
    const target = supportedDevice(configuration.device);
    const model = await loadIntegerModel(context);
    const { test } = await loadPrepared(context);
    const hardware: HardwareResult = JSON.parse(await context.readText("generate", resultFiles.hardware));
    const sources = await Promise.all(
      hardware.verilog.map(async (file) => ({ name: basename(file), text: await context.readText("generate", file) })),
    );
    const task = progress.start("yosys");
    const passes = new Set<string>();
    const synthesised = await synthesizeXilinx({
      sources,
      top: hardware.top,
      family: "xc7",
      engine: await engineOf(configuration.yosys),
      signal,
      logFile: `${context.folder}/${logFile}`,
      onLine: (line) => {
        const pass = /^(\d+(?:\.\d+)*)\. Executing (\S+)/.exec(line);
        if (pass?.[2] === undefined) return;
        passes.add(pass[1] ?? "");
        task.update(Math.min(0.99, passes.size / expectedPasses), pass[2]);
      },
    });
    task.end();
    await context.adopt(logFile);
    await context.write(netlistFile, synthesised.netlistText);
    context.used(synthesised.tool.name, synthesised.tool.version);

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
    const used = countsOf(synthesised);
    const budget = budgetOf(target);
    const over = (Object.keys(budget) as ResourceKind[]).filter((kind) => (used[kind] ?? 0) > (budget[kind] ?? 0));
    const tool = `${synthesised.tool.name} ${synthesised.tool.version}`;
    const result: SynthesisResult = {
      resources: {
        device: target.title,
        budget,
        totals: [{ basis: "synthesised", source: tool, used }, hardware.estimate],
      },
      tool: synthesised.tool.name,
      version: synthesised.tool.version,
      fits: over.length === 0,
      netlist: { windows: checked.windows, mismatches: checked.mismatches },
    };
    await context.write(resultFiles.synthesis, `${JSON.stringify(result, undefined, 2)}\n`);
    const verdict = over.length === 0 ? "fits" : `does NOT fit (${over.join(", ")})`;
    return `${count(used.lut ?? 0)} LUT, ${count(used.ff ?? 0)} FF, ${used.dsp ?? 0} DSP, ${used.ramb18 ?? 0} RAMB18: ${verdict} ${target.title}`;
  },
});

/** @throws GatecastError "hardware" for a device whose synthesis is not modelled */
function supportedDevice(name: string): Device {
  const target = device(name);
  if (target.family === "xc7") return target;
  throw new GatecastError("hardware", `Synthesis for ${target.title} is not supported yet.`, {
    remedy:
      "Choose a 7-series device (--device xc7s15); or do the steps `train`, `evaluate`, `generate`, `simulate` and `report` alone.",
    where: { device: target.name },
  });
}

/** Passes that a synthesis of this kind has, roughly: for the progress display only. */
const expectedPasses = 330;

async function engineOf(which: Configuration["yosys"]): Promise<YosysEngine> {
  return which === "native" ? nativeYosys() : wasmYosys();
}

/** A RAMB36 takes the place of two RAMB18. */
function countsOf({ resources }: Synthesised): ResourceCounts {
  const { lut, lutram, ff, dsp, ramb18, ramb36 } = resources;
  return { lut, lutram, ff, dsp, ramb18: ramb18 + 2 * ramb36 };
}

function budgetOf({ lut, lutram, ff, dsp, blockRam }: Device): ResourceCounts {
  return { lut, lutram, ff, dsp, ramb18: blockRam.count };
}
