import type { CycleModel, Link, Stage } from "../../timing/cycle-model.js";
import { ItemBuffer } from "../../timing/engine.js";
import { gearbox } from "../../timing/stages.js";
import {
  deliverLatency,
  jobRows,
  type MatrixUnitParameters,
  multiplyLatency,
  partsOf,
  placeTasks,
} from "./parameters.js";

/** What leaves: the output it goes to, and whether it passes the requantisers. */
interface Target {
  readonly output: number;
  readonly coded: boolean;
}

interface Job {
  readonly columns: number;
  readonly beats: number;
  /** Target of each beat of sums. */
  readonly targets: readonly Target[];
  readonly credit: { readonly until: number; readonly limit: number; readonly tokens: number } | null;
  begun: number;
  ended: number;
  outstanding: number;
}

/** The control of a matrix unit: the same turns, pipelines and handshakes as its register transfer. */
class MatrixUnit implements Stage {
  #current = -1;
  #column = 0;
  #beat = 0;
  readonly #sums: (Target | null)[];
  #held: Target | null = null;
  #left = 0;
  readonly #codes: (Target | null)[];
  #goSums = false;
  #goCodes = false;
  #partTaken = false;
  readonly #depth: number;

  constructor(
    readonly jobs: readonly Job[],
    readonly buffers: readonly ItemBuffer[],
    readonly outputs: readonly Link[],
    depth: number,
    readonly parts: number,
    codeDepth: number,
  ) {
    this.#depth = depth;
    this.#sums = Array.from({ length: depth }, () => null);
    this.#codes = Array.from({ length: codeDepth }, () => null);
  }

  /** The part that is offered to the outputs and requantisers. */
  get #offered(): Target | null {
    return this.parts === 1 ? (this.#sums[this.#depth - 1] ?? null) : this.#held;
  }

  settle(): void {
    const code = this.#codes.at(-1) ?? null;
    const part = this.#offered;
    this.outputs.forEach((link, output) => {
      link.valid = code?.output === output || (part?.output === output && !part.coded);
    });
    this.#goCodes = code === null || this.outputs[code.output]?.ready === true;
    this.#partTaken = part !== null && (part.coded ? this.#goCodes : this.outputs[part.output]?.ready === true);
    const free =
      this.parts === 1
        ? part === null || this.#partTaken
        : this.#held === null || (this.#left === 1 && this.#partTaken);
    this.#goSums = free || (this.#sums[this.#depth - 1] ?? null) === null;
  }

  tick(): void {
    const sum = this.#sums[this.#depth - 1] ?? null;
    const part = this.#offered;
    if (this.#goCodes) shift(this.#codes, this.#partTaken && part?.coded ? part : null);
    if (this.parts > 1) {
      const free = this.#held === null || (this.#left === 1 && this.#partTaken);
      if (this.#partTaken) this.#left--;
      if (free) {
        this.#held = sum;
        this.#left = sum === null ? 0 : this.parts;
      }
    }
    const { result, done } = this.#current >= 0 && this.#goSums ? this.#step() : { result: null, done: -1 };
    if (this.#goSums) shift(this.#sums, result);
    if (this.#current < 0 || done >= 0) this.#turn(done);
  }

  /** One step of multiplication: the target of its sums where it completes rows, the job where it completes its token. */
  #step(): { result: Target | null; done: number } {
    const job = this.jobs[this.#current];
    if (!job) throw new Error("a turn of no job");
    if (++this.#column < job.columns) return { result: null, done: -1 };
    this.#column = 0;
    const result = job.targets[this.#beat] ?? null;
    if (++this.#beat < job.beats) return { result, done: -1 };
    this.#beat = 0;
    return { result, done: this.#current };
  }

  /** The next job's turn; the token that is done with still counts as stored, its credit as given. */
  #turn(done: number): void {
    const eligible = this.jobs.map((job, index) => {
      const there = (this.buffers[index]?.stored ?? 0) > (index === done ? 1 : 0);
      const room = !job.credit || job.begun !== 0 || job.outstanding < job.credit.limit;
      return there && room;
    });
    const next = eligible.indexOf(true);
    if (done >= 0) this.buffers[done]?.release();
    this.jobs.forEach((job, index) => {
      if (!job.credit) return;
      const { until, tokens } = job.credit;
      if (index === next) {
        if (job.begun === 0) job.outstanding++;
        job.begun = (job.begun + 1) % tokens;
      }
      if (until === done) {
        job.ended = (job.ended + 1) % tokens;
        if (job.ended === 0) job.outstanding--;
      }
    });
    this.#current = next;
  }
}

function shift(pipeline: (Target | null)[], first: Target | null): void {
  pipeline.pop();
  pipeline.unshift(first);
}

/** The control of the unit: a link in for each job, one out for each task. */
export function matrixUnitTiming(model: CycleModel, inputs: readonly Link[], parameters: MatrixUnitParameters): Link[] {
  const { jobs, plan } = parameters;
  const tasks = placeTasks(parameters);
  const outputs = tasks.map(() => model.link());
  const buffers = jobs.map((job, index) => {
    const input = inputs[index];
    if (!input) throw new Error(`no input of "${job.name}"`);
    return new ItemBuffer(gearbox(model, input, job.input.lanes, plan.lanesIn), job.columns / plan.lanesIn, job.slots);
  });
  const timed = jobs.map(
    (job, index): Job => ({
      columns: job.columns / plan.lanesIn,
      beats: jobRows(job) / plan.lanesOut,
      targets: tasks.flatMap((placed, output) =>
        placed.job === index
          ? Array.from({ length: placed.beats }, () => ({ output, coded: placed.task.requantiser !== null }))
          : [],
      ),
      credit: job.credit,
      begun: 0,
      ended: 0,
      outstanding: 0,
    }),
  );
  model.add(
    new MatrixUnit(timed, buffers, outputs, multiplyLatency(plan.lanesIn), partsOf(plan), deliverLatency(parameters)),
  );
  for (const buffer of buffers) model.add(buffer);
  return outputs;
}
