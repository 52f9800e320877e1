import { type Choices, decideChoices, type Estimate } from "../../accelerator/index.js";
import { type IntegerModel, standInModel } from "../../integer/index.js";
import type { Precision } from "../../model/index.js";
import type { DesignSpace, SpaceStructure } from "../space/design-space.js";
import { LABELS, resources, widthOf } from "../space/labels.js";
import type { Limits, Objective } from "../types.js";
import { energyOf, goalOf, type Problem, type Row, rowsOf, type Timing, weighed } from "./goal.js";
import { Minimiser } from "./minimiser.js";
import { METRICS, measure, type Point } from "./point.js";
import { excessOf } from "./round.js";

/** Exact cycles are no less than this share of rough ones, and intervals than this one. */
const LEAST_CYCLES = 0.8;
const LEAST_INTERVAL = 0.3;

/** What is asked for, with widths as labels. */
export interface Question {
  readonly space: DesignSpace;
  readonly objective: Objective;
  readonly limits: Limits;
  /** Summed sensitivity of each variable and label. */
  readonly added: Float64Array;
  /** Whether a variable may have a label, likewise. */
  readonly allowed: Uint8Array;
}

/** A point whose exact estimate meets all limits. */
export interface Found {
  readonly opened: OpenedStructure;
  readonly point: Point;
  readonly model: IntegerModel;
  readonly decided: ReturnType<typeof decideChoices>;
  readonly metrics: Float64Array;
  readonly value: number;
  /** LUTs by the tables less those of the estimate, as a share of the estimate. */
  readonly tableError: number;
}

/** A structure that is looked at closely: its tables, what is asked of it, and how its exact estimates differ from the tables. */
export class OpenedStructure {
  readonly minimiser: Minimiser;
  readonly #question: Question;
  readonly #structure: SpaceStructure;
  /** Exact metrics less those of the tables, the most that was seen where limits were missed by it. */
  readonly #excess = new Float64Array(METRICS);
  #timing: Timing;
  #problem: Problem;
  /** Whether its exact cycles are above the limit. */
  tooSlow = false;

  constructor(question: Question, structure: SpaceStructure) {
    const { added, allowed } = question;
    this.#question = question;
    this.#structure = structure;
    this.minimiser = new Minimiser(structure.programme(), structure.elimination(), added, allowed);
    const { roughCycles } = structure.structure;
    this.#timing = { cycles: LEAST_CYCLES * roughCycles, interval: LEAST_INTERVAL * roughCycles };
    this.#problem = problemOf(question, this.#timing);
  }

  /** Cycles of an inference, and between two: a little less than they may be, until they are counted. */
  get timing(): Timing {
    return this.#timing;
  }

  /** More than the goal of anything that keeps the limits: what cannot be below it does not keep them. */
  get most(): number {
    const { goal, rows } = this.#problem;
    const { space, added } = this.#question;
    let most =
      goal.constant + (goal.weights[0] ?? 0) * space.tensors.reduce((sum, _, at) => sum + greatest(added, at), 0);
    for (let at = 1; at < METRICS; at++) {
      const limit = rows.find(({ weights }) =>
        weights.every((weight, index) => weight === (index === at ? 1 : 0)),
      )?.limit;
      most += (goal.weights[at] ?? 0) * Math.max(0, limit ?? 0);
    }
    return most * (1 + 1e-6) + 1e-9;
  }

  /** Counts cycles, if they are part of what is asked. False: there are too many. */
  settle(): boolean {
    const { objective, limits } = this.#question;
    if (objective === "energy" || objective === "latency" || limits.microjoules !== undefined) return this.#count();
    return !this.tooSlow;
  }

  #count(): boolean {
    const counted = this.#structure.structure.counted();
    if (this.#timing !== counted) {
      this.#timing = counted;
      this.#problem = problemOf(this.#question, counted);
      this.tooSlow = counted.cycles > (this.#question.limits.cycles ?? Number.POSITIVE_INFINITY);
    }
    return !this.tooSlow;
  }

  get problem(): Problem {
    return this.#problem;
  }

  /** The limits as they were asked for; `offset` is what counts of them before any resource does. */
  exactRows(): readonly (Row & { readonly offset: number })[] {
    const { rows } = problemOf(this.#question, this.#timing);
    const { constant } = energyOf(this.#question.space, this.#timing);
    return rows.map((row) => ({ ...row, offset: row.name === "microjoules" ? constant : 0 }));
  }

  /** The choices of a point. */
  choices({ options, values }: Point): Choices {
    const { tables, ceilingCosts } = this.minimiser.programme;
    let choices = this.#structure.structure.choices;
    tables.forEach(({ field }, index) => {
      choices = field.options[options[index] ?? 0]?.apply(choices) ?? choices;
    });
    ceilingCosts.forEach(({ field }, index) => {
      const value = values[index] ?? 0;
      choices = field.steps ? field.steps.apply(choices, value) : (field.options[value]?.apply(choices) ?? choices);
    });
    return choices;
  }

  /** Estimates a point exactly. Null where it does not keep the limits: the tables are then corrected by what they missed. */
  check(point: Point): Found | null {
    if (!this.#count()) return null;
    const { space } = this.#question;
    const model = standInModel(space.architecture, precisionOf(space, point));
    const decided = decideChoices(model, this.choices(point), space.device);
    const tabled = measure(this.minimiser.programme, this.minimiser.added, point);
    const metrics = metricsOf(tabled[0] ?? 0, decided.estimate);
    const exact = problemOf(this.#question, this.#timing);
    if (excessOf(exact, metrics) > 0) {
      for (let at = 1; at < METRICS; at++) {
        this.#excess[at] = Math.max(this.#excess[at] ?? 0, (metrics[at] ?? 0) - (tabled[at] ?? 0));
      }
      const rows = exact.rows.map((row) => ({
        ...row,
        limit: row.limit - row.weights.reduce((sum, weight, at) => sum + weight * (this.#excess[at] ?? 0), 0),
      }));
      this.#problem = { ...exact, rows };
      return null;
    }
    const { lut } = decided.estimate;
    const tableError = ((tabled[1] ?? 0) - lut) / lut;
    return { opened: this, point, model, decided, metrics, value: weighed(exact.goal, metrics), tableError };
  }
}

/** The greatest sensitivity of a variable. */
function greatest(added: Float64Array, variable: number): number {
  return Math.max(...added.subarray(variable * LABELS, (variable + 1) * LABELS));
}

function problemOf({ space, objective, limits }: Question, timing: Timing): Problem {
  const energy = energyOf(space, timing);
  return { goal: goalOf(space, objective, timing, energy), rows: rowsOf(space, limits, energy) };
}

function metricsOf(added: number, estimate: Estimate): Float64Array {
  return Float64Array.from([added, ...resources.map((name) => estimate[name])]);
}

/** The precision whose widths are these labels. */
export function precisionOf({ precision, tensors }: DesignSpace, { labels }: Pick<Point, "labels">): Precision {
  const overrides = Object.fromEntries(tensors.map((name, index) => [name, widthOf(labels[index] ?? 0)]));
  return { ...precision, overrides };
}
