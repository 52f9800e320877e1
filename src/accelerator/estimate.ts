import { pureShifts } from "../integer/index.js";
import type { Multiplier, NumType } from "../rtl/index.js";
import { range } from "../rtl/index.js";
import { exponentialSumType } from "./operators/attention/exponentials.js";
import { scoreSumType } from "./operators/attention/scores.js";
import { weightedSumType } from "./operators/attention/values.js";
import { accumulatorType, linearOutput } from "./operators/linear.js";
import {
  jobRows,
  jobSteps,
  type MatrixUnitParameters,
  operandType,
  packedDsps,
  shiftsAlone,
  sumType,
  taskOutput,
  unitScaling,
} from "./operators/matrix-unit/parameters.js";
import { residualSumType, residualTurns } from "./operators/residual.js";
import type { OperatorParameters } from "./parameters.js";
import type { Beat } from "./parts/beat.js";
import { indexBits } from "./parts/counter.js";
import { dividerSteps } from "./parts/divider.js";
import { productType } from "./parts/product.js";
import { spanOf } from "./parts/span.js";
import { looseBits } from "./parts/table.js";
import type { Estimate, QueuePlan } from "./plan.js";
import type { Technology } from "./technology.js";

/** Sums up what parts cost. */
class Sum {
  lut = 0;
  lutram = 0;
  ff = 0;
  dsp = 0;
  blockRam = 0;
  readonly technology: Technology;

  constructor(technology: Technology) {
    this.technology = technology;
  }

  logic(lut: number, ff: number): void {
    this.lut += lut;
    this.ff += ff;
  }

  /** A memory of words; RAM64M of LUTs hold 64 words of 3 bits in 4 LUTs, RAM32M 32 words of 6. */
  memory(words: number, width: number, style: string): void {
    if (style === "block") {
      this.blockRam += this.technology.blocks(words, width);
      return;
    }
    if (style === "mixed") {
      const loose = looseBits(words, width);
      if (width > loose) this.memory(words, width - loose, "block");
      if (loose > 0) this.memory(words, loose, "rom");
      return;
    }
    this.ff += width;
    if (style === "registers") {
      this.ff += words * width;
      this.lut += this.technology.choice(words, width);
      return;
    }
    if (style === "rom") {
      this.lut += this.technology.constants(words, width);
      return;
    }
    const luts = words <= 32 ? Math.ceil(width / 6) * 4 : Math.ceil(width / 3) * 4 * Math.ceil(words / 64);
    this.lutram += luts;
    this.lut += luts + (words > 64 ? width * Math.ceil(words / 256) : 0);
  }

  /** A product with its register. */
  product(a: NumType, b: NumType, kind: Multiplier): void {
    const width = productType(a, b).width;
    if (kind === "dsp" && a.width + b.width >= this.technology.leastDspBits) {
      this.dsp += this.technology.dsps(a, b);
      return;
    }
    this.logic(lutsOfProduct(a.width, b.width), width);
  }

  get total(): Estimate {
    const { lut, lutram, ff, dsp, blockRam } = this;
    const { flattened, alone } = this.technology;
    const logic = (lut - lutram) * flattened.lut;
    const registers = ff * flattened.ff;
    return {
      lut: Math.round(logic + lutram + alone * registers),
      lutram: Math.round(lutram),
      ff: Math.round(registers),
      dsp,
      blockRam,
    };
  }
}

/** LUT6 of a product without DSP, and of the multiples that it chooses from. */
function lutsOfProduct(a: number, b: number): number {
  const [wide, narrow] = [Math.max(a, b), Math.min(a, b)];
  return narrow <= 2 ? a * b : lutsOfDigits(wide, narrow) + 2 * wide + 2;
}

function requantiser(sum: Sum, input: NumType, factor: NumType, kind: Multiplier, lanes: number, output: number): void {
  const wide = productType(input, factor).width;
  for (let lane = 0; lane < lanes; lane++) {
    sum.product(input, factor, kind);
    // A DSP takes the operands' registers and the addition of the rounding constant.
    if (kind === "dsp") sum.logic(14 + output, 12 + output * 2);
    else sum.logic(wide + 14 + output, input.width + factor.width + wide + output);
  }
  sum.logic(4, 4);
}

/** A requantiser of shifts alone: the choice among up to four of them and the rounding share their look-up tables. */
function shifter(sum: Sum, input: NumType, shifts: readonly number[], lanes: number, output: number): void {
  const kinds = new Set(shifts).size;
  const width = Math.max(output, input.width - Math.min(...shifts) + 1);
  for (let lane = 0; lane < lanes; lane++) {
    sum.logic(width * Math.max(1, (kinds - 1) / 3) + 14 + output, input.width + width + output);
  }
  sum.logic(4, 4);
}

/** Which of their shifts the rows have: a table, unless all have the same. */
function shiftTable(sum: Sum, rows: number, shifts: readonly number[], lanes: number): void {
  const kinds = new Set(shifts).size;
  if (kinds > 1) sum.memory(rows / lanes, lanes * indexBits(kinds), "rom");
}

function buffer(sum: Sum, items: number, beats: number, width: number, style: string): void {
  sum.memory(items * beats, width, style);
  sum.logic(14 + 2 * Math.log2(Math.max(2, beats)), 6 + 2 * Math.log2(Math.max(2, beats)));
}

function dotProduct(sum: Sum, lanes: number, x: NumType, w: NumType, kind: Multiplier): void {
  const width = productType(x, w).width;
  for (let lane = 0; lane < lanes; lane++) sum.product(x, w, kind);
  tree(sum, lanes, width);
}

/** Additions with a register behind each level. */
function tree(sum: Sum, count: number, width: number): void {
  let terms = count;
  for (let level = 1; terms > 1; level++) {
    sum.logic(Math.floor(terms / 2) * (width + level), Math.ceil(terms / 2) * (width + level));
    terms = Math.ceil(terms / 2);
  }
}

function gearbox(sum: Sum, from: Beat, lanes: number): void {
  if (from.lanes === lanes) return;
  const width = Math.max(from.lanes, lanes) * from.type.width;
  // Widening shifts in; narrowing also has to load.
  sum.logic(lanes > from.lanes ? 10 : width * 0.35 + 8, width + 4);
}

/** Estimates of parameters that have been asked for before: a search asks for the same ones again and again. */
const known = new WeakMap<Technology, WeakMap<object, Estimate>>();

function once<Parameters extends object>(
  parameters: Parameters,
  technology: Technology,
  estimate: (of: Parameters, technology: Technology) => Estimate,
): Estimate {
  const estimates = known.get(technology) ?? new WeakMap<object, Estimate>();
  known.set(technology, estimates);
  const before = estimates.get(parameters);
  if (before) return before;
  const made = estimate(parameters, technology);
  estimates.set(parameters, made);
  return made;
}

/** What an operator costs, from its parts. */
export function estimateOperator(parameters: OperatorParameters, technology: Technology): Estimate {
  return once(parameters, technology, operatorEstimate);
}

/** What a matrix unit costs, and the queues of the sums that leave it. */
export function estimateUnit(parameters: MatrixUnitParameters, technology: Technology): Estimate {
  return once(parameters, technology, unitEstimate);
}

function operatorEstimate(parameters: OperatorParameters, technology: Technology): Estimate {
  const sum = new Sum(technology);
  switch (parameters.kind) {
    case "linear": {
      const { rows, columns, plan, input, weightType, bias, requantiser: scale } = parameters;
      const columnBeats = columns / plan.lanesIn;
      const rowBeats = rows / plan.lanesOut;
      const accumulator = accumulatorType(parameters);
      gearbox(sum, input, plan.lanesIn);
      buffer(sum, plan.slots, columnBeats, plan.lanesIn * input.type.width, plan.tokens);
      sum.memory(rowBeats * columnBeats, plan.lanesIn * plan.lanesOut * weightType.width, plan.weights);
      sum.memory((bias.length / rows) * rowBeats, plan.lanesOut * accumulator.width, plan.bias);
      for (let lane = 0; lane < plan.lanesOut; lane++) {
        dotProduct(sum, plan.lanesIn, input.type, weightType, plan.multiplier);
      }
      sum.logic(
        plan.lanesOut * accumulator.width * (columnBeats > 1 ? 2 : 1) + 20,
        plan.lanesOut * accumulator.width + 20,
      );
      gearbox(sum, { type: accumulator, lanes: plan.lanesOut }, plan.lanes);
      const shifts = scale && pureShifts(scale);
      if (shifts) {
        shiftTable(sum, rows, shifts, plan.lanes);
        shifter(sum, accumulator, shifts, plan.lanes, linearOutput(parameters).type.width);
      } else if (scale) {
        const factor = range(0, Math.max(...scale.multipliers));
        if (scale.multipliers.length > 1) sum.memory(rows / plan.lanes, plan.lanes * factor.width, "rom");
        requantiser(sum, accumulator, factor, plan.requantiser, plan.lanes, linearOutput(parameters).type.width);
      }
      break;
    }
    case "attention": {
      const { tokens, features, plan, query, key, value, table, numerator, shift } = parameters;
      const scores = scoreSumType(parameters);
      const sums = weightedSumType(parameters);
      const divisor = exponentialSumType(parameters);
      gearbox(sum, query, plan.lanesScore);
      gearbox(sum, key, plan.lanesScore);
      gearbox(sum, value, plan.lanesValue);
      buffer(sum, plan.queries, features / plan.lanesScore, plan.lanesScore * query.type.width, plan.rows);
      const { keysAtOnce } = plan;
      const places = plan.windows * (tokens / keysAtOnce) * features;
      const exponentialBits = (table[0] ?? 1).toString(2).length;
      const scoreBits = parameters.score.hi.toString(2).length + 1;
      for (let bank = 0; bank < keysAtOnce; bank++) {
        sum.memory(places / plan.lanesScore, plan.lanesScore * key.type.width, plan.keys);
        sum.memory(places / plan.lanesValue, plan.lanesValue * value.type.width, plan.values);
        sum.memory(table.length, exponentialBits, plan.table);
        dotProduct(sum, plan.lanesScore, query.type, key.type, plan.scoreMultiplier);
        sum.logic(scores.width * 2, scores.width);
      }
      // Control of the buffers of keys and values.
      const beats = (tokens * features) / plan.lanesScore;
      sum.logic(28 + 4 * Math.log2(beats), 12 + 4 * Math.log2(beats));
      buffer(sum, 2, tokens / keysAtOnce, keysAtOnce * scoreBits, plan.rows);
      buffer(sum, 2, tokens / keysAtOnce, keysAtOnce * exponentialBits, plan.rows);
      const { multiplier, shift: scoreShift } = parameters.score;
      const shifts = pureShifts({ multipliers: [multiplier], shift: scoreShift });
      if (shifts) shifter(sum, scores, shifts, keysAtOnce, 8);
      else requantiser(sum, scores, range(0, multiplier), plan.requantiser, keysAtOnce, 8);
      // Comparisons and sums of several keys, with the register of the highest.
      sum.logic(
        (keysAtOnce - 1) * (2 * scoreBits + exponentialBits),
        (keysAtOnce > 1 ? keysAtOnce + 1 : 0) * scoreBits,
      );
      const exponential = range(0, table[0] ?? 1);
      if (plan.valueMultiplier === "lut") sum.logic(keysAtOnce * (2 * exponential.width + 2), 0);
      const weighted = productType(exponential, value.type).width;
      for (let lane = 0; lane < plan.lanesValue; lane++) {
        for (let key = 0; key < keysAtOnce; key++) {
          if (plan.valueMultiplier === "dsp") sum.product(exponential, value.type, "dsp");
          else sum.logic(lutsOfDigits(exponential.width, value.type.width), weighted);
        }
        tree(sum, keysAtOnce, weighted);
        sum.logic(sums.width, sums.width);
      }
      gearbox(sum, { type: sums, lanes: plan.lanesValue }, plan.lanes);
      const digits = plan.reciprocalDigits;
      const bits = digits * dividerSteps({ numerator, divisor, digits });
      sum.logic(divisor.width * (1 + 2 * digits) + bits, divisor.width * 2 + bits + 10);
      const reciprocal = range(0, Math.max(1, Math.floor(numerator / (table[0] ?? 1))));
      requantiser(sum, sums, reciprocal, plan.normaliser, plan.lanes, shift > 0 ? 4 : 4);
      sum.logic(120, 90);
      break;
    }
    case "residual": {
      const { addends, coefficients, constants, features, plan, lo, hi } = parameters;
      const most = Math.max(...constants.map((constant) => Math.abs(constant))).toString(2).length + 1;
      if (residualTurns(parameters) > 1) {
        const operand = spanOf(addends.flatMap(({ type }) => [Number(type.lo), Number(type.hi)]));
        const largest = Math.max(...coefficients.flat().map(Math.abs));
        const factor = range(-largest, largest);
        const width = residualSumType(parameters).width;
        for (let lane = 0; lane < plan.lanes; lane++) {
          sum.product(operand, factor, plan.multipliers[0] ?? "lut");
          // The choice of the addend, the sum so far, and the code.
          sum.logic(operand.width + width + 14 + 2 * range(lo, hi).width, most + width + 2 * range(lo, hi).width);
        }
        sum.memory((features / plan.lanes) * addends.length, plan.lanes * factor.width, "rom");
        if (features > plan.lanes) sum.memory(features / plan.lanes, plan.lanes * most, "rom");
        sum.logic(18, 14);
        break;
      }
      for (let lane = 0; lane < plan.lanes; lane++) {
        let wide = most;
        addends.forEach((addend, index) => {
          const largest = Math.max(...(coefficients[index] ?? [1]).map(Math.abs));
          const factor = range(-largest, largest);
          sum.product(addend.type, factor, plan.multipliers[index] ?? "lut");
          const width = productType(addend.type, factor).width;
          wide = Math.max(wide, width);
          sum.logic(width * 0.7, width * 0.4);
        });
        sum.logic(14 + 2 * range(lo, hi).width, 2 * range(lo, hi).width);
      }
      const bits = coefficients.length * 14 + most;
      if (features > plan.lanes) sum.memory(features / plan.lanes, plan.lanes * bits, "rom");
      sum.logic(12, 10);
      break;
    }
    case "pool": {
      const width = parameters.input.lanes * (parameters.input.type.width + Math.ceil(Math.log2(parameters.tokens)));
      sum.memory(parameters.features / parameters.input.lanes, width, parameters.plan.sums);
      sum.logic(width * 2 + 20, width + 12);
      break;
    }
    case "shared":
      // Its lanes are the unit's: estimateUnit.
      break;
    case "last": {
      const { input, columns, plan } = parameters;
      sum.logic(10, input.lanes * input.type.width + 8);
      if (plan.windows === 2) {
        sum.memory(Math.max(2, columns.length), input.type.width, "distributed");
        sum.logic(16, 8);
      }
      break;
    }
  }
  return sum.total;
}

/** LUT6 of a product by digits: a choice of four multiples for each pair of bits, and additions (12 for 4 x 4, 24 for 6 x 6, 40 for 8 x 8). */
function lutsOfDigits(x: number, w: number): number {
  if (w <= 2) return x + 1;
  const luts = Math.floor(w / 2) * (x + 2) + (w % 2) * (x + 1);
  // Flattening merges nothing into wide ones: their tables have all inputs in use (7,249 LUTs for d_model 16 with 8 bits, Yosys 0.55).
  return Math.min(x, w) >= 7 ? luts * 1.15 : luts;
}

function unitEstimate(parameters: MatrixUnitParameters, technology: Technology): Estimate {
  const sum = new Sum(technology);
  const { jobs, plan, weightType } = parameters;
  const { lanesIn, lanesOut, lanes, packedColumns } = plan;
  const operand = operandType(parameters);
  const sums = sumType(parameters);
  const columns = lanesIn - packedColumns;
  const steps = jobs.reduce((count, job) => count + jobSteps(job, plan), 0);
  const beats = jobs.reduce((count, job) => count + jobRows(job) / lanesOut, 0);
  sum.logic(50 + 14 * jobs.length, 24 + 8 * jobs.length);
  for (const job of jobs) {
    gearbox(sum, job.input, lanesIn);
    buffer(sum, job.slots, job.columns / lanesIn, lanesIn * job.input.type.width, plan.tokens);
  }
  // Who is multiplied, and the multiples that lanes share.
  sum.logic(lanesIn * operand.width * (jobs.length > 4 ? 2 : jobs.length > 1 ? 1 : 0), lanesIn * operand.width);
  sum.logic(columns * (2 * operand.width + 2), columns * (2 * operand.width + 3));
  sum.dsp += packedDsps(parameters);
  sum.logic(4 * packedDsps(parameters), 0);
  for (const part of [columns, packedColumns]) {
    if (part > 0) sum.memory(steps, part * lanesOut * weightType.width, plan.weights);
  }
  const product = productType(operand, weightType).width;
  sum.logic(columns * lanesOut * lutsOfDigits(operand.width, weightType.width), columns * lanesOut * product);
  for (let row = 0; row < lanesOut; row++) tree(sum, lanesIn, product);
  const biases = spanOf(jobs.flatMap((job) => job.tasks.flatMap(({ bias }) => [Math.min(...bias), Math.max(...bias)])));
  sum.memory(beats, lanesOut * Math.max(sums.width, biases.width), plan.bias);
  sum.logic(lanesOut * sums.width * 1.5, lanesOut * sums.width + 40);
  if (lanes < lanesOut) sum.logic(lanes * sums.width * (lanesOut / lanes) * 0.5 + 10, lanesOut * sums.width + 10);
  const coded = jobs.flatMap((job) => job.tasks.flatMap(({ requantiser: one }) => (one ? [one] : [])));
  if (coded.length > 0 && shiftsAlone(parameters)) {
    const all = coded.flatMap((one) => pureShifts(one) ?? []);
    shiftTable(sum, beats * lanesOut, all, lanes);
    shifter(sum, sums, all, lanes, 10);
    sum.logic(lanes * 12 + 30, lanes * 8 + 30);
  } else if (coded.length > 0) {
    const { factors, shifts } = unitScaling(parameters);
    const factor = range(0, Math.max(...factors));
    // Each lane has its choice of shifts where they differ.
    if (shifts > 1) sum.logic(lanes * (sums.width + factor.width - 12), 0);
    sum.memory((beats * lanesOut) / lanes, lanes * factor.width, "rom");
    requantiser(sum, sums, factor, plan.requantiser, lanes, 10);
    sum.logic(lanes * 12 + 30, lanes * 8 + 30);
  }
  const total = sum.total;
  const queues = jobs.flatMap((job) =>
    job.tasks
      .filter((task) => !task.requantiser)
      .map((task) => estimateQueue(plan.results, taskOutput(task, plan), task.rows, technology)),
  );
  return sumOf([total, ...queues]);
}

/** What a queue costs. */
export function estimateQueue(plan: QueuePlan, beat: Beat, features: number, technology: Technology): Estimate {
  const sum = new Sum(technology);
  const depth = (plan.tokens * features) / beat.lanes;
  sum.memory(depth, beat.lanes * beat.type.width, plan.style);
  sum.logic(16 + 3 * Math.log2(depth), 4 + 3 * Math.log2(depth));
  return sum.total;
}

export function sumOf(estimates: readonly Estimate[]): Estimate {
  const sum = { lut: 0, lutram: 0, ff: 0, dsp: 0, blockRam: 0 };
  for (const one of estimates) {
    sum.lut += one.lut;
    sum.lutram += one.lutram;
    sum.ff += one.ff;
    sum.dsp += one.dsp;
    sum.blockRam += one.blockRam;
  }
  return sum;
}
