import { type Amounts, operatorAmounts, streamAmounts, unitAmounts } from "../../src/accelerator/estimate/index.js";
import { deriveParameters, entityName, type Parameters } from "../../src/accelerator/parameters.js";
import { type Technology, technologyOf } from "../../src/accelerator/technology.js";
import { buildGraph, type Graph } from "../../src/model/index.js";
import type { Counts } from "./design.js";
import type { Drawn } from "./draw.js";

/** First part of the names of the designs' entities. */
export const NAME = "forecaster";
const CORE = `${NAME}_core`;

/** A part of a design: what it is made of, and the module that it is. */
export interface Part {
  readonly name: string;
  readonly kind: string;
  readonly amounts: Amounts;
  /** What its module was synthesised to; null: the modules were not synthesised for themselves. */
  readonly found: Counts | null;
}

/** The parts of a design: operators, matrix units, and what is between them. */
export function partsOf(drawn: Drawn, modules: Readonly<Record<string, Counts>>): Part[] {
  const { model, plan } = drawn;
  const graph = buildGraph(model.architecture, model.precision);
  const technology = technologyOf(plan.device);
  const parameters = deriveParameters(graph, model, plan, NAME);
  const parts = [...operatorParts(parameters, technology, modules)];
  const whole = modules[CORE] ?? null;
  const rest =
    whole && parts.every(({ found }) => found) ? parts.reduce((left, { found }) => less(left, found), whole) : null;
  return [
    ...parts,
    { name: "streams", kind: "streams", amounts: streams(graph, parameters, plan, technology), found: rest },
  ];
}

/** Names of the modules that are parts, and of the one that they are in. */
export function partModules({ model, plan }: Pick<Drawn, "model" | "plan">): string[] {
  const graph = buildGraph(model.architecture, model.precision);
  const { operators, units } = deriveParameters(graph, model, plan, NAME);
  const own = [...operators.values()].filter(({ kind }) => kind !== "shared");
  return [CORE, ...own.map(({ title }) => entityName(NAME, title)), ...units.map(({ name }) => name)];
}

function streams(graph: Graph, parameters: Parameters, plan: Drawn["plan"], technology: Technology): Amounts {
  return streamAmounts(graph, parameters, plan, technology);
}

function operatorParts(
  parameters: Parameters,
  technology: Technology,
  modules: Readonly<Record<string, Counts>>,
): Part[] {
  const operators = [...parameters.operators.values()].flatMap((one): Part[] => {
    if (one.kind === "shared") return [];
    const found = modules[entityName(NAME, one.title)] ?? null;
    return [{ name: one.title, kind: one.kind, amounts: operatorAmounts(one, technology), found }];
  });
  const units = parameters.units.map((unit): Part => {
    return {
      name: unit.plan.name,
      kind: "unit",
      amounts: unitAmounts(unit, technology),
      found: modules[unit.name] ?? null,
    };
  });
  return [...operators, ...units];
}

function less(whole: Counts, part: Counts | null): Counts {
  if (part === null) return whole;
  return {
    lut: whole.lut - part.lut,
    lutram: whole.lutram - part.lutram,
    ff: whole.ff - part.ff,
    dsp: whole.dsp - part.dsp,
    ramb18: whole.ramb18 - part.ramb18,
  };
}
