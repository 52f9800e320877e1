import { type Accelerator, buildAccelerator, device, type Plan, planAccelerator } from "../../accelerator/index.js";
import type { IntegerModel } from "../../integer/index.js";
import type { Configuration } from "../configuration.js";

/** The settings that, with the integer model, make the accelerator. */
export const hardwareKeys = ["device", "mode"] as const;

export const hardwareFolders = { all: "hardware/", vhdl: "hardware/vhdl/", verilog: "hardware/verilog/" } as const;

/** The accelerator of a model: the same model and settings always give the same one. */
export function hardwareOf(
  model: IntegerModel,
  settings: Pick<Configuration, (typeof hardwareKeys)[number]>,
): { plan: Plan; accelerator: Accelerator } {
  const plan = planAccelerator(model, { device: device(settings.device), mode: settings.mode });
  return { plan, accelerator: buildAccelerator(model, plan) };
}

/** The clock at which latency is given, in MHz: what was asked for, or the device's usual one. */
export function clockOf(settings: Pick<Configuration, "clock" | "device">): number {
  return settings.clock ?? device(settings.device).clockHz / 1e6;
}
