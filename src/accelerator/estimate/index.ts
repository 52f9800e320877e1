import type { Graph } from "../../model/index.js";
import type { MatrixUnitParameters } from "../operators/matrix-unit/parameters.js";
import type { OperatorParameters, Parameters } from "../parameters.js";
import type { Choices, Estimate } from "../plan.js";
import type { Technology } from "../technology.js";
import type { Amounts } from "./amounts.js";
import { operatorAmounts } from "./operators.js";
import { streamAmounts } from "./streams.js";
import { type Coefficients, terms } from "./terms.js";
import { unitAmounts } from "./unit.js";

export { Amounts } from "./amounts.js";
export { operatorAmounts } from "./operators.js";
export { type Stream, streamAmounts, streamsOf } from "./streams.js";
export { type Coefficients, type Term, terms } from "./terms.js";
export { jobAmounts, unitAmounts } from "./unit.js";

/** Coefficients as arrays in the order of the terms. */
interface Table {
  readonly lut: Float64Array;
  readonly ff: Float64Array;
}

const tables = new WeakMap<Coefficients, Table>();

function tableOf(coefficients: Coefficients): Table {
  const known = tables.get(coefficients);
  if (known) return known;
  const made = {
    lut: Float64Array.from(terms, (term) => coefficients.lut[term]),
    ff: Float64Array.from(terms, (term) => coefficients.ff[term]),
  };
  tables.set(coefficients, made);
  return made;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}

/** Resources of what has these amounts, by the coefficients of its family unless others are given. */
export function estimateOf(amounts: Amounts, coefficients: Coefficients = amounts.technology.coefficients): Estimate {
  const { alone } = amounts.technology;
  const table = tableOf(coefficients);
  const ff = dot(amounts.ff, table.ff);
  return {
    lut: dot(amounts.lut, table.lut) + amounts.lutram + alone * ff,
    lutram: amounts.lutram,
    ff,
    dsp: amounts.dsp,
    blockRam: amounts.blockRam,
  };
}

/** Estimates of parameters that have been asked for before: a search asks for the same ones again and again. */
const known = new WeakMap<Technology, WeakMap<object, Estimate>>();

function once<Parameters extends object>(
  parameters: Parameters,
  technology: Technology,
  amounts: (of: Parameters, technology: Technology) => Amounts,
): Estimate {
  const estimates = known.get(technology) ?? new WeakMap<object, Estimate>();
  known.set(technology, estimates);
  const before = estimates.get(parameters);
  if (before) return before;
  const made = estimateOf(amounts(parameters, technology));
  estimates.set(parameters, made);
  return made;
}

/** What an operator takes, from its parts. */
export function estimateOperator(parameters: OperatorParameters, technology: Technology): Estimate {
  return once(parameters, technology, operatorAmounts);
}

/** What a matrix unit takes. */
export function estimateUnit(parameters: MatrixUnitParameters, technology: Technology): Estimate {
  return once(parameters, technology, unitAmounts);
}

/** What a whole design takes, in whole cells. */
export function estimateDesign(
  graph: Graph,
  parameters: Parameters,
  choices: Pick<Choices, "queues" | "mode" | "history">,
  technology: Technology,
): Estimate {
  return sumOf([
    ...[...parameters.operators.values()].map((one) => estimateOperator(one, technology)),
    ...parameters.units.map((unit) => estimateUnit(unit, technology)),
    estimateOf(streamAmounts(graph, parameters, choices, technology)),
  ]);
}

function sumOf(estimates: readonly Estimate[]): Estimate {
  const sum = { lut: 0, lutram: 0, ff: 0, dsp: 0, blockRam: 0 };
  for (const one of estimates) {
    sum.lut += one.lut;
    sum.lutram += one.lutram;
    sum.ff += one.ff;
    sum.dsp += one.dsp;
    sum.blockRam += one.blockRam;
  }
  return { ...sum, lut: Math.round(sum.lut), ff: Math.round(sum.ff) };
}
