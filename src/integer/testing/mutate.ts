import { buildGraph } from "../../model/index.js";
import type { IntegerModel, IntegerOperator } from "../model.js";

/** The seeded mistakes that every comparison downstream must notice. */
export const mutations = [
  "zero-point", // a requantiser's zero point is off by one
  "rounding", // 2^(shift-1) is forgotten: floor instead of round, in a residual
  "table", // one entry of the exponential is off by one
  "clamp", // the upper clamp of a requantiser is one too low
  "multiplier", // the largest multiplier of a linear is off by one step of 1/16 of itself
  "bias", // a row's accumulator starts at another bias
] as const;

export type Mutation = (typeof mutations)[number];

/**
 * The model with one mistake in it. The result is a model to run, not one that `parseIntegerModel` would accept.
 *
 * @param layer the layer it is made in
 */
export function mutate(model: IntegerModel, which: Mutation, layer = 0): IntegerModel {
  const stem = `layers.${layer}`;
  switch (which) {
    case "zero-point":
      return changed(model, "embed", (data) => {
        if (data.kind !== "linear" || !data.requantiser) throw new Error("embed has no requantiser");
        const { zero, hi } = data.requantiser;
        return { ...data, requantiser: { ...data.requantiser, zero: zero < hi ? zero + 1 : zero - 1 } };
      });
    case "rounding":
      return changed(model, `${stem}.norm1`, (data) => {
        if (data.kind !== "residual") throw new Error("norm1 is not a residual");
        return { ...data, constants: data.constants.map((constant) => constant - 2 ** (data.shift - 1)) };
      });
    case "table":
      return changed(model, `${stem}.self_attn`, (data) => {
        if (data.kind !== "attention") throw new Error("self_attn is not attention");
        // The entry of difference 0 is read in every row.
        return { ...data, table: data.table.map((entry, index) => (index === 0 ? entry - 1 : entry)) };
      });
    case "clamp":
      return changed(model, `${stem}.linear1`, (data) => {
        if (data.kind !== "linear" || !data.requantiser) throw new Error("linear1 has no requantiser");
        return { ...data, requantiser: { ...data.requantiser, hi: data.requantiser.hi - 1 } };
      });
    case "multiplier":
      return changed(model, `${stem}.self_attn.v_proj`, (data) => {
        if (data.kind !== "linear" || !data.requantiser) throw new Error("v_proj has no requantiser");
        const multipliers = data.requantiser.multipliers.map((multiplier) => multiplier - Math.ceil(multiplier / 16));
        return { ...data, requantiser: { ...data.requantiser, multipliers } };
      });
    case "bias":
      return changed(model, "head", (data) => {
        if (data.kind !== "linear") throw new Error("head is not linear");
        // Wide enough to be seen in the forecast whatever the head's scale: a whole range of the sum.
        const bias = data.bias.map(
          (value, row) => value + (data.accumulators[row]?.hi ?? 0) - (data.accumulators[row]?.lo ?? 0),
        );
        return { ...data, bias };
      });
  }
}

function changed(model: IntegerModel, name: string, change: (data: IntegerOperator) => IntegerOperator): IntegerModel {
  const data = model.operators.get(name);
  if (!data || !buildGraph(model.architecture, model.precision).operators.some((operator) => operator.name === name)) {
    throw new Error(`the model has no operator "${name}"`);
  }
  return { ...model, operators: new Map(model.operators).set(name, change(data)) };
}
