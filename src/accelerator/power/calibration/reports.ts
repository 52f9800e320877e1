import { GatecastError } from "../../../errors.js";
import type { EnergyCounts } from "../units.js";
import { type Observation, type ScaleGroup, scaleGroupNames } from "./calibrate.js";

/** The design that a tool has reported on, and what toggles in it. */
export interface ReportedDesign {
  readonly name: string;
  readonly clockHz: number;
  readonly perCycle: EnergyCounts;
}

/** Rows of Vivado's `report_power` that belong to a group; inputs, outputs and clock managers are no part of the network. */
const vivadoRows = {
  clock: ["Clocks"],
  fabric: ["Slice Logic", "Signals"],
  "block RAM": ["Block RAM"],
  DSP: ["DSPs"],
} as const satisfies Record<ScaleGroup, readonly string[]>;

/** Half of what is told as "<0.001" W. */
const BELOW_THE_LAST_PLACE = 0.5;

/**
 * Vivado's power by part as observations, each of a group of coefficients of its own.
 *
 * @param report watts: static power, and rows of "On-Chip Components"
 */
export function vivadoObservations(
  report: {
    readonly static: number;
    readonly parts: ReadonlyMap<string, { readonly watts: number; readonly atMost: boolean }>;
  },
  design: ReportedDesign,
): Observation[] {
  const common = { design: design.name, clockHz: design.clockHz, perCycle: design.perCycle };
  const groups = scaleGroupNames.flatMap((group): Observation[] => {
    const rows = vivadoRows[group].flatMap((name) => report.parts.get(name) ?? []);
    if (rows.length === 0) return [];
    const milliwatts = rows.reduce(
      (sum, { watts, atMost }) => sum + 1e3 * watts * (atMost ? BELOW_THE_LAST_PLACE : 1),
      0,
    );
    return [{ ...common, name: `${design.name}, ${group}`, covers: [group], milliwatts }];
  });
  return [
    ...groups,
    { ...common, name: `${design.name}, static`, covers: ["static"], milliwatts: 1e3 * report.static },
  ];
}

/** Watts that a report of Radiant's Power Calculator tells of a design. */
export interface RadiantPower {
  readonly static: number;
  readonly dynamic: number;
  readonly total: number;
}

/**
 * Reads the text report of Radiant's Power Calculator: its line `Total Power Est. Design : <static> W, <dynamic> W, <total> W`.
 *
 * @throws GatecastError "data" where there is no such line, or its numbers cannot be
 */
export function readRadiantPower(text: string, file: string): RadiantPower {
  const wrong = (what: string) =>
    new GatecastError("data", `The power report ${file} cannot be used: ${what}.`, {
      remedy: "It must be the text report of Radiant's Power Calculator, whole.",
      where: { file },
    });
  const watts = String.raw`(-?\d+(?:\.\d+)?(?:[eE]-?\d+)?)\s*W`;
  const line = new RegExp(String.raw`Total Power Est\.?\s*Design\s*:\s*${watts}\s*,\s*${watts}\s*,\s*${watts}`).exec(
    text,
  );
  if (line === null) throw wrong('it has no line "Total Power Est. Design : ... W, ... W, ... W"');
  const [fixed, dynamic, total] = [Number(line[1]), Number(line[2]), Number(line[3])];
  if (Math.min(fixed, dynamic, total) < 0) throw wrong("a power is negative");
  // Each number is rounded by itself.
  if (Math.abs(total - fixed - dynamic) > 0.02 * total + 2e-6) {
    throw wrong(`static (${fixed} W) and dynamic power (${dynamic} W) are not the total of ${total} W`);
  }
  return { static: fixed, dynamic, total };
}

export function radiantObservations(power: RadiantPower, design: ReportedDesign): Observation[] {
  const common = { design: design.name, clockHz: design.clockHz, perCycle: design.perCycle };
  return [
    { ...common, name: `${design.name}, dynamic`, covers: scaleGroupNames, milliwatts: 1e3 * power.dynamic },
    { ...common, name: `${design.name}, static`, covers: ["static"], milliwatts: 1e3 * power.static },
  ];
}
