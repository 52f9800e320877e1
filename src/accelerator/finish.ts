import type { Graph } from "../model/index.js";
import { misfit } from "./by-name/misfit.js";
import { type Cycles, countCycles } from "./cycles.js";
import type { Device } from "./devices.js";
import type { Parameters } from "./parameters.js";
import type { Choices, Estimate, OperatorPlan, Plan } from "./plan.js";
import { reportOperator, reportUnit } from "./plan-report.js";
import { technologyOf } from "./technology.js";
import { headLanes, withWiderHead } from "./wider-head.js";

/** Choices with what follows from them, but for exact cycles. */
export interface Decided {
  readonly choices: Choices;
  readonly parameters: Parameters;
  readonly estimate: Estimate;
}

export interface Finishing {
  readonly device: Device;
  /** Whether what is left of the device may make the plan faster. */
  readonly speed: boolean;
  evaluate(wanted: Choices): Decided;
  fits(estimate: Estimate): boolean;
}

/** A second window at once makes no inference sooner: it is taken only where so much more than the usual reserve stays free. */
const SPARE = 1.04;

/** The plan of what is decided: exact cycles, the report, and what makes it faster at no harm. */
export function finish(graph: Graph, decided: Decided, { device, speed, evaluate, fits }: Finishing): Plan {
  const technology = technologyOf(device);
  const { choices, parameters, estimate, counted } =
    !speed || !technology.lutram
      ? { ...decided, counted: counts(graph, decided) }
      : overlapped(graph, quickened(graph, decided, evaluate, fits), evaluate, fits);
  const report = [
    ...[...parameters.operators.values()].map((one) => reportOperator(one, technology)),
    ...parameters.units.map((unit) => reportUnit(unit, technology)),
  ];
  return { ...choices, device, ...counted, report, estimate };
}

function counts(graph: Graph, { choices, parameters }: Decided): Cycles {
  return countCycles(graph, parameters, choices);
}

/** The same with room for the keys and values of two windows, where that fits and lets windows follow each other sooner. */
function overlapped(
  graph: Graph,
  decided: Decided,
  evaluate: (wanted: Choices) => Decided,
  fits: (estimate: Estimate) => boolean,
): Decided & { readonly counted: Cycles } {
  const one = { ...decided, counted: counts(graph, decided) };
  const twice = (plan: OperatorPlan): OperatorPlan =>
    plan.kind === "attention" || plan.kind === "last" ? { ...plan, windows: 2 } : plan;
  const operators = new Map([...decided.choices.operators].map(([name, plan]) => [name, twice(plan)]));
  const doubled = evaluate({ ...decided.choices, operators });
  if (!fits({ ...doubled.estimate, lut: SPARE * doubled.estimate.lut })) return one;
  const two = { ...doubled, counted: counts(graph, doubled) };
  const sooner = two.counted.initiationInterval < one.counted.initiationInterval;
  return sooner && two.counted.cyclesPerInference <= one.counted.cyclesPerInference ? two : one;
}

/** What is left makes the head's second half faster, where there is one. */
function quickened(
  graph: Graph,
  decided: Decided,
  evaluate: (wanted: Choices) => Decided,
  fits: (estimate: Estimate) => boolean,
): Decided {
  const wider = withWiderHead(graph, decided.choices);
  if (wider === null) return decided;
  const quicker = evaluate(wider);
  const isWider = headLanes(quicker.choices) > headLanes(decided.choices);
  if (!isWider || !fits(quicker.estimate) || misfit(graph, quicker.parameters) !== null) return decided;
  return quickened(graph, quicker, evaluate, fits);
}
