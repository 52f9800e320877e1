import { standInModel } from "../../integer/index.js";
import { type Architecture, buildGraph, type Precision } from "../../model/index.js";
import { FixedChoices } from "../by-name/fixed-choices.js";
import { misfit } from "../by-name/misfit.js";
import { countRoughly } from "../cycles.js";
import type { Device } from "../devices.js";
import { estimateDesign } from "../estimate/index.js";
import { DerivedBefore, deriveParameters, type Parameters } from "../parameters.js";
import type { Choices, Estimate, Mode } from "../plan.js";
import { type Technology, technologyOf } from "../technology.js";
import { trialsOf } from "../trials.js";
import { bareChoices, type Memories } from "./bare.js";
import type { Ceiling, CostField } from "./cost-field.js";
import { LocalOperators } from "./local-operators.js";
import { operatorFields } from "./operator-fields.js";
import { streamFields } from "./stream-fields.js";
import { unitFields } from "./unit-fields.js";

/** Lanes of an accelerator, before widths, multipliers and memories are chosen. */
export interface Structure {
  /** Multipliers and memories as `bareChoices` has them. */
  readonly choices: Choices;
  /** Cycles of an inference but for pipelines. */
  readonly roughCycles: number;
  /** Of these choices, without DSPs and block RAM, at widths all alike: what a structure may be told from others by. */
  readonly bare: readonly Estimate[];
  /** Of an inference exactly, at the greatest widths; others take a few cycles less at most. And from one inference to the next, roughly. */
  counted(): { readonly cycles: number; readonly interval: number };
  /** What everything costs, apart for each choice. */
  costs(): StructureCosts;
}

export interface StructureCosts {
  readonly ceilings: readonly Ceiling[];
  readonly fields: readonly CostField[];
}

/** The greatest width, at which structures are derived. */
const WIDEST = 8;

/** All lanes that the planner would look at for a network, whatever its widths. */
export function structuresFor(
  architecture: Architecture,
  precision: Precision,
  { device, mode, memories }: { readonly device: Device; readonly mode: Mode; readonly memories: Memories },
): Structure[] {
  const technology = technologyOf(device);
  const [widest, narrower] = [uniformModel(architecture, precision, WIDEST), uniformModel(architecture, precision, 4)];
  const { graph } = widest;
  const tables = new Tables(new LocalOperators(architecture, precision), technology, memories);
  return trialsOf(graph, mode, device, new FixedChoices(graph)).flatMap((trial): Structure[] => {
    const choices = bareChoices(graph, trial.wanted, technology, memories);
    const parameters = widest.derive(choices);
    if (misfit(graph, parameters) !== null) return [];
    let counted: ReturnType<Structure["counted"]> | undefined;
    let costs: StructureCosts | undefined;
    return [
      {
        choices,
        roughCycles: trial.cycles(parameters),
        bare: [narrower.derive(choices), parameters].map((of) => estimateDesign(graph, of, choices, technology)),
        counted: () => {
          counted ??= countRoughly(graph, parameters, choices);
          return counted;
        },
        costs: () => {
          costs ??= tables.of(choices, parameters);
          return costs;
        },
      },
    ];
  });
}

/** A stand-in model whose widths are all alike, and what is derived from it. */
function uniformModel(architecture: Architecture, precision: Precision, bits: number) {
  const alike = { ...precision, weights: bits, activations: bits, overrides: {} };
  const graph = buildGraph(architecture, alike);
  const model = standInModel(architecture, alike);
  const before = new DerivedBefore();
  return { graph, derive: (choices: Choices) => deriveParameters(graph, model, choices, "part", before) };
}

/** Tables of parts, each made once for all structures that have the part. */
class Tables {
  readonly #local: LocalOperators;
  readonly #technology: Technology;
  readonly #memories: Memories;
  readonly #operators = new Map<string, CostField[]>();
  readonly #shared = new Map<string, CostField>();
  readonly #units = new Map<string, { readonly ceilings: Ceiling[]; readonly fields: CostField[] }>();

  constructor(local: LocalOperators, technology: Technology, memories: Memories) {
    this.#local = local;
    this.#technology = technology;
    this.#memories = memories;
  }

  of(choices: Choices, parameters: Parameters): StructureCosts {
    const local = this.#local;
    const [technology, memories] = [this.#technology, this.#memories];
    const ceilings: Ceiling[] = [];
    const fields = streamFields(local, parameters, choices, technology, memories);
    for (const [name, plan] of choices.operators) {
      const lanes = local.inputsOf(name).map((input) => parameters.beats.get(input)?.lanes);
      const key = JSON.stringify([name, plan, lanes]);
      const made =
        this.#operators.get(key) ??
        operatorFields({ local, name, plan, beats: parameters.beats, technology, memories, shared: this.#shared });
      this.#operators.set(key, made);
      fields.push(...made);
    }
    for (const unit of parameters.units) {
      const key = JSON.stringify([unit.plan, unit.jobs.map(({ input, slots }) => [input.lanes, slots])]);
      const made = this.#units.get(key) ?? unitFields({ local, unit, technology, memories });
      this.#units.set(key, made);
      ceilings.push(...made.ceilings);
      fields.push(...made.fields);
    }
    return { ceilings, fields };
  }
}
