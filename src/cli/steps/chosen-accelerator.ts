import { z } from "zod";
import type { ChoicesByName } from "../../accelerator/index.js";
import type { Configuration } from "../configuration.js";

/** Lanes, memories and multipliers that were chosen together with the widths, and what they were chosen for. */
export const chosenAcceleratorSchema = z.strictObject({
  device: z.string(),
  mode: z.enum(["window", "sample"]),
  plan: z.record(z.string(), z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())]))),
});
export type ChosenAccelerator = z.output<typeof chosenAcceleratorSchema>;

/**
 * The parts of the plan that are fixed: those that were chosen with the widths, where they were chosen for this device and mode, and over them
 * those that the user names.
 */
export function fixedPlan(
  settings: Pick<Configuration, "device" | "mode" | "plan">,
  chosen: ChosenAccelerator | null,
): ChoicesByName {
  const { device, mode, plan } = settings;
  if (chosen === null || chosen.device !== device || chosen.mode !== mode) return plan;
  const named = Object.entries(plan).map(([name, fields]) => [name, { ...chosen.plan[name], ...fields }] as const);
  return { ...chosen.plan, ...Object.fromEntries(named) };
}
