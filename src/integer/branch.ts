import { branchTensors, buildGraph } from "../model/index.js";
import type { IntegerModel } from "./model.js";

/**
 * The same model with the Transformer's branch zeroed: the forecast is what the linear skip and the last sample alone
 * make of it. An accumulator's zero is 0, so coefficient 0 is the value 0, and nothing else changes.
 */
export function withoutBranch(model: IntegerModel): IntegerModel {
  const graph = buildGraph(model.architecture, model.precision);
  const forecast = graph.operators.find(({ output }) => output === graph.output);
  const data = forecast && model.operators.get(forecast.name);
  if (forecast?.kind !== "residual" || data?.kind !== "residual") throw new Error("the forecast is not a residual");
  const branch = branchTensors(graph);
  const coefficients = data.coefficients.map((row, index) =>
    branch.includes(forecast.addends[index] ?? "") ? row.map(() => 0) : row,
  );
  return { ...model, operators: new Map(model.operators).set(forecast.name, { ...data, coefficients }) };
}
