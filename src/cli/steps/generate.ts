import { buildGraph } from "../../model/index.js";
import { count } from "../../report/format.js";
import { emitVerilog, emitVhdl, type SourceFile } from "../../rtl/index.js";
import { type HardwareResult, resultFiles } from "../results.js";
import { acceleratorReport } from "./accelerator-report.js";
import { clockOf, hardwareFolders, hardwareKeys, hardwareOf } from "./hardware.js";
import { loadIntegerModel, readsIntegerModel } from "./integer.js";
import { defineStep } from "./step.js";

/** Integer model -> planned accelerator as VHDL and Verilog, with what a user needs to build and check it. */
export const generate = defineStep({
  name: "generate",
  title: "planning the accelerator and writing VHDL and Verilog",
  settings: [...hardwareKeys, "clock"],
  reads: readsIntegerModel,
  async run(context) {
    const { configuration, write } = context;
    const model = await loadIntegerModel(context);
    const { plan, accelerator } = hardwareOf(model, configuration);
    const files: string[] = [];
    const writeAll = async (folder: string, sources: readonly SourceFile[]) => {
      for (const { fileName, text } of sources) {
        await write(`${folder}${fileName}`, text);
        files.push(`${folder}${fileName}`);
      }
    };
    await writeAll(hardwareFolders.vhdl, emitVhdl(accelerator));
    await writeAll(hardwareFolders.verilog, emitVerilog(accelerator));
    const graph = buildGraph(model.architecture, model.precision);
    const result: HardwareResult = {
      accelerator: acceleratorReport(graph, plan),
      clockMHz: clockOf(configuration),
      estimatedCycles: plan.cyclesPerInference,
      estimate: { basis: "estimated", source: "the planner", used: estimatedResources(plan) },
      top: accelerator.graph.name,
      files,
    };
    await write(resultFiles.hardware, `${JSON.stringify(result, undefined, 2)}\n`);
    return `${files.length} files; ${count(plan.cyclesPerInference)} cycles per inference planned`;
  },
});

function estimatedResources({ device, estimate }: ReturnType<typeof hardwareOf>["plan"]) {
  const { lut, lutram, ff, dsp, blockRam } = estimate;
  return { lut, lutram, ff, dsp, [device.family === "xc7" ? "ramb18" : "ebr"]: blockRam };
}
