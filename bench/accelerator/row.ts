import type { Fold, ScaleKind } from "../../src/model/index.js";
import { budgets, type DeviceName, deviceOf, type Resource, type RowSpec } from "./rows.js";

/** What was compared with the interpreter, window by window. */
export interface Check {
  readonly what: "rtl" | "rtl with pauses" | "vhdl" | "netlist";
  readonly windows: number;
  readonly mismatches: number;
}

/** Exact cycles, counted by the plan and found the same in simulation. */
export interface MeasuredCycles {
  readonly cycles: number;
  readonly initiationInterval: number;
}

/** Of the whole design, flattened. */
export interface Synthesised extends Readonly<Record<Resource, number>> {
  /** Levels of logic between registers, at most; null: not known of this family's cells. */
  readonly logicDepth: number | null;
}

/** What has been found out about a row; what could not be is null, and `failures` says why. */
export interface Findings {
  readonly inputs: number;
  readonly targets: number;
  readonly cycles: MeasuredCycles | null;
  readonly synthesised: Synthesised | null;
  readonly checks: readonly Check[];
  /** The planner says that nothing fits the device. */
  readonly noPlan: boolean;
  readonly failures: readonly string[];
}

/** A line of the table, and of the JSON file. */
export interface AcceleratorRow extends Readonly<Record<Resource, number | null>> {
  readonly name: string;
  readonly device: DeviceName;
  readonly dModel: number;
  readonly bits: number;
  readonly inputs: number;
  readonly heads: number;
  readonly layers: number;
  readonly targets: number;
  readonly folded: boolean;
  readonly folds: readonly Fold[];
  readonly scales: ScaleKind;
  readonly cycles: number | null;
  readonly initiationInterval: number | null;
  readonly logicDepth: number | null;
  /** Whether the synthesised design is within the budget; null: not known. */
  readonly fits: boolean | null;
  /** Windows compared in our simulator, and those of them, of GHDL's and of the netlist's that differ. */
  readonly windows: number;
  readonly mismatches: number;
  readonly published: number | null;
  readonly wanted: number | null;
  /** How many times fewer cycles than published. */
  readonly factor: number | null;
  readonly checks: readonly Check[];
  readonly failures: readonly string[];
}

export function rowOf(spec: RowSpec, found: Findings): AcceleratorRow {
  const { dModel, bits, heads, layers, folds, published, wanted, name } = spec;
  const { cycles, synthesised, checks, failures } = found;
  const over = synthesised === null ? [] : overBudget(synthesised, deviceOf(spec));
  const differ = checks.filter(({ mismatches }) => mismatches > 0);
  return {
    ...{
      name,
      device: deviceOf(spec),
      dModel,
      bits,
      inputs: found.inputs,
      heads,
      layers,
      targets: found.targets,
      folded: folds.length > 0,
      folds,
      scales: spec.scales ?? "free",
    },
    cycles: cycles?.cycles ?? null,
    initiationInterval: cycles?.initiationInterval ?? null,
    lut: synthesised?.lut ?? null,
    lutram: synthesised?.lutram ?? null,
    ff: synthesised?.ff ?? null,
    dsp: synthesised?.dsp ?? null,
    ramb18: synthesised?.ramb18 ?? null,
    logicDepth: synthesised?.logicDepth ?? null,
    fits: synthesised === null ? (found.noPlan ? false : null) : over.length === 0,
    windows: sum(checks.filter(({ what }) => what.startsWith("rtl")).map(({ windows }) => windows)),
    mismatches: sum(checks.map(({ mismatches }) => mismatches)),
    published,
    wanted,
    factor: cycles === null || published === null ? null : published / cycles.cycles,
    checks,
    failures: [
      ...failures,
      ...over.map(({ resource, used, most }) => `does not fit: ${used} ${resource}, ${most} may be used`),
      ...differ.map(({ what, windows, mismatches }) => `${mismatches} of ${windows} windows differ (${what})`),
    ],
  };
}

function overBudget(synthesised: Synthesised, device: DeviceName): { resource: string; used: number; most: number }[] {
  const budget = budgets[device];
  return (Object.keys(budget) as Resource[]).flatMap((resource) =>
    synthesised[resource] > budget[resource] ? [{ resource, used: synthesised[resource], most: budget[resource] }] : [],
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
