import { pureShifts } from "../../../integer/index.js";
import { type Bit, type Builder, bit, firstOf, module, type Num, pick, range, stream } from "../../../rtl/index.js";
import { type Beat, beatStream, elementsOf, wordOf, wordType } from "../../parts/beat.js";
import { allOf } from "../../parts/counter.js";
import { Pipe } from "../../parts/pipe.js";
import { saturated, toNearest } from "../../parts/requantise.js";
import { rowShifter } from "../../parts/row-shifter.js";
import { scaledSum } from "../../parts/scaled-sum.js";
import { constantLanes } from "../../parts/table.js";
import {
  deliverLatency,
  type MatrixTask,
  type MatrixUnitParameters,
  outputBeats,
  type PlacedTask,
  partsOf,
  placeTasks,
  shiftsAlone,
  sumType,
  taskOutput,
  unitScaling,
} from "./parameters.js";

/** Stream of sums in beats of `lanes`, with their number over all jobs. */
export function partStream(parameters: MatrixUnitParameters) {
  const sums: Beat = { type: sumType(parameters), lanes: parameters.plan.lanes };
  return stream({ data: wordType(sums), beat: range(0, outputBeats(parameters).count - 1) });
}

interface Coded {
  readonly placed: PlacedTask;
  readonly requantiser: NonNullable<MatrixTask["requantiser"]>;
  readonly shift: number;
}

/** Tasks whose sums are requantised, each with its shift. */
function codedTasks(parameters: MatrixUnitParameters): Coded[] {
  const { tasks } = unitScaling(parameters);
  return placeTasks(parameters).flatMap((placed, index): Coded[] => {
    const scaling = tasks[index];
    return placed.task.requantiser && scaling
      ? [{ placed, requantiser: placed.task.requantiser, shift: scaling.shift }]
      : [];
  });
}

/** Whether a beat is one of a task's. */
function belongs(m: Builder, parameters: MatrixUnitParameters, placed: PlacedTask, beat: Num): Bit {
  const { count, stride } = outputBeats(parameters);
  const [from, to] = [placed.beat * stride, (placed.beat + placed.beats) * stride];
  const above = from === 0 ? bit().of(true) : beat.ge(from);
  const below = to === count ? bit().of(true) : beat.lt(to);
  const mine = allOf(above, below);
  m.name({ [`for_${placed.task.port}`]: mine });
  return mine;
}

type Requantised = NonNullable<MatrixTask["requantiser"]>;

/**
 * What each row of each task is requantised with, beat by beat of outputs; `none` where sums are not requantised.
 *
 * @param of one for each row of a task, or one for all of them
 */
function byRow<T>(parameters: MatrixUnitParameters, none: T, of: (by: Requantised, task: number) => readonly T[]): T[] {
  const { plan } = parameters;
  const { stride } = outputBeats(parameters);
  return placeTasks(parameters).flatMap(({ task, beats }, placed) => {
    const values = task.requantiser ? of(task.requantiser, placed) : [];
    return Array.from({ length: beats * stride * plan.lanes }, (_, index) => {
      const beat = Math.floor(index / (stride * plan.lanes));
      const part = Math.floor(index / plan.lanes) % stride;
      if (part >= partsOf(plan)) return none;
      const row = beat * plan.lanesOut + part * plan.lanes + (index % plan.lanes);
      return (values.length === 1 ? values[0] : values[row]) ?? none;
    });
  });
}

function multipliersOf(parameters: MatrixUnitParameters): number[] {
  const { tasks } = unitScaling(parameters);
  return byRow(parameters, 0, ({ multipliers }, task) =>
    multipliers.map((multiplier) => multiplier * (tasks[task]?.by ?? 1)),
  );
}

function shiftsOf(parameters: MatrixUnitParameters): (number | null)[] {
  return byRow<number | null>(parameters, null, (by) => pureShifts(by) ?? []);
}

/** Sums to the operators that they belong to: as they are, or requantised to codes with that operator's constants. */
export function deliverModule(parameters: MatrixUnitParameters) {
  const { name, title, plan } = parameters;
  const tasks = placeTasks(parameters);
  const coded = codedTasks(parameters);
  const shifts = coded.map(({ shift }) => shift);
  const sameShift = new Set(shifts).size === 1;
  const alone = shiftsAlone(parameters);
  const latency = deliverLatency(parameters);
  const rule = alone
    ? `clamp(zero + ((sum + 2^(k - 1)) >> k), lo, hi), k by the row`
    : `clamp(zero + ((sum * multiplier + 2^(s - 1)) >> s), lo, hi), s = ${[...new Set(shifts)].join(" or ")}`;
  const sums: Beat = { type: sumType(parameters), lanes: plan.lanes };
  return module(
    `${name}_deliver`,
    {
      doc: `${title}, results: sums leave as they are, or as codes ${rule}, with the constants of the operator they belong to; ${plan.lanes} requantiser(s)${alone ? " without multiplier" : ""}, ${latency} registers, one beat per cycle.`,
      in: { x: partStream(parameters) },
      out: Object.fromEntries(tasks.map(({ task }) => [task.port, beatStream(taskOutput(task, plan), task.title)])),
    },
    (p, m) => {
      const elements = elementsOf(p.x.data.data, sums);
      const readyOf = (task: MatrixTask): Bit => {
        const port = p[task.port];
        if (!port) throw new Error(`no output for "${task.title}"`);
        return port.ready;
      };
      const results: Record<string, { valid: Bit; data: { data: Num } }> = {};
      const accepted: Bit[] = [];
      for (const placed of tasks) {
        const { task } = placed;
        if (task.requantiser) continue;
        const mine = belongs(m, parameters, placed, p.x.data.beat);
        const output = taskOutput(task, plan);
        const valid = p.x.valid.and(mine);
        accepted.push(mine.and(readyOf(task)));
        const codes = elements.map((element) => element.fit(output.type, { when: valid }));
        results[task.port] = { valid, data: { data: wordOf(codes, output) } };
      }
      if (coded.length > 0) {
        const go = m.wire("go", bit());
        const pipe = new Pipe(m, go.value);
        const mine = coded.map(({ placed }) => belongs(m, parameters, placed, p.x.data.beat));
        const taken = mine.reduce((sum, one) => sum.or(one));
        accepted.push(taken.and(go.value));
        const numbers = range(0, coded.length - 1);
        const which =
          coded.length === 1
            ? numbers.of(0)
            : firstOf(
                mine.slice(0, -1).map((one, index) => [one, index]),
                coded.length - 1,
              ).fit(numbers);
        // Beside the product, what is rounded, and what is held within bounds.
        const beside = pipe.delay("task_product", which, latency - 3);
        const scaledTask = pipe.delay("task_scaled", beside, 1);
        const late = pipe.delay("task_narrowed", scaledTask, 1);
        const of = (values: readonly number[]): Num =>
          new Set(values).size === 1 ? range(values[0] ?? 0, values[0] ?? 0).of(values[0] ?? 0) : pick(late, values);
        const requantisers = coded.map(({ requantiser }) => requantiser);
        const [zero, lo, hi] = [
          of(requantisers.map((one) => one.zero)),
          of(requantisers.map((one) => one.lo)),
          of(requantisers.map((one) => one.hi)),
        ];
        m.name({ zero_point: zero, lowest_code: lo, highest_code: hi });
        const row = { lanes: plan.lanes, index: p.x.data.beat, go: go.value };
        const shifter = alone ? rowShifter(m, { ...row, shifts: shiftsOf(parameters) }) : null;
        const factors = alone
          ? []
          : constantLanes(m, "multipliers", {
              ...row,
              values: multipliersOf(parameters),
              doc: "multiplier of each row; 0 where sums are not requantised",
            });
        const type = range(
          Math.min(...requantisers.map((one) => one.lo)),
          Math.max(...requantisers.map((one) => one.hi)),
        );
        const least = Math.min(...requantisers.map((one) => one.lo - one.zero));
        const most = Math.max(...requantisers.map((one) => one.hi - one.zero));
        const rounding = pick(
          beside,
          shifts.map((shift) => 2 ** (shift - 1)),
        );
        /** The sum of a lane, scaled and rounded: a register behind the shift, two with a product. */
        const scaledOf = (held: Num, lane: number, tail: string): Num => {
          if (shifter) return pipe.reg(`scaled${tail}`, shifter(held, lane, 0));
          const by = { factor: factors[lane] ?? range(0, 0).of(0), multiplier: plan.requantiser, tail };
          if (sameShift) return scaledSum(pipe, held, { ...by, ...toNearest(shifts[0] ?? 1, 0) });
          const rounded = scaledSum(pipe, held, { ...by, rounding, shift: 0 });
          return pick(
            scaledTask,
            shifts.map((shift) => rounded.shr(shift)),
          );
        };
        const codes = elements.map((sum, lane) => {
          const tail = plan.lanes === 1 ? "" : `_${lane}`;
          const scaled = scaledOf(pipe.reg(`sum${tail}`, sum), lane, tail);
          const narrowed = pipe.reg(`narrowed${tail}`, saturated(scaled, least, most), range(least, most));
          const shifted = narrowed.add(zero);
          const held_in = pick(shifted.lt(lo), lo, pick(shifted.gt(hi), hi, shifted));
          return pipe.reg(`code${tail}`, held_in.fit(type), type);
        });
        const valid = pipe.delayValid("valid", p.x.valid.and(taken), latency);
        const target = pipe.delay("target", late, 1);
        const ready: Bit[] = [];
        coded.forEach(({ placed: { task } }, index) => {
          const output = taskOutput(task, plan);
          const here = valid.and(coded.length === 1 ? bit().of(true) : target.eq(index));
          ready.push(here.and(readyOf(task)));
          const own = codes.map((code) => code.fit(output.type, { when: here }));
          results[task.port] = { valid: here, data: { data: wordOf(own, output) } };
        });
        go.drive(valid.not().or(...ready));
      }
      p.x.accept(accepted.reduce((sum, one) => sum.or(one)));
      return results;
    },
  );
}
