import { GatecastError } from "../../../errors.js";
import type { Device } from "../../devices.js";
import { picojoulesOf, powerTechnology } from "../coefficients.js";
import { type EnergyCounts, type EnergyUnit, unitsFrom } from "../units.js";
import { nonNegativeLeastSquares } from "./least-squares.js";

/** What is fitted together: one measurement seldom tells more apart. */
export const scaleGroups = {
  clock: ["clock", "clockedFf"],
  fabric: ["register", "logic", "memory"],
  "block RAM": ["blockClock", "block"],
  DSP: ["dspClock", "dsp"],
} as const satisfies Record<string, readonly EnergyUnit[]>;
export type ScaleGroup = keyof typeof scaleGroups;
export const scaleGroupNames = Object.keys(scaleGroups) as ScaleGroup[];

/** A power that somebody has measured or another tool has estimated. */
export interface Observation {
  /** For messages: "forecaster, Block RAM". */
  readonly name: string;
  readonly design: string;
  readonly clockHz: number;
  /** What toggles in a cycle on average, by unit. */
  readonly perCycle: EnergyCounts;
  /** What is in the figure. */
  readonly covers: readonly (ScaleGroup | "static")[];
  readonly milliwatts: number;
}

/** How well an observation is met. */
export interface Residual {
  readonly name: string;
  readonly measured: number;
  readonly before: number;
  readonly after: number;
}

/** Coefficients that fit measurements. */
export interface Calibration {
  readonly family: Device["family"];
  /** The device whose static power this is. */
  readonly device: string;
  readonly picojoules: Readonly<Record<EnergyUnit, number>>;
  /** Multiples of the coefficients before; null: nothing measured tells. */
  readonly scales: Readonly<Record<ScaleGroup, number | null>>;
  /** null: nothing measured tells. */
  readonly staticMilliwatts: number | null;
  /** Dynamic energy lies between these multiples. */
  readonly band: readonly [low: number, high: number];
  readonly residuals: readonly Residual[];
  /** What it was fitted to. */
  readonly source: string;
}

/** How much the coefficients as they were count beside the measurements, whose relative errors count 1. */
const PRIOR_WEIGHT = 0.02;
/** One design says little of others, and even many leave such a doubt. */
const ONE_DESIGN = 0.25;
const LEAST_DOUBT = 0.1;

/**
 * Fits scales of the coefficients, and static power, to measurements: least squares of relative errors, nothing negative. What no measurement
 * covers stays as it was.
 *
 * @param source what the measurements are, for reports
 * @throws GatecastError "data": no measurement, a power that is negative, or one that nothing could explain
 */
export function calibrate(
  device: Pick<Device, "family" | "name">,
  observations: readonly Observation[],
  source: string,
): Calibration {
  if (observations.length === 0) {
    throw new GatecastError("data", "There is no measurement to calibrate with.", {
      remedy: "Give a power report or a table with at least one row.",
    });
  }
  for (const { name, milliwatts, clockHz } of observations) {
    if (!(milliwatts >= 0) || !Number.isFinite(milliwatts)) throw impossible(name, `a power of ${milliwatts} mW`);
    if (!(clockHz > 0) || !Number.isFinite(clockHz)) throw impossible(name, `a clock of ${clockHz} Hz`);
  }
  const energy = picojoulesOf(powerTechnology(device));
  const told = (group: ScaleGroup | "static") =>
    observations.some((one) => one.covers.includes(group) && (group === "static" || powerOf(one, group, energy) > 0));
  const unknowns = [...scaleGroupNames, "static" as const].filter(told);
  // Static power is fitted in multiples of what the largest observation has.
  const unit = Math.max(...observations.map(({ milliwatts }) => milliwatts), 1e-6);
  const termOf = (one: Observation, group: ScaleGroup | "static") =>
    !one.covers.includes(group) ? 0 : group === "static" ? unit : powerOf(one, group, energy);
  // Groups that nothing measures are taken as they were.
  const rest = (one: Observation) =>
    scaleGroupNames.reduce(
      (sum, group) =>
        one.covers.includes(group) && !unknowns.includes(group) ? sum + powerOf(one, group, energy) : sum,
      0,
    );
  const weightOf = ({ milliwatts }: Observation) => 1 / Math.max(milliwatts, unit * 1e-3);
  const rows = observations.map((one) => unknowns.map((group) => termOf(one, group) * weightOf(one)));
  const targets = observations.map((one) => (one.milliwatts - rest(one)) * weightOf(one));
  const prior = unknowns.map((group) => (group === "static" ? 0 : 1));
  const solved = nonNegativeLeastSquares(rows, targets, prior, PRIOR_WEIGHT);
  const solutionOf = (group: ScaleGroup | "static") => {
    const at = unknowns.indexOf(group);
    return at < 0 ? null : (solved[at] ?? null);
  };
  const scales = {
    clock: solutionOf("clock"),
    fabric: solutionOf("fabric"),
    "block RAM": solutionOf("block RAM"),
    DSP: solutionOf("DSP"),
  };
  const staticShare = solutionOf("static");
  const picojoules = unitsFrom((name) => {
    const group = scaleGroupNames.find((candidate) => (scaleGroups[candidate] as readonly EnergyUnit[]).includes(name));
    return energy[name] * ((group && scales[group]) ?? 1);
  });
  const staticMilliwatts = staticShare === null ? null : staticShare * unit;
  const predicted = (one: Observation, of: Readonly<Record<EnergyUnit, number>>, fixed: number) =>
    one.covers.reduce((sum, group) => sum + (group === "static" ? fixed : powerOf(one, group, of)), 0);
  const residuals = observations.map((one) => ({
    name: one.name,
    measured: one.milliwatts,
    before: predicted(one, energy, 0),
    after: predicted(one, picojoules, staticMilliwatts ?? 0),
  }));
  return {
    family: device.family,
    device: device.name,
    picojoules,
    scales,
    staticMilliwatts,
    band: bandOf(residuals, new Set(observations.map(({ design }) => design)).size),
    residuals,
    source,
  };
}

/** mW of a group in an observation. */
function powerOf({ clockHz, perCycle }: Observation, group: ScaleGroup, energy: EnergyCounts): number {
  const picojoules = (scaleGroups[group] as readonly EnergyUnit[]).reduce(
    (sum, name) => sum + perCycle[name] * energy[name],
    0,
  );
  return picojoules * clockHz * 1e-9;
}

function bandOf(residuals: readonly Residual[], designs: number): readonly [number, number] {
  const whole = residuals.reduce((sum, { measured }) => sum + measured, 0);
  const errors = residuals.map(({ measured, after }) => (after - measured) * (after - measured));
  const relative = whole === 0 ? 0 : Math.sqrt(errors.reduce((sum, one) => sum + one, 0)) / whole;
  const doubt = Math.min(0.9, Math.max(designs === 1 ? ONE_DESIGN : LEAST_DOUBT, 2 * relative));
  return [1 - doubt, 1 + doubt];
}

function impossible(name: string, what: string): GatecastError {
  return new GatecastError("data", `The measurement "${name}" has ${what}, which cannot be.`, {
    remedy: "Correct the row: powers are in mW and not negative, clocks above 0.",
    where: { measurement: name },
  });
}
