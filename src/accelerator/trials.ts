import { type Graph, type Operator, tensor } from "../model/index.js";
import type { FixedChoices } from "./by-name/fixed-choices.js";
import type { Device } from "./devices.js";
import { choicesFor, type Pace } from "./lanes.js";
import type { Parameters } from "./parameters.js";
import type { Choices, Mode } from "./plan.js";
import { stepsOf } from "./plan-report.js";
import { keysWorthwhile, pacesOf, type UnitShape, unitNames, unitShapes, unitsOf } from "./shared-lanes.js";

/** Lanes worth a look, those with the fewest cycles first. */
export function trialsOf(graph: Graph, mode: Mode, device: Device, fixed: FixedChoices): Trial[] {
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

/** Lanes that are worth a look, before multipliers and memories are decided. */
export interface Trial {
  readonly wanted: Choices;
  /** No more than `cycles` will be. */
  readonly leastCycles: number;
  cycles(parameters: Parameters): number;
}

/** Lanes of their own for every operator. */
export function dedicated(graph: Graph, pace: Pace, mode: Mode, fixed: FixedChoices): Trial {
  const wanted = choicesFor(graph, pace, mode, [], fixed);
  const cycles = (parameters: Parameters) => roughCycles(graph, parameters);
  return { wanted, leastCycles: leastRoughCycles(graph, wanted), cycles };
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
