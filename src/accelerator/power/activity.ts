import type { InstanceToggles } from "../../rtl/index.js";
import type { Plan } from "../plan.js";
import { activityRates } from "./activity-rates.js";
import { type EnergyCounts, unitsFrom } from "./units.js";

/** What toggles in one inference, without what the clock alone does. */
export interface Toggles {
  readonly register: number;
  readonly logic: number;
  readonly memory: number;
  readonly block: number;
  readonly dsp: number;
}

/** Activity of a design, and how it was come by. */
export interface Activity {
  /** `simulated`: counted in the register transfer; `default`: the rates of other designs on the plan's resources. */
  readonly basis: "simulated" | "default";
  readonly toggles: Toggles;
  /** Of each part of the network, by the name of its instance ("layers_0_linear1"); null where only the whole is known. */
  readonly parts: ReadonlyMap<string, Toggles> | null;
}

const NONE: Toggles = { register: 0, logic: 0, memory: 0, block: 0, dsp: 0 };

/**
 * The activity of one inference from counted toggles.
 *
 * @param toggles of a simulation (`simulateAccelerator` with `countToggles`), from its first cycle
 * @param inferences simulated
 */
export function simulatedActivity(toggles: readonly InstanceToggles[], inferences: number): Activity {
  if (!(inferences > 0)) throw new RangeError(`toggles of ${inferences} inferences`);
  let whole = NONE;
  const parts = new Map<string, Toggles>();
  for (const { path, register, memory, block, dsp, other } of toggles) {
    const one = scaled({ register, logic: other, memory, block, dsp }, 1 / inferences);
    whole = plus(whole, one);
    // forecaster_core.network.layers_0_linear1.product -> layers_0_linear1
    const [, inside, part] = path.split(".");
    const name = inside === "network" ? (part ?? "network") : "wake";
    parts.set(name, plus(parts.get(name) ?? NONE, one));
  }
  return { basis: "simulated", toggles: whole, parts };
}

/** What a design of these resources toggles, as far as others are a measure: before anything is simulated. */
export function defaultActivity({
  device,
  estimate,
  initiationInterval,
}: Pick<Plan, "device" | "estimate" | "initiationInterval">): Activity {
  const { ff, lut, lutram, dsp, blockRam } = estimate;
  const rates = activityRates[device.family];
  const cycles = initiationInterval;
  const toggles = {
    register: rates.register * ff * cycles,
    logic: rates.logic * (lut - lutram) * cycles,
    memory: rates.memory * ff * cycles,
    block: rates.block * blockRam * cycles,
    dsp: rates.dsp * dsp * cycles,
  };
  return { basis: "default", toggles, parts: null };
}

/** Everything that takes energy in one inference of so many cycles. */
export function countsOf(
  toggles: Toggles,
  cycles: number,
  { ff, blockRam, dsp }: { readonly ff: number; readonly blockRam: number; readonly dsp: number },
): EnergyCounts {
  return {
    ...unitsFrom(() => 0),
    ...toggles,
    clock: cycles,
    clockedFf: cycles * ff,
    blockClock: cycles * blockRam,
    dspClock: cycles * dsp,
  };
}

function scaled(toggles: Toggles, by: number): Toggles {
  const { register, logic, memory, block, dsp } = toggles;
  return { register: register * by, logic: logic * by, memory: memory * by, block: block * by, dsp: dsp * by };
}

function plus(a: Toggles, b: Toggles): Toggles {
  return {
    register: a.register + b.register,
    logic: a.logic + b.logic,
    memory: a.memory + b.memory,
    block: a.block + b.block,
    dsp: a.dsp + b.dsp,
  };
}
