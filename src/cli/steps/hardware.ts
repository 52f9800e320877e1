import { type Delivery, device, generateAccelerator, type Plan, planAccelerator } from "../../accelerator/index.js";
import type { IntegerModel } from "../../integer/index.js";
import type { WindowSet } from "../../series/index.js";
import type { Configuration } from "../configuration.js";
import { type ChosenAccelerator, fixedPlan } from "./chosen-accelerator.js";
import { encodeWindows, sampleRuns } from "./test-windows.js";

/** The settings that, with the integer model, make the accelerator. */
export const hardwareKeys = ["device", "mode", "goal", "plan"] as const;

/** Everything that is generated stands in this folder, which can be taken away as a whole. */
export const hardwareFolder = "hardware/";
/** What the test bench reads, beside the file lists. */
export const benchFiles = {
  samples: `${hardwareFolder}samples.txt`,
  expected: `${hardwareFolder}expected.txt`,
} as const;
/** Windows that the generated test bench checks. */
export const benchWindows = 32;

/**
 * The accelerator of a model: the same model and settings always give the same one.
 *
 * @param chosen what was chosen with the model's widths
 */
export function hardwareOf(
  model: IntegerModel,
  settings: Pick<Configuration, (typeof hardwareKeys)[number]>,
  chosen: ChosenAccelerator | null,
): { plan: Plan; delivery: Delivery } {
  const { mode, goal } = settings;
  const fixed = fixedPlan(settings, chosen);
  const plan = planAccelerator(model, { device: device(settings.device), mode, goal, plan: fixed });
  return { plan, delivery: generateAccelerator(model, plan) };
}

/** The clock at which latency is given, in MHz: what was asked for, or the device's usual one. */
export function clockOf(settings: Pick<Configuration, "clock" | "device">): number {
  return settings.clock ?? device(settings.device).clockHz / 1e6;
}

/**
 * Test windows as sample codes for the hardware, in runs of at most `most` windows: whole windows in mode `window`, series of
 * rows in mode `sample`. In mode `window` they are spread over the test part.
 */
export function hardwareRuns(
  model: IntegerModel,
  mode: Plan["mode"],
  test: WindowSet,
  count: number,
  most: number,
): Int16Array[] {
  if (mode === "sample") return sampleRuns(model, test, count, most);
  const codes = encodeWindows(model, test.spread(count));
  const runs: Int16Array[] = [];
  for (let at = 0; at < codes.length; at += most * test.inputSize) {
    runs.push(codes.subarray(at, at + most * test.inputSize));
  }
  return runs;
}

/** Forecasts that a run of sample codes gives. */
export function forecastsOf(model: IntegerModel, mode: Plan["mode"], run: ArrayLike<number>): number {
  const { window, inputs } = model.architecture;
  const rows = run.length / inputs;
  return mode === "window" ? rows / window : rows - window + 1;
}
