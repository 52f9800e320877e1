import { pureShifts } from "../../integer/index.js";
import { range } from "../../rtl/index.js";
import { exponentialSumType } from "../operators/attention/exponentials.js";
import { scoreSumType } from "../operators/attention/scores.js";
import { weightedSumType } from "../operators/attention/values.js";
import { type AttentionParameters, attentionOutput } from "../operators/attention.js";
import type { LastParameters } from "../operators/last.js";
import { accumulatorType, type LinearParameters, linearOutput } from "../operators/linear.js";
import type { PoolParameters } from "../operators/pool.js";
import { poolOutput } from "../operators/pool.js";
import { type ResidualParameters, residualSumType, residualTurns } from "../operators/residual.js";
import type { OperatorParameters } from "../parameters.js";
import { indexBits } from "../parts/counter.js";
import { dividerSteps } from "../parts/divider.js";
import { productType } from "../parts/product.js";
import { spanOf } from "../parts/span.js";
import type { Technology } from "../technology.js";
import { Amounts, productTerm } from "./amounts.js";
import { lutsOfDigits, multipleBits } from "./luts.js";
import { shifters } from "./shifters.js";

/** What an operator is made of; nothing where its lanes are a matrix unit's. */
export function operatorAmounts(parameters: OperatorParameters, technology: Technology): Amounts {
  const amounts = new Amounts(technology);
  switch (parameters.kind) {
    case "linear":
      linear(amounts, parameters);
      break;
    case "attention":
      attention(amounts, parameters);
      break;
    case "residual":
      residual(amounts, parameters);
      break;
    case "pool":
      pool(amounts, parameters);
      break;
    case "last":
      last(amounts, parameters);
      break;
    case "shared":
      break;
  }
  return amounts;
}

function linear(amounts: Amounts, parameters: LinearParameters): void {
  const { rows, columns, plan, input, weightType, bias, requantiser } = parameters;
  const columnBeats = columns / plan.lanesIn;
  const rowBeats = rows / plan.lanesOut;
  const accumulator = accumulatorType(parameters);
  const biasWords = (bias.length / rows) * rowBeats;
  amounts.logic("linear", 1, 1);
  amounts.counters("linear counters", columnBeats, rowBeats, bias.length / rows);
  amounts.gearbox(input, plan.lanesIn);
  amounts.buffer(plan.slots, columnBeats, plan.lanesIn * input.type.width, plan.tokens);
  amounts.memory(rowBeats * columnBeats, plan.lanesIn * plan.lanesOut * weightType.width, plan.weights);
  amounts.memory(biasWords, plan.lanesOut * spanOf(bias).width, plan.bias);
  // Of so few words, this share of the bits is not the same in all.
  const factors = { varying: 1 - 2 ** (1 - rowBeats * columnBeats), sharing: plan.lanesOut };
  for (let lane = 0; lane < plan.lanesOut; lane++) {
    const inBlock = amounts.dotProduct(plan.lanesIn, input.type, weightType, plan.multiplier, factors);
    amounts.accumulator(accumulator.width, columnBeats > 1 ? 1.5 : 1, inBlock);
    // The register that the requantiser's block multiplies from may not be the one that goes on summing.
    if (inBlock && requantiser && columnBeats > 1) {
      amounts.logic("accumulator", 0.8 * accumulator.width, 0.75 * accumulator.width);
    }
  }
  amounts.gearbox({ type: accumulator, lanes: plan.lanesOut }, plan.lanes);
  if (!requantiser) return;
  const { width: output } = linearOutput(parameters).type;
  const shifts = pureShifts(requantiser);
  if (shifts) {
    shifters(amounts, accumulator, { shifts, rows, lanes: plan.lanes, output });
    return;
  }
  const factor = range(0, Math.max(...requantiser.multipliers));
  if (requantiser.multipliers.length > 1) amounts.memory(rows / plan.lanes, plan.lanes * factor.width, "rom");
  amounts.requantisers(accumulator, factor, {
    ...{ multiplier: plan.requantiser, lanes: plan.lanes, output },
    constant: requantiser.multipliers.length === 1 ? requantiser.multipliers[0] : undefined,
  });
}

function attention(amounts: Amounts, parameters: AttentionParameters): void {
  const { tokens, features, heads, plan, query, key, value, table, numerator, score } = parameters;
  const { keysAtOnce } = plan;
  const scores = scoreSumType(parameters);
  const sums = weightedSumType(parameters);
  const divisor = exponentialSumType(parameters);
  const exponential = range(0, table[0] ?? 1);
  const scoreBits = range(score.lo, score.hi).width;
  const keyBeats = tokens / keysAtOnce;
  amounts.logic("attention", 1, 1);
  const beats = [features / plan.lanesScore, features / plan.lanesValue];
  amounts.counters("attention counters", ...beats, tokens, tokens, heads, heads, keyBeats, keyBeats);

  amounts.gearbox(query, plan.lanesScore);
  amounts.gearbox(key, plan.lanesScore);
  amounts.gearbox(value, plan.lanesValue);
  amounts.buffer(plan.queries, features / plan.lanesScore, plan.lanesScore * query.type.width, plan.rows);
  // Keys and values of the windows, a bank for each key that is worked on at once.
  const kept = (lanes: number, width: number, style: string) =>
    amounts.buffer(
      plan.windows,
      2 ** indexBits(keyBeats) * 2 ** indexBits(features / lanes),
      lanes * width,
      style,
      keysAtOnce,
    );
  kept(plan.lanesScore, key.type.width, plan.keys);
  kept(plan.lanesValue, value.type.width, plan.values);
  for (let bank = 0; bank < keysAtOnce; bank++) {
    amounts.memory(table.length, exponential.width, plan.table);
    const inBlock = amounts.dotProduct(plan.lanesScore, query.type, key.type, plan.scoreMultiplier, {
      sharing: keysAtOnce,
    });
    amounts.accumulator(scores.width, features / heads > plan.lanesScore ? 1.5 : 0, inBlock);
  }
  const shifts = pureShifts({ multipliers: [score.multiplier], shift: score.shift });
  if (shifts) shifters(amounts, scores, { shifts, rows: 1, lanes: keysAtOnce, output: scoreBits });
  else {
    const by = { multiplier: plan.requantiser, lanes: keysAtOnce, output: scoreBits, constant: score.multiplier };
    amounts.requantisers(scores, range(0, score.multiplier), by);
  }

  // The maximum of a row, distances from it, and the sum of their exponentials.
  amounts.buffer(2, keyBeats, keysAtOnce * scoreBits, plan.rows);
  const compared = keysAtOnce > 1 ? (keysAtOnce - 1) * 2 * scoreBits : 0;
  amounts.logic("attention rows", compared + keysAtOnce * scoreBits + 3 * scoreBits, compared);
  amounts.logic("attention rows", 0, (keysAtOnce > 1 ? keysAtOnce + 1 : 0) * scoreBits + (4 + keysAtOnce) * scoreBits);
  amounts.logic("accumulator", keysAtOnce * divisor.width * 1.5, divisor.width);
  amounts.queue(2, divisor.width, plan.rows === "distributed" ? "distributed" : "registers");

  // Weighted sums.
  amounts.buffer(2, keyBeats, keysAtOnce * exponential.width, plan.rows);
  const weighted = productType(exponential, value.type).width;
  const narrow = Math.min(exponential.width, value.type.width);
  if (plan.valueMultiplier === "lut") {
    amounts.logic(
      "multiples",
      keysAtOnce * multipleBits(exponential.width, value.type.width),
      narrow > 6 ? keysAtOnce * 3 * exponential.width : 0,
    );
  }
  for (let lane = 0; lane < plan.lanesValue; lane++) {
    let inBlock = false;
    for (let at = 0; at < keysAtOnce; at++) {
      if (plan.valueMultiplier === "dsp") inBlock = amounts.product(exponential, value.type, "dsp");
      else amounts.logic(productTerm(value.type.width), lutsOfDigits(exponential.width, value.type.width), weighted);
    }
    amounts.tree(keysAtOnce, weighted);
    amounts.accumulator(sums.width, 1.2, inBlock);
  }
  amounts.gearbox({ type: sums, lanes: plan.lanesValue }, plan.lanes);

  const digits = plan.reciprocalDigits;
  const quotient = digits * dividerSteps({ numerator, divisor, digits });
  const reciprocal = range(0, Math.max(1, Math.floor(numerator / (table[0] ?? 1))));
  amounts.logic("attention reciprocal", divisor.width * (1 + 2 * digits) + quotient / 2, 2 * divisor.width + quotient);
  amounts.queue(2, reciprocal.width, plan.rows === "distributed" ? "distributed" : "registers");
  const { width: output } = attentionOutput(parameters).type;
  amounts.requantisers(sums, reciprocal, { multiplier: plan.normaliser, lanes: plan.lanes, output });
}

function residual(amounts: Amounts, parameters: ResidualParameters): void {
  const { addends, coefficients, constants, features, plan, lo, hi } = parameters;
  const offset = spanOf(constants).width + 1;
  const sums = residualSumType(parameters).width;
  const code = range(lo, hi).width;
  const beats = features / plan.lanes;
  const inTurn = residualTurns(parameters) > 1;
  amounts.logic("residual", 1, 1);
  for (let lane = 0; lane < plan.lanes; lane++) {
    amounts.logic("requantiser bits", 2 * code, code);
    if (inTurn) {
      const operand = spanOf(addends.flatMap(({ type }) => [Number(type.lo), Number(type.hi)]));
      const largest = Math.max(...coefficients.flat().map(Math.abs));
      const inBlock = amounts.longProduct(operand, range(-largest, largest), plan.multipliers[0] ?? "lut");
      amounts.logic("residual operands", operand.width * (addends.length > 4 ? 2 : 1), inBlock ? 0 : operand.width);
      amounts.logic("residual sum", inBlock ? 0 : sums, inBlock ? offset : sums + offset);
      continue;
    }
    addends.forEach((addend, index) => {
      const largest = Math.max(...(coefficients[index] ?? [1]).map(Math.abs));
      const factor = range(-largest, largest);
      const inBlock = amounts.longProduct(addend.type, factor, plan.multipliers[index] ?? "lut");
      const product = productType(addend.type, factor).width;
      amounts.logic("residual operands", 0, addend.type.width);
      // A multiplier block adds what is there already; in logic the products' last digits are added behind it.
      const digits = Math.ceil(Math.min(addend.type.width, factor.width) / 4);
      amounts.logic("residual sum", inBlock ? sums / 5 : (sums + product * digits) / 2, inBlock ? sums / 2 : product);
    });
    amounts.logic("residual sum", 0, offset);
  }
  if (inTurn) {
    const factor = spanOf(coefficients.flat()).width;
    amounts.memory(beats * addends.length, plan.lanes * factor, "rom");
  } else if (beats > 1) {
    for (const values of coefficients) amounts.memory(beats, plan.lanes * spanOf(values).width, "rom");
  }
  if (beats > 1) amounts.memory(beats, plan.lanes * offset, "rom");
  amounts.counters("linear counters", beats, ...(inTurn ? [beats * addends.length, addends.length] : []));
}

function pool(amounts: Amounts, { input, tokens, features, plan }: PoolParameters): void {
  const beats = features / input.lanes;
  const width = input.lanes * poolOutput({ input, tokens }).type.width;
  if (plan.sums === "registers") amounts.memory(beats, width, "registers");
  else {
    const groups = beats <= 32 ? 1 : 2 ** indexBits(Math.ceil(beats / 64));
    // Read and written at one address: all four LUTs of a RAM32M or RAM64M hold bits.
    amounts.lutram += (beats <= 32 ? Math.ceil(width / 8) : Math.ceil(width / 4)) * 4 * groups;
  }
  amounts.logic("pool", 1, 1);
  amounts.logic("pool sums", 1.5 * width, width);
  amounts.counters("linear counters", beats, tokens);
}

function last(amounts: Amounts, { input, tokens, columns, plan }: LastParameters): void {
  const { width } = input.type;
  amounts.logic("last", 1, 1);
  amounts.counters("linear counters", tokens, columns.length);
  amounts.logic("narrow select", columns.length > 1 ? width : 0, input.lanes * width);
  if (plan.windows === 2) amounts.queue(Math.max(2, columns.length), width, "distributed");
}
