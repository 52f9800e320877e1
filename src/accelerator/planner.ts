import { GatecastError } from "../errors.js";
import type { IntegerModel } from "../integer/index.js";
import { buildGraph, type Graph, type Operator, tensor } from "../model/index.js";
import { allotBlocks } from "./allot-blocks.js";
import { allotDsps, withoutDsps } from "./allot-dsps.js";
import { type ChoicesByName, FixedChoices } from "./by-name/fixed-choices.js";
import { misfit } from "./by-name/misfit.js";
import { type Cycles, countCycles } from "./cycles.js";
import type { Device } from "./devices.js";
import { estimateOperator, estimateQueue, estimateUnit, sumOf } from "./estimate.js";
import { costsOf, type Goal, isLess } from "./goals.js";
import { choicesFor, leastQueueTokens, type Pace } from "./lanes.js";
import { queuedTensor, queueNames } from "./layer-queues.js";
import { doesNotFit, type Excess, excessesOf, shareOf } from "./limits.js";
import { weightedSumType } from "./operators/attention/values.js";
import { attentionOutput, attentionSteps } from "./operators/attention.js";
import { accumulatorType, linearOutput, linearSteps } from "./operators/linear.js";
import {
  jobSteps,
  type MatrixUnitParameters,
  operandType,
  placeTasks,
  sumType,
  taskOutput,
} from "./operators/matrix-unit/parameters.js";
import { poolOutput } from "./operators/pool.js";
import { residualOutput, residualSumType, residualTurns } from "./operators/residual.js";
import { DerivedBefore, deriveParameters, type OperatorParameters, outputBeat, type Parameters } from "./parameters.js";
import { spanOf } from "./parts/span.js";
import type { Choices, Estimate, Mode, OperatorPlan, Plan, PlannedOperator } from "./plan.js";
import { keysWorthwhile, pacesOf, type UnitShape, unitNames, unitShapes, unitsOf } from "./shared-lanes.js";
import { sparingBlockRams } from "./spare-block-rams.js";
import { type Technology, technologyOf, xc7 } from "./technology.js";
import { adviceFor, type Fits } from "./what-fits.js";
import { headLanes, withWiderHead } from "./wider-head.js";

export interface PlanOptions {
  readonly device: Device;
  /** Default `window`. */
  readonly mode?: Mode;
  /** `latency` (default): the fewest cycles that fit comfortably; `area`: the fewest LUTs; `energy`: least `energyProxy`. */
  readonly goal?: Goal;
  /** Share of the device's LUTs and flip-flops that the estimate may use; default 0.9. */
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

  let best: Candidate | undefined;
  let bestCosts: readonly number[] = [];
  let nearest: readonly Excess[] | undefined;
  const trials = options.pace ? [dedicated(graph, options.pace, mode, fixed)] : trialsOf(graph, mode, device, fixed);
  const goal = options.goal ?? "latency";
  const before = new DerivedBefore();
  const objections: string[] = [];
  for (const trial of trials) {
    // Those that follow need more cycles still.
    if (goal === "latency" && best && trial.leastCycles > best.cycles) break;
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
    if (best && !isLess(costs, bestCosts)) continue;
    best = candidate;
    bestCosts = costs;
  }
  if (!best && !nearest) throw impossible(objections);
  if (!best) {
    const canFit: Fits = (other, on, free) =>
      fitsAtAll(other, { ...options, device: on, ...(free ? { plan: {} } : {}) });
    const advice =
      options.advice === false
        ? "Choose fewer bits, a smaller d_model, fewer layers or a larger device."
        : adviceFor(model, device, fixed.some, canFit);
    throw doesNotFit(device, nearest ?? [], advice);
  }
  const derive = (of: Choices) => deriveParameters(graph, model, of, ANY_NAME, before);
  const { choices, parameters, estimate, counted } =
    goal === "area" || !technologyOf(device).lutram
      ? { ...best, counted: counts(graph, best) }
      : overlapped(graph, quickened(graph, best, derive, fixed, fits), derive, fixed, fits);
  const technology = technologyOf(device);
  const report = [
    ...[...parameters.operators.values()].map((one) => reportOperator(one, technology)),
    ...parameters.units.map((unit) => reportUnit(unit, technology)),
  ];
  return { ...choices, device, ...counted, report, estimate };
}

type Decided = Pick<Candidate, "choices" | "parameters" | "estimate">;

function counts(graph: Graph, { choices, parameters }: Decided): Cycles {
  return countCycles(graph, parameters, choices);
}

/** The same with room for the keys and values of two windows, where that fits and lets windows follow each other sooner. */
function overlapped(
  graph: Graph,
  decided: Decided,
  derive: (choices: Choices) => Parameters,
  fixed: FixedChoices,
  fits: (estimate: Estimate) => boolean,
): Decided & { readonly counted: Cycles } {
  const one = { ...decided, counted: counts(graph, decided) };
  const twice = (plan: OperatorPlan): OperatorPlan =>
    plan.kind === "attention" || plan.kind === "last" ? { ...plan, windows: 2 } : plan;
  const operators = new Map([...decided.choices.operators].map(([name, plan]) => [name, twice(plan)]));
  const choices = fixed.choices({ ...decided.choices, operators });
  const parameters = derive(choices);
  const estimate = estimateAll(graph, parameters, choices, xc7);
  if (!fits(estimate)) return one;
  const two = { choices, parameters, estimate, counted: counts(graph, { choices, parameters, estimate }) };
  const sooner = two.counted.initiationInterval < one.counted.initiationInterval;
  return sooner && two.counted.cyclesPerInference <= one.counted.cyclesPerInference ? two : one;
}

/** What is left makes the head's second half faster, where there is one. */
function quickened(
  graph: Graph,
  decided: Decided,
  derive: (choices: Choices) => Parameters,
  fixed: FixedChoices,
  fits: (estimate: Estimate) => boolean,
): Decided {
  const wider = withWiderHead(graph, decided.choices);
  if (wider === null) return decided;
  const choices = fixed.choices(wider);
  const parameters = derive(choices);
  const estimate = estimateAll(graph, parameters, choices, xc7);
  const isWider = headLanes(choices) > headLanes(decided.choices);
  if (!isWider || !fits(estimate) || misfit(graph, parameters) !== null) return decided;
  return quickened(graph, { choices, parameters, estimate }, derive, fixed, fits);
}

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

/** Lanes worth a look, those with the fewest cycles first. */
function trialsOf(graph: Graph, mode: Mode, device: Device, fixed: FixedChoices): Trial[] {
  const all = [...paces(graph)];
  const able = all.filter((pace) => worthwhile(graph, pace, device));
  const trials = [
    ...(able.length > 0 ? able : all.slice(0, 1)).map((pace) => dedicated(graph, pace, mode, fixed)),
    ...shapesWith(fixed, unitShapes(graph)).flatMap((shapes) =>
      pacesOf(graph, shapes).flatMap((pace) => shared(graph, shapes, pace, mode, fixed)),
    ),
  ];
  return trials.sort((a, b) => a.leastCycles - b.leastCycles);
}

/** LUTs that no lane of its own does with. */
const LEAST_LUTS = 12;

/** Whether so many dedicated lanes could fit at all. */
function worthwhile(graph: Graph, { first, second }: Pace, device: Device): boolean {
  const { dModel: d, feedForward: f, window: n, layers } = graph.architecture;
  const lanes = (2 * d * d) / first + (2 * d * d + 2 * d * f + 2 * n * d) / second;
  return layers * lanes * LEAST_LUTS <= device.lut;
}

interface Candidate {
  readonly choices: Choices;
  readonly parameters: Parameters;
  readonly estimate: Estimate;
  /** But for pipelines: what the search compares. */
  readonly cycles: number;
}

/** Lanes that are worth a look, before multipliers and memories are decided. */
interface Trial {
  readonly wanted: Choices;
  /** No more than `cycles` will be. */
  readonly leastCycles: number;
  cycles(parameters: Parameters): number;
}

/** Lanes of their own for every operator. */
function dedicated(graph: Graph, pace: Pace, mode: Mode, fixed: FixedChoices): Trial {
  const wanted = choicesFor(graph, pace, mode, [], fixed);
  const cycles = (parameters: Parameters) => roughCycles(graph, parameters);
  return { wanted, leastCycles: leastRoughCycles(graph, wanted), cycles };
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
  const estimateOf = (of: Choices) => estimateAll(graph, derive(of), of, technologyOf(device));
  const bare = withoutDsps(fixed.choices(wanted), fixed);
  const allotted = { ...bare, ...allotDsps(derive(bare), bare, device, fixed) };
  const choices = technologyOf(device).lutram
    ? fixed.choices(sparingBlockRams(allotted, device.blockRam.count, (of) => estimateOf(fixed.choices(of)).blockRam))
    : allotBlocks(allotted, device.blockRam.count, fixed, estimateOf);
  const parameters = derive(choices);
  return { choices, parameters, estimate: estimateOf(choices), cycles: cycles(parameters) };
}

/** Shapes with the lanes that are fixed, each once. */
function shapesWith(fixed: FixedChoices, shapes: readonly UnitShape[][]): UnitShape[][] {
  if (!fixed.some) return [...shapes];
  const all = shapes.map((units) => {
    const names = unitNames(units.length);
    return units.map((unit, index) => ({ ...unit, ...fixed.unitLanes(names[index] ?? "") }));
  });
  return [...new Map(all.map((units) => [JSON.stringify(units), units])).values()];
}

/**
 * Tokens that may be on their way through attention: more only wait. A query takes some 80 cycles to come back, whatever the number of
 * keys at once, and with several of them the next one follows sooner.
 */
function tokensAhead({ keysAtOnce = 1 }: Pace): number {
  return keysAtOnce === 1 ? 8 : 12;
}

/** Matrix units of such shapes. */
function shared(graph: Graph, shapes: readonly UnitShape[], pace: Pace, mode: Mode, fixed: FixedChoices): Trial[] {
  const units = fixed.units(unitsOf(graph, shapes, tokensAhead(pace)));
  if (units.length === 0) return [];
  const { layers, window } = graph.architecture;
  const sum = (slowest: number, attention: number) =>
    layers * (window * (pace.first + slowest) + 3 * attention + pace.second + 60);
  const cycles = (parameters: Parameters) => {
    let slowest = pace.second;
    let attention = 0;
    for (const operator of parameters.operators.values()) {
      if (operator.kind === "attention") attention = Math.max(attention, stepsOf(operator));
      if (operator.kind === "attention" || (operator.kind === "residual" && operator.title !== "forecast")) {
        slowest = Math.max(slowest, stepsOf(operator));
      }
    }
    return sum(slowest, attention);
  };
  const wanted = choicesFor(graph, pace, mode, units, fixed);
  const attention = Math.max(...graph.operators.map((operator) => leastSteps(graph, operator, wanted, "attention")));
  return [{ wanted, leastCycles: sum(Math.max(pace.second, attention), attention), cycles }];
}

/** Cycles per token worth trying: numbers of steps that some operator can take. */
function* paces(graph: Graph): Generator<Pace> {
  const { dModel: d, feedForward: f, window: n } = graph.architecture;
  const second = new Set<number>();
  for (let lanes = 1; lanes <= d * f; lanes *= 2) second.add((d * f) / lanes);
  for (let lanes = 1; lanes <= d; lanes *= 2) second.add(Math.ceil((n * d) / lanes));
  const first = new Set<number>();
  for (let lanes = 1; lanes <= d * d; lanes *= 2) first.add((d * d) / lanes);
  for (const one of first) {
    for (const two of second) {
      if (two >= one / 2)
        for (const keysAtOnce of keysWorthwhile(graph, two)) yield { first: one, second: two, keysAtOnce };
    }
  }
}

/** Cycles that an operator is busy for a token, as far as its lanes alone tell; 0 for other kinds than `kind`, if one is given. */
function leastSteps(graph: Graph, operator: Operator, { operators }: Choices, kind?: Operator["kind"]): number {
  const plan = operators.get(operator.name);
  if (!plan || (kind !== undefined && operator.kind !== kind)) return 0;
  if (plan.kind === "linear" && operator.kind === "linear") {
    const { rows, columns } = operator.weight;
    return Math.max((rows / plan.lanesOut) * (columns / plan.lanesIn), rows / plan.lanes);
  }
  if (plan.kind === "attention" && operator.kind === "attention") {
    const { tokens, features } = tensor(graph, operator.key);
    return ((tokens / plan.keysAtOnce) * features) / Math.min(plan.lanesScore, plan.lanesValue);
  }
  return 0;
}

/** No more than `roughCycles`, without parameters. */
function leastRoughCycles(graph: Graph, wanted: Choices): number {
  const { layers, window } = graph.architecture;
  const steps = (early: boolean) =>
    graph.operators
      .filter(({ name }) => !/^(head|skip|forecast)/.test(name) && early === /^embed$|\.(k|v)_proj$/.test(name))
      .map((operator) => leastSteps(graph, operator, wanted));
  return layers * window * (Math.max(0, ...steps(true)) + Math.max(0, ...steps(false)));
}

/** Cycles of an inference but for pipelines: what the search compares. */
function roughCycles(graph: Graph, parameters: Parameters): number {
  const { window } = graph.architecture;
  let early = 0;
  let late = 0;
  let fill = 0;
  for (const operator of parameters.operators.values()) {
    const steps = stepsOf(operator);
    if (operator.title === "embed" || /\.(k|v)_proj$/.test(operator.title)) early = Math.max(early, steps);
    else if (operator.kind === "linear" && operator.title === "skip") continue;
    else {
      const once = /^head/.test(operator.title) || operator.title === "forecast";
      if (!once) late = Math.max(late, steps);
      fill += steps;
    }
  }
  return graph.architecture.layers * window * (early + late) + fill;
}

/** Cycles that an operator is busy for a token. */
export function stepsOf(parameters: OperatorParameters): number {
  switch (parameters.kind) {
    case "linear":
      return Math.max(linearSteps(parameters), parameters.rows / parameters.plan.lanes);
    case "shared":
      return (parameters.task.rows / parameters.unit.lanesOut) * (parameters.task.columns / parameters.unit.lanesIn);
    case "attention":
      return attentionSteps(parameters);
    case "residual":
      return (parameters.features / parameters.plan.lanes) * residualTurns(parameters);
    case "pool":
      return parameters.features / parameters.input.lanes;
    case "last":
      return 1;
  }
}

function estimateAll(graph: Graph, parameters: Parameters, choices: Choices, technology: Technology): Estimate {
  const parts = [
    ...[...parameters.operators.values()].map((one) => estimateOperator(one, technology)),
    ...parameters.units.map((unit) => estimateUnit(unit, technology)),
  ];
  choices.queues.forEach((queues, layer) => {
    for (const name of queueNames) {
      const of = queuedTensor(layer, name);
      const beat = parameters.beats.get(of);
      const queue = queues[name];
      if (beat && queue) parts.push(estimateQueue(queue, beat, tensor(graph, of).features, technology));
    }
  });
  return sumOf(parts);
}

function reportOperator(parameters: OperatorParameters, technology: Technology): PlannedOperator {
  const common = {
    name: parameters.title,
    kind: parameters.kind,
    unit: parameters.kind === "shared" ? parameters.unit.name : null,
    cyclesPerToken: stepsOf(parameters),
    estimate: estimateOperator(parameters, technology),
  };
  switch (parameters.kind) {
    case "linear": {
      const { plan, input, weightType } = parameters;
      const bits = {
        input: input.type.width,
        weights: weightType.width,
        accumulator: accumulatorType(parameters).width,
        output: linearOutput(parameters).type.width,
      };
      return { ...common, lanes: plan.lanesIn * plan.lanesOut, layout: `${plan.lanesIn} x ${plan.lanesOut}`, bits };
    }
    case "shared": {
      const { unit, input, weightType, task } = parameters;
      const bits = {
        input: input.type.width,
        weights: weightType.width,
        accumulator: accumulatorType(task).width,
        output: outputBeat(parameters).type.width,
      };
      return { ...common, lanes: unit.lanesIn * unit.lanesOut, layout: `${unit.lanesIn} x ${unit.lanesOut}`, bits };
    }
    case "attention": {
      const { plan, query } = parameters;
      const bits = {
        input: query.type.width,
        weights: null,
        accumulator: weightedSumType(parameters).width,
        output: attentionOutput(parameters).type.width,
      };
      return {
        ...common,
        lanes: plan.lanesScore + plan.lanesValue,
        layout: `${plan.lanesScore} + ${plan.lanesValue}`,
        bits,
      };
    }
    case "residual": {
      const { plan, addends } = parameters;
      const bits = {
        input: Math.max(...addends.map((addend) => addend.type.width)),
        weights: Math.max(...parameters.coefficients.map((values) => spanOf(values).width)),
        accumulator: residualSumType(parameters).width,
        output: residualOutput(parameters).type.width,
      };
      return { ...common, lanes: plan.lanes * addends.length, layout: `${addends.length} x ${plan.lanes}`, bits };
    }
    case "pool": {
      const { input } = parameters;
      const width = poolOutput(parameters).type.width;
      const bits = { input: input.type.width, weights: null, accumulator: width, output: width };
      return { ...common, lanes: 0, layout: "-", bits };
    }
    case "last": {
      const { width } = parameters.input.type;
      return {
        ...common,
        lanes: 0,
        layout: "-",
        bits: { input: width, weights: null, accumulator: width, output: width },
      };
    }
  }
}

function reportUnit(parameters: MatrixUnitParameters, technology: Technology): PlannedOperator {
  const { plan, jobs, weightType } = parameters;
  return {
    name: plan.name,
    kind: "matrix-unit",
    unit: null,
    lanes: plan.lanesIn * plan.lanesOut,
    layout: `${plan.lanesIn} x ${plan.lanesOut}`,
    cyclesPerToken: jobs.reduce((sum, job) => sum + jobSteps(job, plan), 0),
    bits: {
      input: operandType(parameters).width,
      weights: weightType.width,
      accumulator: sumType(parameters).width,
      output: Math.max(...placeTasks(parameters).map(({ task }) => taskOutput(task, plan).type.width)),
    },
    estimate: estimateUnit(parameters, technology),
  };
}

/** What is fixed leaves no plan at all. */
function impossible(objections: readonly string[]): GatecastError {
  const [first = "there is none"] = [...new Set(objections)];
  return new GatecastError("usage", `No plan has everything that is fixed: ${first}.`, {
    remedy: "Change or leave out one of the names under `plan`: the planner then chooses.",
    where: { key: "plan" },
  });
}
