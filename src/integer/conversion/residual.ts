import { codeRange, multiplierBits, normEpsilon, type ResidualOperator, tensor } from "../../model/index.js";
import { roundHalfAway } from "../../numeric/integers.js";
import { isExactInterval } from "../../numeric/interval.js";
import { type FeatureIntervals, residualIntervals } from "../intervals.js";
import type { IntegerResidual } from "../model.js";
import { multipliersFor } from "./linear.js";
import {
  type ConversionContext,
  codeMeaning,
  type Meaning,
  meaningOf,
  requireExact,
  requireParameter,
  sharedScale,
  tooWide,
} from "./scales.js";

/**
 * One affine map per feature: batch normalisation (running statistics), the scales of addends and output, and all zero
 * points in coefficients and constants.
 *
 * @param inputs what each feature of each addend can take
 */
export function convertResidual(
  context: ConversionContext,
  operator: ResidualOperator,
  inputs: readonly FeatureIntervals[],
): { readonly data: IntegerResidual; readonly meaning: Meaning } {
  const { name } = operator;
  const output = tensor(context.graph, operator.output);
  const meaning = codeMeaning(context, output.name);
  const outputScale = sharedScale(meaning);
  const norm = foldNorm(context, operator.norm, output.features);
  const addends = operator.addends.map((addend) => meaningOf(context, addend));

  const factors = addends.map(({ scales }) =>
    scales.map((scale, feature) => ((norm.gains[feature] ?? 1) * scale) / outputScale),
  );
  const { multipliers, shift } = multipliersFor(factors.flat(), multiplierBits(output.bits ?? 1), name);
  const coefficients = factors.map((_, addend) =>
    multipliers.slice(addend * output.features, (addend + 1) * output.features),
  );
  const constants = norm.offsets.map((offset, feature) => {
    let constant = roundHalfAway((offset / outputScale + meaning.zero) * 2 ** shift);
    addends.forEach(({ zero }, addend) => {
      constant -= zero * (coefficients[addend]?.[feature] ?? Number.NaN);
    });
    return requireExact(constant, `The constant of feature ${feature}`, name);
  });
  const data: IntegerResidual = {
    kind: "residual",
    coefficients,
    constants,
    shift,
    ...codeRange(output.bits ?? 1, output.symmetric),
  };
  checkResidual(name, residualIntervals(data, inputs));
  return { data, meaning };
}

/** Proves that the sum before the shift stays below 2^53 for every input. */
export function checkResidual(name: string, sums: FeatureIntervals): void {
  sums.forEach((interval, feature) => {
    if (!isExactInterval(interval)) throw tooWide(`The sum of feature ${feature}`, name);
  });
}

/** Batch normalisation as y = gain * x + offset per feature; 1 and 0 where there is none. */
function foldNorm(
  context: ConversionContext,
  norm: string | null,
  features: number,
): { readonly gains: readonly number[]; readonly offsets: readonly number[] } {
  if (norm === null)
    return { gains: new Array<number>(features).fill(1), offsets: new Array<number>(features).fill(0) };
  const read = (name: string) => requireParameter(context, `${norm}.${name}`, features);
  const [weight, bias, mean, variance] = [read("weight"), read("bias"), read("running_mean"), read("running_var")];
  const gains = Array.from(weight, (gamma, feature) => gamma / Math.sqrt((variance[feature] ?? 0) + normEpsilon));
  const offsets = Array.from(bias, (beta, feature) => beta - (gains[feature] ?? 0) * (mean[feature] ?? 0));
  return { gains, offsets };
}
