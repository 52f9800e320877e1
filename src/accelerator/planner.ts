import { GatecastError } from "../errors.js";
import type { IntegerModel } from "../integer/index.js";
import { buildGraph, type Graph } from "../model/index.js";
import { allotBlocks } from "./allot-blocks.js";
import { allotDsps, withoutDsps } from "./allot-dsps.js";
import { type ChoicesByName, FixedChoices } from "./by-name/fixed-choices.js";
import { misfit } from "./by-name/misfit.js";
import type { Device } from "./devices.js";
import { estimateDesign } from "./estimate/index.js";
import { type Decided, finish } from "./finish.js";
import { costsOf, type Goal, isLess } from "./goals.js";
import { leastQueueTokens, type Pace } from "./lanes.js";
import { doesNotFit, type Excess, excessesOf, shareOf } from "./limits.js";
import { DerivedBefore, deriveParameters } from "./parameters.js";
import type { Choices, Estimate, Mode, Plan } from "./plan.js";
import { sparingBlockRams } from "./spare-block-rams.js";
import { technologyOf } from "./technology.js";
import { dedicated, type Trial, trialsOf } from "./trials.js";
import { adviceFor, type Fits } from "./what-fits.js";

export interface PlanOptions {
  readonly device: Device;
  /** Default `window`. */
  readonly mode?: Mode;
  /** `latency` (default): the fewest cycles that fit comfortably; `area`: the fewest LUTs; `energy`: least `energyProxy`. */
  readonly goal?: Goal;
  /** Share of the device's LUTs and flip-flops that the design may use; default 0.9. The estimate of LUTs stays 2.5 % below that. */
  readonly utilisation?: number;
  /** Fixes the cycles per token instead of searching. */
  readonly pace?: Pace;
  /** Whether the error of what does not fit says what would: that takes a second or two. Default true. */
  readonly advice?: boolean;
  /** Parts of the plan that are not to be chosen, by name. */
  readonly plan?: ChoicesByName;
}

/** Name under which parameters are derived while planning; entities get their own when they are generated. */
const ANY_NAME = "accelerator";

/**
 * Plans the accelerator of a model: lanes of every operator, memories, multipliers, and the exact cycles of the result.
 *
 * @throws GatecastError "hardware" where no plan fits the device: by how much, and what would make it fit; "usage" where `plan` names
 *   what there is not
 */
export function planAccelerator(model: IntegerModel, options: PlanOptions): Plan {
  const { device } = options;
  const mode = options.mode ?? "window";
  const graph = buildGraph(model.architecture, model.precision);
  const utilisation = options.utilisation ?? 0.9;
  const fits = (estimate: Estimate) => excessesOf(device, utilisation, estimate).length === 0;
  const fixed = new FixedChoices(graph, options.plan);

  /** Those of the least costs so far, the best first. */
  let finalists: { readonly candidate: Candidate; readonly costs: readonly number[] }[] = [];
  let nearest: readonly Excess[] | undefined;
  const trials = options.pace ? [dedicated(graph, options.pace, mode, fixed)] : trialsOf(graph, mode, device, fixed);
  const goal = options.goal ?? "latency";
  const before = new DerivedBefore();
  const objections: string[] = [];
  for (const trial of trials) {
    const [best] = finalists;
    // Those that follow need more cycles still.
    if (goal === "latency" && best && trial.leastCycles > best.candidate.cycles) break;
    const candidate = decide(graph, model, trial, device, fixed, before);
    const { choices, parameters, estimate, cycles } = candidate;
    const objection =
      fixed.objection(choices.units, choices.queues, leastQueueTokens(graph, choices.units)) ??
      misfit(graph, parameters);
    if (objection !== null) {
      objections.push(objection);
      continue;
    }
    if (!fits(estimate) && !options.pace) {
      const excesses = excessesOf(device, utilisation, estimate);
      if (!nearest || worst(excesses) < worst(nearest)) nearest = excesses;
      continue;
    }
    const costs = costsOf(goal, cycles, estimate);
    const place = finalists.findIndex((other) => isLess(costs, other.costs));
    finalists = finalists.toSpliced(place < 0 ? finalists.length : place, 0, { candidate, costs }).slice(0, FINALISTS);
  }
  if (finalists.length === 0 && !nearest) throw impossible(objections);
  if (finalists.length === 0) {
    const canFit: Fits = (other, on, free) =>
      fitsAtAll(other, { ...options, device: on, ...(free ? { plan: {} } : {}) });
    const advice =
      options.advice === false
        ? "Choose fewer bits, a smaller d_model, fewer layers or a larger device."
        : adviceFor(model, device, fixed.some, canFit);
    throw doesNotFit(device, nearest ?? [], advice);
  }
  const evaluate = (wanted: Choices): Decided => {
    const choices = fixed.choices(wanted);
    const parameters = deriveParameters(graph, model, choices, ANY_NAME, before);
    return { choices, parameters, estimate: estimateDesign(graph, parameters, choices, technologyOf(device)) };
  };
  const finishing = { device, speed: goal !== "area", evaluate, fits };
  const exactCosts = ({ cyclesPerInference, estimate }: Plan) => costsOf(goal, cyclesPerInference, estimate);
  return finalists
    .map(({ candidate }) => finish(graph, candidate, finishing))
    .reduce((best, plan) => (isLess(exactCosts(plan), exactCosts(best)) ? plan : best));
}

/** Candidates whose cycles are counted exactly: what the search compares leaves pipelines out. */
const FINALISTS = 3;

/** How many times the resource is needed that is exceeded most. */
function worst([first]: readonly Excess[]): number {
  return first ? shareOf(first) : 0;
}

/** Candidates of each kind that tell whether anything fits at all: of those with few lanes one is among the smallest. */
const SLOWEST = 3;

/** Whether any plan would fit: looks at the slow ones only. */
function fitsAtAll(model: IntegerModel, { device, mode = "window", utilisation = 0.9, plan }: PlanOptions): boolean {
  const graph = buildGraph(model.architecture, model.precision);
  const before = new DerivedBefore();
  try {
    const fixed = new FixedChoices(graph, plan);
    const trials = trialsOf(graph, mode, device, fixed);
    const slow = (shared: boolean) => trials.filter(({ wanted }) => wanted.units.length > 0 === shared).slice(-SLOWEST);
    return [...slow(false), ...slow(true)].reverse().some((trial) => {
      const { choices, parameters, estimate } = decide(graph, model, trial, device, fixed, before);
      const possible =
        fixed.objection(choices.units, choices.queues, leastQueueTokens(graph, choices.units)) === null &&
        misfit(graph, parameters) === null;
      return possible && excessesOf(device, utilisation, estimate).length === 0;
    });
  } catch (error) {
    // What is fixed of the plan is nothing that this network has.
    if (error instanceof GatecastError && error.kind === "usage") return false;
    throw error;
  }
}

interface Candidate extends Decided {
  /** But for pipelines: what the search compares. */
  readonly cycles: number;
}

/** Multipliers and memories for the device: what fits into DSPs and block RAMs where they save the most. */
function decide(
  graph: Graph,
  model: IntegerModel,
  { wanted, cycles }: Trial,
  device: Device,
  fixed: FixedChoices,
  before: DerivedBefore,
): Candidate {
  const derive = (of: Choices) => deriveParameters(graph, model, of, ANY_NAME, before);
  const estimateOf = (of: Choices) => estimateDesign(graph, derive(of), of, technologyOf(device));
  const bare = withoutDsps(fixed.choices(wanted), fixed);
  const allotted = { ...bare, ...allotDsps(derive(bare), bare, device, fixed) };
  const choices = technologyOf(device).lutram
    ? fixed.choices(sparingBlockRams(allotted, device.blockRam.count, (of) => estimateOf(fixed.choices(of))))
    : allotBlocks(allotted, device.blockRam.count, fixed, estimateOf);
  const parameters = derive(choices);
  return { choices, parameters, estimate: estimateOf(choices), cycles: cycles(parameters) };
}

/** What is fixed leaves no plan at all. */
function impossible(objections: readonly string[]): GatecastError {
  const [first = "there is none"] = [...new Set(objections)];
  return new GatecastError("usage", `No plan has everything that is fixed: ${first}.`, {
    remedy: "Change or leave out one of the names under `plan`: the planner then chooses.",
    where: { key: "plan" },
  });
}
