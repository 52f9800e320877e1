import type { Plan } from "../plan.js";
import { type Activity, countsOf, type Toggles } from "./activity.js";
import { type PowerTechnology, picojoulesOf, type StaticPower } from "./coefficients.js";
import { type EnergyCounts, type EnergyPart, energyPartNames, energyParts, energyUnitNames } from "./units.js";

/** A figure and the band in which it lies. */
export interface Banded {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface PowerEstimate {
  /** "uncalibrated", or what the coefficients were fitted to. */
  readonly label: string;
  readonly activity: Activity["basis"];
  /** mW, whatever the clock does. */
  readonly static: StaticPower;
  /** mW while an inference runs, by part of the device, and all parts together. */
  readonly dynamicParts: readonly { readonly part: EnergyPart; readonly milliwatts: number }[];
  readonly dynamic: Banded;
  /** mW while an inference runs: static and dynamic. */
  readonly total: Banded;
  /** mW while the clock runs and nothing is to be done: static and the clock tree. */
  readonly idle: Banded;
  /** mW with the clock stopped in front of the design (BUFGCE): static alone. */
  readonly gated: Banded;
  /** Microjoules of one inference, static power over its latency included. */
  readonly energyPerInference: Banded;
  /** The same by part, `static` last; their sum is `energyPerInference.value`. */
  readonly energyParts: readonly { readonly part: EnergyPart | "static"; readonly microjoules: number }[];
  /** Dynamic microjoules of one inference by part of the network, the most first; what the clock takes is not in it. Empty where not simulated. */
  readonly operators: readonly { readonly name: string; readonly microjoules: number }[];
}

/** Flip-flops, block memories and multiplier blocks: estimated or synthesised. */
export interface ClockedResources {
  readonly ff: number;
  readonly blockRam: number;
  readonly dsp: number;
}

export interface PowerOptions {
  readonly activity: Activity;
  readonly technology: PowerTechnology;
  readonly static: StaticPower;
  readonly clockHz: number;
  /** First sample in to forecast out. */
  readonly cycles: Plan["cyclesPerInference"];
  readonly resources: ClockedResources;
}

/** Power and energy of a design: one inference on a machine that has nothing else to do. */
export function estimatePower(options: PowerOptions): PowerEstimate {
  const { activity, technology, clockHz, cycles, resources } = options;
  const energy = picojoulesOf(technology);
  const [low, high] = technology.band;
  const seconds = cycles / clockHz;
  /** Picojoules in an inference to mW while it runs. */
  const milliwatts = (picojoules: number) => (picojoules / seconds) * 1e-9;
  const counts = countsOf(activity.toggles, cycles, resources);
  const parts = energyPartNames.map((part) => ({ part, picojoules: partEnergy(part, counts, energy) }));
  const picojoules = parts.reduce((sum, one) => sum + one.picojoules, 0);
  const dynamic = banded(milliwatts(picojoules), low, high);
  const fixed: Banded = { value: options.static.milliwatts, low: options.static.low, high: options.static.high };
  const total = sumOf(fixed, dynamic);
  const clock = banded(milliwatts(clockEnergy(counts, energy)), low, high);
  const microjoules = (power: number) => power * seconds * 1e3;
  return {
    label: technology.calibration === null ? "uncalibrated" : `calibrated with ${technology.calibration}`,
    activity: activity.basis,
    static: options.static,
    dynamicParts: parts.map((one) => ({ part: one.part, milliwatts: milliwatts(one.picojoules) })),
    dynamic,
    total,
    idle: sumOf(fixed, clock),
    gated: fixed,
    energyPerInference: {
      value: microjoules(total.value),
      low: microjoules(total.low),
      high: microjoules(total.high),
    },
    energyParts: [
      ...parts.map((one) => ({ part: one.part, microjoules: one.picojoules * 1e-6 })),
      { part: "static" as const, microjoules: microjoules(fixed.value) },
    ],
    operators: operatorEnergies(activity.parts, energy),
  };
}

function partEnergy(part: EnergyPart, counts: EnergyCounts, energy: EnergyCounts): number {
  return energyParts[part].reduce((sum, unit) => sum + counts[unit] * energy[unit], 0);
}

/** What the clock takes, whether anything toggles or not. */
function clockEnergy(counts: EnergyCounts, energy: EnergyCounts): number {
  const units = ["clock", "clockedFf", "blockClock", "dspClock"] as const;
  return units.reduce((sum, unit) => sum + counts[unit] * energy[unit], 0);
}

function operatorEnergies(parts: ReadonlyMap<string, Toggles> | null, energy: EnergyCounts) {
  const none = { ff: 0, blockRam: 0, dsp: 0 };
  return [...(parts ?? [])]
    .map(([name, toggles]) => {
      const counts = countsOf(toggles, 0, none);
      return { name, microjoules: 1e-6 * energyUnitNames.reduce((sum, unit) => sum + counts[unit] * energy[unit], 0) };
    })
    .sort((a, b) => b.microjoules - a.microjoules);
}

function banded(value: number, low: number, high: number): Banded {
  return { value, low: value * low, high: value * high };
}

function sumOf(a: Banded, b: Banded): Banded {
  return { value: a.value + b.value, low: a.low + b.low, high: a.high + b.high };
}
