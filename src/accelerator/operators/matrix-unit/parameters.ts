import { pureShifts } from "../../../integer/index.js";
import { type MemoryStyle, type Multiplier, type NumType, range, sint } from "../../../rtl/index.js";
import type { Beat } from "../../parts/beat.js";
import { indexBits } from "../../parts/counter.js";
import { treeLatency } from "../../parts/dot-product.js";
import { dspsOf } from "../../parts/dsps.js";
import { type Packing, packingOf } from "../../parts/packed-product.js";
import type { QueuePlan } from "../../parts/queue.js";
import { spanOf } from "../../parts/span.js";
import type { TableStyle } from "../../parts/table.js";
import { type LinearParameters, linearOutput } from "../linear.js";

/** What the planner chooses for a matrix unit: lanes that several `linear` operators share. */
export interface MatrixUnitPlan {
  /** Part of its entities' names: "matrix", "matrix_1". */
  readonly name: string;
  /** Names of the `linear` operators that take turns on the lanes, in the order of the graph. */
  readonly operators: readonly string[];
  /** Columns multiplied in one cycle; divides the columns of all of them. */
  readonly lanesIn: number;
  /** Rows multiplied in one cycle; divides the rows of all of them. */
  readonly lanesOut: number;
  /** Elements in a beat of its outputs, which is as many requantisers; divides lanesOut. */
  readonly lanes: number;
  /** Columns, of those multiplied in one cycle, whose products share DSPs; the others' are made of look-up tables. */
  readonly packedColumns: number;
  readonly requantiser: Multiplier;
  readonly weights: TableStyle;
  readonly bias: TableStyle;
  /** Memory of the waiting tokens. */
  readonly tokens: MemoryStyle;
  /** Sums that wait for the residual behind them. */
  readonly results: QueuePlan;
  /** Tokens that may be between the query's projection and the output's. */
  readonly ahead: number;
}

/** One `linear` operator on a matrix unit; its bias is the same for all tokens. */
export interface MatrixTask
  extends Pick<LinearParameters, "title" | "rows" | "columns" | "weights" | "bias" | "accumulator" | "requantiser"> {
  /** Name of its output's port. */
  readonly port: string;
}

/**
 * How far a job may run ahead of a later one: the tokens of at most `limit` groups of `tokens` may have begun here and not
 * yet be done with there. It makes sure that there is room for every result, so that one job's never blocks another's.
 */
export interface Credit {
  readonly until: number;
  readonly limit: number;
  readonly tokens: number;
}

/** What is done with one input token without a pause: the tasks that read the same token, their rows one below the other. */
export interface MatrixJob {
  /** Name of its input's port and registers. */
  readonly name: string;
  readonly input: Beat;
  readonly columns: number;
  readonly tasks: readonly MatrixTask[];
  /** Tokens there is room for. */
  readonly slots: number;
  readonly credit: Credit | null;
}

export interface MatrixUnitParameters {
  readonly name: string;
  readonly title: string;
  readonly weightType: NumType;
  /** In the order in which a token passes them. */
  readonly jobs: readonly MatrixJob[];
  readonly plan: MatrixUnitPlan;
}

/** Beats of a task's output. */
export function taskOutput(task: MatrixTask, plan: Pick<MatrixUnitPlan, "lanes">): Beat {
  return linearOutput({ ...task, plan });
}

/** Cycles that a job is busy with one token. */
export function jobSteps(job: MatrixJob, plan: Pick<MatrixUnitPlan, "lanesIn" | "lanesOut">): number {
  return (jobRows(job) / plan.lanesOut) * (job.columns / plan.lanesIn);
}

export function jobRows(job: MatrixJob): number {
  return job.tasks.reduce((sum, task) => sum + task.rows, 0);
}

/** A task and where its output begins, in beats of sums and of outputs over all jobs. */
export interface PlacedTask {
  readonly task: MatrixTask;
  readonly job: number;
  /** First beat of `lanesOut` sums, and how many. */
  readonly beat: number;
  readonly beats: number;
}

/** Tasks of all jobs in the order of their rows. */
export function placeTasks({ jobs, plan }: Pick<MatrixUnitParameters, "jobs" | "plan">): PlacedTask[] {
  let beat = 0;
  return jobs.flatMap((job, index) =>
    job.tasks.map((task) => {
      const beats = task.rows / plan.lanesOut;
      const placed = { task, job: index, beat, beats };
      beat += beats;
      return placed;
    }),
  );
}

/** Type that holds the sums of all tasks: all values of a width, since on their way there they are right modulo that only. */
export function sumType({ jobs }: Pick<MatrixUnitParameters, "jobs">): NumType {
  const all = jobs.flatMap((job) => job.tasks.flatMap(({ accumulator }) => [accumulator.lo, accumulator.hi]));
  return sint(spanOf([-1, ...all]).width);
}

/** Beats of outputs that a beat of sums is given away in. */
export function partsOf({ lanesOut, lanes }: Pick<MatrixUnitPlan, "lanesOut" | "lanes">): number {
  return lanesOut / lanes;
}

/** Beats of outputs over all jobs: each beat of sums has 2^n of them, so that a number is two indices side by side. */
export function outputBeats(parameters: Pick<MatrixUnitParameters, "jobs" | "plan">): {
  readonly count: number;
  readonly stride: number;
} {
  const sums = placeTasks(parameters).reduce((sum, { beats }) => sum + beats, 0);
  const stride = 2 ** indexBits(partsOf(parameters.plan));
  return { count: sums * stride, stride };
}

/** Cycles from the step that reads the last columns of rows to their sums: buffer, selection, products and tree, accumulator. */
export function multiplyLatency(lanesIn: number): number {
  return 2 + treeLatency(lanesIn) + 1;
}

/** What all lanes multiply: codes of any job's input. */
export function operandType({ jobs }: Pick<MatrixUnitParameters, "jobs">): NumType {
  return spanOf(jobs.flatMap(({ input }) => [Number(input.type.lo), Number(input.type.hi)]));
}

/** How the packed columns' weights share DSPs: those of one column and several rows. */
export function unitPacking(parameters: Pick<MatrixUnitParameters, "jobs" | "plan" | "weightType">): Packing {
  return packingOf(operandType(parameters), parameters.weightType, parameters.plan.lanesOut);
}

/** DSPs of the packed columns. */
export function packedDsps(parameters: Pick<MatrixUnitParameters, "jobs" | "plan" | "weightType">): number {
  const { packedColumns, lanesOut } = parameters.plan;
  return packedColumns * (lanesOut / unitPacking(parameters).count);
}

/**
 * How a unit's requantisers scale. Multipliers grow by what the largest shift exceeds their task's, so that one shift serves all; but where
 * the products would then take more DSPs, or in look-up tables more than a bit more, multipliers stay as they are and each task has its own shift.
 */
export function unitScaling(parameters: Pick<MatrixUnitParameters, "jobs" | "plan">): {
  /** By task: what its multipliers are multiplied by, and its shift; null where sums leave as they are. */
  readonly tasks: readonly ({ readonly by: number; readonly shift: number } | null)[];
  /** All multipliers, multiplied. */
  readonly factors: readonly number[];
  /** How many shifts there are. */
  readonly shifts: number;
} {
  const requantisers = placeTasks(parameters).map(({ task }) => task.requantiser);
  const most = Math.max(1, ...requantisers.flatMap((one) => (one ? [one.shift] : [])));
  const own = requantisers.flatMap((one) => one?.multipliers ?? []);
  const aligned = requantisers.flatMap((one) => one?.multipliers.map((value) => value * 2 ** (most - one.shift)) ?? []);
  const sums = sumType(parameters);
  const typeOf = (factors: readonly number[]) => range(0, Math.max(1, ...factors));
  const each =
    parameters.plan.requantiser === "dsp"
      ? dspsOf(sums, typeOf(aligned)) > dspsOf(sums, typeOf(own))
      : typeOf(aligned).width > typeOf(own).width + 1;
  const tasks = requantisers.map((one) => {
    if (!one) return null;
    return each ? { by: 1, shift: one.shift } : { by: 2 ** (most - one.shift), shift: most };
  });
  const shifts = new Set(tasks.flatMap((one) => (one ? [one.shift] : []))).size;
  return { tasks, factors: each ? own : aligned, shifts };
}

/** Whether all requantisers of a unit are shifts, so that its lanes need no multipliers. */
export function shiftsAlone({ jobs }: Pick<MatrixUnitParameters, "jobs">): boolean {
  return jobs.every(({ tasks }) => tasks.every(({ requantiser }) => !requantiser || pureShifts(requantiser) !== null));
}

/** Registers from a sum to its code: operands, product, scaled, narrowed, code; without the product where shifts do. */
export function deliverLatency(parameters: Pick<MatrixUnitParameters, "jobs">): number {
  return shiftsAlone(parameters) ? 4 : 5;
}
