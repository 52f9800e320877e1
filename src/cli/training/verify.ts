import { defaultActivity, device, estimatePower, type Plan, planAccelerator } from "../../accelerator/index.js";
import { GatecastError } from "../../errors.js";
import type { IntegerModel } from "../../integer/index.js";
import { count, significant } from "../../report/format.js";
import type { Configuration } from "../configuration.js";
import { powerBasis } from "../power-settings.js";
import { type ChosenAccelerator, fixedPlan } from "../steps/chosen-accelerator.js";
import { clockOf } from "../steps/hardware.js";
import { type ChoiceSettings, limitsOf } from "./chooser.js";

/**
 * Plans the accelerator of a trained choice: widths were chosen with numbers that stood in for trained ones.
 *
 * @returns what was chosen with the widths, where that holds; null where only a plan that is made anew is within the limits
 * @throws GatecastError "hardware" where none is
 */
export async function verifyChoice(
  model: IntegerModel,
  settings: ChoiceSettings & Pick<Configuration, "goal">,
  chosen: ChosenAccelerator,
): Promise<ChosenAccelerator | null> {
  const { mode, goal } = settings;
  const planned = (accelerator: ChosenAccelerator | null) =>
    planAccelerator(model, { device: device(settings.device), mode, goal, plan: fixedPlan(settings, accelerator) });
  try {
    await requireWithin(planned(chosen), settings);
    return chosen;
  } catch (error) {
    // What the user fixed wrongly shows again below.
    if (!(error instanceof GatecastError)) throw error;
  }
  await requireWithin(planned(null), settings);
  return null;
}

async function requireWithin(plan: Plan, settings: ChoiceSettings): Promise<void> {
  const { cycles, microjoules } = limitsOf(settings).hardware;
  const missed = (what: string, key: string) =>
    new GatecastError("hardware", `The chosen design, with its trained numbers, takes ${what}.`, {
      remedy: "Allow a little more; the choice was made with numbers that stand in for trained ones.",
      where: { key },
    });
  if (cycles !== undefined && plan.cyclesPerInference > cycles) {
    throw missed(`${count(plan.cyclesPerInference)} cycles; the limit is ${count(cycles)}`, "maxLatency");
  }
  if (microjoules === undefined) return;
  const energy = await microjoulesOf(plan, settings);
  if (energy > microjoules) {
    throw missed(`${significant(energy)} uJ by estimate; the limit is ${significant(microjoules)} uJ`, "maxEnergy");
  }
}

/** Energy of an inference by estimate, static power over its latency included. */
export async function microjoulesOf(plan: Plan, settings: ChoiceSettings): Promise<number> {
  const power = estimatePower({
    activity: defaultActivity(plan),
    ...(await powerBasis(settings, plan.device, "")),
    clockHz: clockOf(settings) * 1e6,
    cycles: plan.cyclesPerInference,
    resources: plan.estimate,
  });
  return power.energyPerInference.value;
}
