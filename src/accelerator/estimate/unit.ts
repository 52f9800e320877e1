import { pureShifts } from "../../integer/index.js";
import { range } from "../../rtl/index.js";
import {
  jobRows,
  jobSteps,
  type MatrixJob,
  type MatrixUnitParameters,
  type MatrixUnitPlan,
  operandType,
  packedDsps,
  shiftsAlone,
  sumType,
  unitPacking,
  unitScaling,
} from "../operators/matrix-unit/parameters.js";
import { indexBits } from "../parts/counter.js";
import { productType } from "../parts/product.js";
import { spanOf } from "../parts/span.js";
import type { Technology } from "../technology.js";
import { Amounts, productTerm } from "./amounts.js";
import { lutsOfDigits, multipleBits, selectorLuts } from "./luts.js";
import { shifters } from "./shifters.js";

/** What the tokens of a job wait in: all of a unit that depends on a single job's codes. */
export function jobAmounts(job: MatrixJob, plan: MatrixUnitPlan, technology: Technology): Amounts {
  const amounts = new Amounts(technology);
  addJob(amounts, job, plan);
  return amounts;
}

function addJob(amounts: Amounts, job: MatrixJob, { lanesIn, tokens }: MatrixUnitPlan): void {
  amounts.gearbox(job.input, lanesIn);
  amounts.buffer(job.slots, job.columns / lanesIn, lanesIn * job.input.type.width, tokens);
}

/** What a matrix unit is made of. */
export function unitAmounts(parameters: MatrixUnitParameters, technology: Technology): Amounts {
  const amounts = new Amounts(technology);
  const { jobs, plan, weightType } = parameters;
  const { lanesIn, lanesOut, lanes, packedColumns } = plan;
  const operand = operandType(parameters);
  const sums = sumType(parameters);
  const columns = lanesIn - packedColumns;
  const steps = jobs.reduce((count, job) => count + jobSteps(job, plan), 0);
  const beats = jobs.reduce((count, job) => count + jobRows(job) / lanesOut, 0);
  const tasks = jobs.reduce((count, job) => count + job.tasks.length, 0);
  amounts.logic("unit", 1, 1);
  amounts.logic("unit jobs", jobs.length, jobs.length);
  const counters =
    indexBits(steps) + indexBits(beats) + indexBits(Math.max(...jobs.map((job) => job.columns / lanesIn)));
  amounts.logic("unit counters", counters * (jobs.length > 4 ? 2 : 1), counters);
  for (const job of jobs) addJob(amounts, job, plan);

  // Who is multiplied, and the multiples that lanes share.
  amounts.logic("unit select", lanesIn * operand.width * selectorLuts(jobs.length), 0);
  amounts.logic("memory word", 0, packedColumns * operand.width);
  amounts.logic(
    "multiples",
    columns * multipleBits(operand.width, weightType.width),
    columns * ((weightType.width > 3 ? 3 : 2) * operand.width + 2),
  );
  if (unitPacking(parameters).count > 1) {
    amounts.dsp += packedDsps(parameters);
    amounts.logic("unit packing", packedDsps(parameters), 0);
  } else {
    for (let lane = 0; lane < packedColumns * lanesOut; lane++) amounts.product(operand, weightType, "dsp");
  }
  for (const part of [columns, packedColumns]) {
    if (part > 0) amounts.memory(steps, part * lanesOut * weightType.width, plan.weights);
  }
  const product = productType(operand, weightType).width;
  const products = columns * lanesOut;
  amounts.logic(
    productTerm(Math.min(operand.width, weightType.width)),
    products * lutsOfDigits(operand.width, weightType.width),
    products * product,
  );
  for (let row = 0; row < lanesOut; row++) amounts.tree(lanesIn, product);
  const biases = spanOf(jobs.flatMap((job) => job.tasks.flatMap(({ bias }) => [Math.min(...bias), Math.max(...bias)])));
  amounts.memory(beats, lanesOut * Math.max(biases.width, 1), plan.bias);
  amounts.logic("accumulator", lanesOut * sums.width * 1.2, lanesOut * sums.width);
  // The number of the beat goes along with the pipeline.
  amounts.logic("unit counters", 0, indexBits(beats) * (3 + indexBits(lanesIn)));

  const ratio = lanesOut / lanes;
  if (ratio > 1) {
    amounts.logic(
      "unit serialise",
      lanes * sums.width * selectorLuts(ratio) + indexBits(ratio),
      lanesOut * sums.width + indexBits(beats),
    );
  }
  amounts.logic("unit tasks", tasks, tasks);
  const coded = jobs.flatMap((job) => job.tasks.flatMap(({ requantiser }) => (requantiser ? [requantiser] : [])));
  const code = Math.max(0, ...coded.map(({ lo, hi }) => range(lo, hi).width));
  if (coded.length > 0 && shiftsAlone(parameters)) {
    const shifts = coded.flatMap((one) => pureShifts(one) ?? []);
    shifters(amounts, sums, { shifts, rows: beats * lanesOut, lanes, output: code });
    amounts.logic("unit shifts", lanes * 2 * (code + 1), lanes * (code + 2));
  } else if (coded.length > 0) {
    const { factors, shifts } = unitScaling(parameters);
    const factor = range(0, Math.max(...factors));
    // Each lane has its choice of shifts where they differ.
    if (shifts > 1)
      amounts.logic("unit shifts", lanes * (productType(sums, factor).width - 12) * selectorLuts(shifts), 0);
    amounts.memory((beats * lanesOut) / lanes, lanes * factor.width, "rom");
    amounts.requantisers(sums, factor, { multiplier: plan.requantiser, lanes, output: code });
    amounts.logic("unit shifts", lanes * 2 * (code + 1), lanes * (code + 2));
  }
  return amounts;
}
