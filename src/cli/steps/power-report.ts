import {
  type Activity,
  type ClockedResources,
  defaultActivity,
  device,
  type Estimate,
  estimatePower,
} from "../../accelerator/index.js";
import type { Basis, PowerReport, ResourceCounts } from "../../report/data.js";
import type { Configuration } from "../configuration.js";
import { dutyCycleOf, type PowerSettings, powerBasis } from "../power-settings.js";
import type { ActivityResult, HardwareResult, SimulationResult, SynthesisResult } from "../results.js";

/** What earlier steps have found, as far as they were done. */
export interface PowerInputs {
  readonly generated: HardwareResult | undefined;
  readonly simulated: SimulationResult | undefined;
  readonly synthesised: SynthesisResult | undefined;
}

/**
 * Power and energy by the best that is known: simulated activity, synthesised resources; else the plan's own. Undefined without a plan.
 *
 * @throws GatecastError "usage" for a period in which no inference fits, "data" for a calibration that cannot be used
 */
export async function powerReport(
  settings: PowerSettings & Pick<Configuration, "device">,
  { generated, simulated, synthesised }: PowerInputs,
): Promise<PowerReport | undefined> {
  if (generated === undefined) return undefined;
  const target = device(settings.device);
  const { clockMHz, plannedCycles, plannedInterval, estimate } = generated;
  const counted = synthesised?.resources.totals.find(({ basis }) => basis === "synthesised");
  const used = counted ?? estimate;
  const planned = { device: target, estimate: estimateOf(estimate.used), initiationInterval: plannedInterval };
  const basis = await powerBasis(settings, target, "");
  const power = estimatePower({
    activity: simulated === undefined ? defaultActivity(planned) : activityOf(simulated.activity),
    ...basis,
    clockHz: clockMHz * 1e6,
    cycles: plannedCycles,
    resources: clockedOf(used.used),
  });
  const latencySeconds = plannedCycles / (clockMHz * 1e6);
  const resourcesBasis: Basis = used.basis;
  const dutyCycle = dutyCycleOf(settings, power, latencySeconds, target);
  return { clockMHz, latencySeconds, resourcesBasis, estimate: power, dutyCycle };
}

/** The simulated activity of a run. */
export function activityOf({ toggles, parts }: ActivityResult): Activity {
  return { basis: "simulated", toggles, parts: new Map(Object.entries(parts)) };
}

/** What the clock moves, of resources as reports have them. */
export function clockedOf({ ff = 0, dsp = 0, ramb18, ebr }: ResourceCounts): ClockedResources {
  return { ff, dsp, blockRam: ramb18 ?? ebr ?? 0 };
}

function estimateOf(used: ResourceCounts): Estimate {
  return { lut: used.lut ?? 0, lutram: used.lutram ?? 0, ...clockedOf(used) };
}
