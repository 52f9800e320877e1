import { testVectors, timelineOf } from "../../accelerator/index.js";
import { buildGraph } from "../../model/index.js";
import { count } from "../../report/format.js";
import { type HardwareResult, resultFiles } from "../results.js";
import { acceleratorReport } from "./accelerator-report.js";
import {
  benchFiles,
  benchWindows,
  clockOf,
  hardwareFolder,
  hardwareKeys,
  hardwareOf,
  hardwareRuns,
} from "./hardware.js";
import { loadIntegerModel, readsIntegerModel } from "./integer.js";
import { loadPrecision, readsPrecision } from "./precision-file.js";
import { loadPrepared, readsPrepared } from "./prepare.js";
import { defineStep } from "./step.js";

/** Integer model -> planned accelerator as VHDL and Verilog, with a test bench that has real windows to check. */
export const generate = defineStep({
  name: "generate",
  title: "planning the accelerator and writing VHDL and Verilog",
  settings: [...hardwareKeys, "clock"],
  reads: { ...readsPrepared, ...readsIntegerModel, train: readsPrecision },
  async run(context) {
    const { configuration, write } = context;
    const model = await loadIntegerModel(context);
    const { test } = await loadPrepared(context);
    const { accelerator } = await loadPrecision(context);
    const { plan, delivery } = hardwareOf(model, configuration, accelerator);
    for (const { path, text } of delivery.files) await write(`${hardwareFolder}${path}`, text);
    const [run = new Int16Array(0)] = hardwareRuns(model, plan.mode, test, benchWindows, benchWindows);
    const vectors = testVectors(model, plan, run);
    await write(benchFiles.samples, vectors.samples);
    await write(benchFiles.expected, vectors.expected);

    const result: HardwareResult = {
      accelerator: {
        ...acceleratorReport(buildGraph(model.architecture, model.precision), plan),
        timeline: timelineOf(model, plan),
      },
      clockMHz: clockOf(configuration),
      plannedCycles: plan.cyclesPerInference,
      plannedInterval: plan.initiationInterval,
      estimate: { basis: "estimated", source: "the planner", used: estimatedResources(plan) },
      top: delivery.face.name,
      vhdl: delivery.vhdl.map(({ path }) => `${hardwareFolder}${path}`),
      verilog: delivery.verilog.map(({ path }) => `${hardwareFolder}${path}`),
      bench: `${hardwareFolder}testbench/${delivery.face.name}_tb.vhd`,
    };
    await write(resultFiles.hardware, `${JSON.stringify(result, undefined, 2)}\n`);
    return `${count(delivery.vhdl.length)} entities in ${hardwareFolder}; ${count(plan.cyclesPerInference)} cycles per inference planned`;
  },
});

function estimatedResources({ device, estimate }: ReturnType<typeof hardwareOf>["plan"]) {
  const { lut, lutram, ff, dsp, blockRam } = estimate;
  return { lut, lutram, ff, dsp, [device.family === "xc7" ? "ramb18" : "ebr"]: blockRam };
}
