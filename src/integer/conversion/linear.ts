import { GatecastError } from "../../errors.js";
import { codeRange, type LinearOperator, multiplierBits, tensor } from "../../model/index.js";
import { clamp, roundHalfAway } from "../../numeric/integers.js";
import { isExactInterval, times } from "../../numeric/interval.js";
import { accumulatorIntervals, type FeatureIntervals } from "../intervals.js";
import type { IntegerLinear, Interval, Requantiser } from "../model.js";
import { shiftsAlone } from "../power-of-two.js";
import { chooseShift } from "../requantise.js";
import {
  type ConversionContext,
  codeMeaning,
  type Meaning,
  meaningOf,
  requireExact,
  requireParameter,
  requireScale,
  sharedScale,
  tooWide,
} from "./scales.js";

/**
 * Weights in their row's codes; bias in units of s_x s_w[o] with the zero point of x folded in; a multiplier per row.
 *
 * @param input what each feature of the input can take
 */
export function convertLinear(
  context: ConversionContext,
  operator: LinearOperator,
  input: FeatureIntervals,
): { readonly data: IntegerLinear; readonly meaning: Meaning } {
  const { name, weight } = operator;
  const { rows, columns } = weight;
  const x = meaningOf(context, operator.input);
  const inputScale = sharedScale(x);
  const rowScales = requireRowScales(context, weight.name, rows);
  const floats = requireParameter(context, weight.name, rows * columns);
  const range = codeRange(weight.bits, true);
  const weights = Array.from(floats, (value, index) =>
    clamp(roundHalfAway(value / (rowScales[Math.floor(index / columns)] ?? 1)), range.lo, range.hi),
  );

  const scales = rowScales.map((scale) => inputScale * scale);
  const biasRows = operator.bias.perToken ? context.graph.architecture.window * rows : rows;
  const bias = Array.from(requireParameter(context, operator.bias.name, biasRows), (value, index) => {
    const row = index % rows;
    let sum = 0;
    for (let column = 0; column < columns; column++) sum += weights[row * columns + column] ?? 0;
    const rounded = roundHalfAway(value / (scales[row] ?? 1));
    return requireExact(rounded - x.zero * sum, `The bias of row ${row}`, name);
  });

  const accumulators = accumulatorIntervals(weights, bias, input, rows, columns);
  accumulators.forEach((interval, row) => {
    if (!isExactInterval(interval)) throw tooWide(`The accumulator of row ${row}`, name);
  });
  const output = tensor(context.graph, operator.output);
  if (output.bits === null) {
    return { data: { kind: "linear", weights, bias, accumulators, requantiser: null }, meaning: { scales, zero: 0 } };
  }
  const meaning = codeMeaning(context, output.name);
  const factors = scales.map((scale) => scale / sharedScale(meaning));
  const requantiser = {
    ...requantiserScaling(context, factors, multiplierBits(output.bits), name),
    zero: meaning.zero,
    ...codeRange(output.bits, output.symmetric),
  };
  checkProducts(requantiser, accumulators, name);
  return { data: { kind: "linear", weights, bias, accumulators, requantiser }, meaning };
}

/**
 * Multipliers of at most `bits` digits with one shift, multiplier / 2^shift ~ factor.
 *
 * @throws GatecastError "model" where the largest factor needs more digits even at shift 1
 */
export function multipliersFor(
  factors: readonly number[],
  bits: number,
  operator: string,
): Pick<Requantiser, "multipliers" | "shift"> {
  const shift = chooseShift(Math.max(...factors.map(Math.abs)), bits);
  if (!(shift >= 1)) {
    const largest = Math.max(...factors.map(Math.abs));
    throw new GatecastError(
      "model",
      `"${operator}" would scale by ${largest}, too much for a ${bits}-bit multiplier.`,
      {
        where: { operator },
        remedy: "The range of its output is far smaller than one step of its input: train again, or give it more bits.",
      },
    );
  }
  return { multipliers: factors.map((factor) => roundHalfAway(factor * 2 ** shift)), shift };
}

/** Multipliers and shift of a requantiser: of any factors, or of powers of two, as the precision has it. */
export function requantiserScaling(
  { graph }: ConversionContext,
  factors: readonly number[],
  bits: number,
  operator: string,
): Pick<Requantiser, "multipliers" | "shift"> {
  return (graph.precision.scales === "power-of-two" ? shiftsAlone : multipliersFor)(factors, bits, operator);
}

/** Proves that acc * multiplier + 2^(shift-1) stays below 2^53 for every accumulator. */
export function checkProducts(by: Requantiser, accumulators: readonly Interval[], operator: string): void {
  accumulators.forEach((interval, row) => {
    const multiplier = by.multipliers[by.multipliers.length === 1 ? 0 : row] ?? Number.NaN;
    const { lo, hi } = times(interval, multiplier);
    const half = 2 ** (by.shift - 1);
    if (!isExactInterval({ lo: lo + half, hi: hi + half }) || !isExactInterval({ lo, hi })) {
      throw tooWide(`The product of row ${row} with its multiplier`, operator);
    }
  });
}

function requireRowScales(context: ConversionContext, name: string, rows: number): number[] {
  const scales = context.quantised.weights.get(name);
  if (scales?.length !== rows) {
    throw new GatecastError(
      "model",
      `"${name}" has ${scales?.length ?? 0} scales; it needs one for each of ${rows} rows.`,
      {
        where: { tensor: name },
        remedy: "Use the quantisers of this very architecture.",
      },
    );
  }
  return Array.from(scales, (scale, row) => requireScale(scale, `${name}[${row}]`));
}
