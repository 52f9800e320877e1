import {
  type Bit,
  type Builder,
  bit,
  firstOf,
  module,
  type Num,
  type NumType,
  pack,
  pick,
  range,
  uint,
} from "../../../rtl/index.js";
import { allOf, counter } from "../../parts/counter.js";
import { type Credit, jobRows, type MatrixUnitParameters } from "./parameters.js";

/** Where the steps and beats of a job begin, and how many there are. */
interface PlacedJob {
  readonly columns: number;
  readonly rows: number;
  readonly step: number;
  readonly beat: number;
}

function placeJobs({ jobs, plan }: MatrixUnitParameters): PlacedJob[] {
  let step = 0;
  let beat = 0;
  return jobs.map((job) => {
    const columns = job.columns / plan.lanesIn;
    const rows = jobRows(job) / plan.lanesOut;
    const placed = { columns, rows, step, beat };
    step += columns * rows;
    beat += rows;
    return placed;
  });
}

/** Types of what the controller counts: `beat` numbers the beats of sums, `step` the words of weights, over all jobs. */
export function counterTypes(parameters: MatrixUnitParameters) {
  const placed = placeJobs(parameters);
  const total = (of: (job: PlacedJob) => number) => placed.reduce((sum, job) => sum + of(job), 0);
  return {
    job: range(0, placed.length - 1),
    column: range(0, Math.max(...placed.map(({ columns }) => columns)) - 1),
    beat: range(0, total(({ rows }) => rows) - 1),
    step: range(0, total(({ rows, columns }) => rows * columns) - 1),
  };
}

/** A register that is set anew with `set`, counts with `count`, and otherwise stays; nothing where there is one value only. */
function index(
  m: Builder,
  name: string,
  type: NumType,
  set: { readonly when: Bit; readonly to: () => Num },
  count: { readonly when: Bit; readonly next: (value: Num) => Num },
): { value: Num; connect: () => void } {
  if (type.hi === 0n) return { value: type.of(0), connect: () => undefined };
  const register = m.reg(name, type, { reset: 0 });
  return {
    value: register.q,
    connect: () => register.next(pick(set.when, set.to(), pick(count.when, count.next(register.q), register.q))),
  };
}

/** Whether a job may begin a token as far as its credit goes. */
function creditOf(m: Builder, name: string, { limit, tokens }: Credit, begun: Bit, ended: Bit): Bit {
  const type = range(0, limit);
  const first = counter(m, `${name}_begun`, tokens, begun);
  const last = counter(m, `${name}_ended`, tokens, ended);
  const outstanding = m.reg(`${name}_outstanding`, type, { reset: 0 });
  const up = tokens === 1 ? begun : begun.and(first.value.eq(0));
  const down = ended.and(last.last);
  const more = outstanding.q.add(1).fit(type, { when: up.and(down.not()) });
  const fewer = outstanding.q.sub(1).fit(type, { when: down.and(up.not()) });
  outstanding.next(pick(up.xor(down), pick(up, more, fewer), outstanding.q));
  const room = outstanding.q.ne(limit);
  return tokens === 1 ? room : room.or(first.value.ne(0));
}

/** The turns of the jobs: whose token is multiplied, and which columns of which rows in this cycle. */
export function controlModule(parameters: MatrixUnitParameters) {
  const { name, title, jobs } = parameters;
  const types = counterTypes(parameters);
  const placed = placeJobs(parameters);
  const flags = uint(jobs.length);
  const list = jobs.map((job, number) => `${number}: ${job.name}`).join(", ");
  return module(
    `${name}_control`,
    {
      doc: `${title}, turns (${list}): whenever the lanes are free, the first of 0 to ${jobs.length - 1} that has a token, and room for its result, gets them for that token; no cycle is lost between two tokens.`,
      in: {
        go: bit().about("the pipeline moves"),
        stored: flags.about("for each job: a token is there"),
        another: flags.about("for each job: and one more"),
      },
      out: {
        issue: bit().about("a step of multiplication begins"),
        last: bit().about("it is the last one of its rows"),
        job: types.job,
        column: types.column,
        beat: types.beat.about("rows, numbered over all jobs"),
        step: types.step.about("word of the weights"),
        done: flags.about("for each job: its token is done with"),
      },
    },
    (p, m) => {
      const active = m.reg("active", bit(), { reset: false });
      const decide = m.wire("decide", bit());
      const issue = active.q.and(p.go);
      const lastColumn = m.wire("last_column", bit());
      const chosen = m.wire("chosen", types.job);
      const of = (values: readonly number[], job: Num): Num =>
        jobs.length === 1
          ? range(0, 0)
              .of(0)
              .add(values[0] ?? 0)
          : pick(job, values);

      const set = (values: readonly number[], type: NumType) => ({
        when: decide.value,
        to: () => of(values, chosen.value).fit(type),
      });
      const counting = (when: Bit, type: NumType, claim: Bit) => ({
        when,
        next: (value: Num) => value.add(1).fit(type, { when: claim }),
      });
      const job = index(
        m,
        "current",
        types.job,
        set(
          jobs.map((_, number) => number),
          types.job,
        ),
        {
          when: bit().of(false),
          next: (value) => value,
        },
      );
      const stays = issue.and(decide.value.not());
      const column = index(
        m,
        "column_index",
        types.column,
        set(
          jobs.map(() => 0),
          types.column,
        ),
        {
          when: issue,
          next: (value) =>
            pick(lastColumn.value, 0, value.add(1).fit(types.column, { when: issue.and(lastColumn.value.not()) })),
        },
      );
      const nextRows = issue.and(lastColumn.value);
      const beat = index(
        m,
        "beat_index",
        types.beat,
        set(
          placed.map((one) => one.beat),
          types.beat,
        ),
        counting(nextRows, types.beat, nextRows.and(decide.value.not())),
      );
      const step = index(
        m,
        "step_index",
        types.step,
        set(
          placed.map((one) => one.step),
          types.step,
        ),
        counting(issue, types.step, stays),
      );
      lastColumn.drive(
        column.value.eq(
          of(
            placed.map((one) => one.columns - 1),
            job.value,
          ),
        ),
      );
      const lastBeat = beat.value.eq(
        of(
          placed.map((one) => one.beat + one.rows - 1),
          job.value,
        ),
      );
      const done = allOf(issue, lastColumn.value, lastBeat);
      m.name({ issue, last_beat: lastBeat, done });
      decide.drive(active.q.not().or(done));

      const here = jobs.map((_, number) => (jobs.length === 1 ? bit().of(true) : job.value.eq(number)));
      const ended = here.map((one) => allOf(done, one));
      const eligible: Bit[] = [];
      const starts = jobs.map((one) => m.wire(`${one.name}_starts`, bit()));
      jobs.forEach((one, number) => {
        // The token that is being multiplied still counts as stored.
        const busy = allOf(active.q, here[number] ?? done);
        const there = pick(busy, p.another.bit(number), p.stored.bit(number));
        const { credit } = one;
        const begun = starts[number]?.value ?? done;
        const room = credit ? creditOf(m, one.name, credit, begun, ended[credit.until] ?? done) : bit().of(true);
        eligible.push(allOf(there, room));
      });
      m.name(Object.fromEntries(jobs.map((one, number) => [`${one.name}_eligible`, eligible[number] ?? done])));
      const any = eligible.reduce((sum, one) => sum.or(one));
      // The earlier in a token's way goes first, so that what comes behind it finds its pipeline filled: how far it may run ahead is a matter of credit.
      const choices = eligible.map((can, number) => [can, number] as const);
      chosen.drive(firstOf(choices, 0).fit(types.job));
      starts.forEach((start, number) => {
        start.drive(allOf(decide.value, any, jobs.length === 1 ? any : chosen.value.eq(number)));
      });
      active.next(pick(decide.value, any, active.q));
      for (const one of [job, column, beat, step]) one.connect();
      return {
        issue,
        last: lastColumn.value,
        job: job.value,
        column: column.value,
        beat: beat.value,
        step: step.value,
        done: pack(ended),
      };
    },
  );
}
