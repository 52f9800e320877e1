import { bit, type MemoryStyle, type Multiplier, module, type NumType, pick, range } from "../../rtl/index.js";
import { type Beat, beatStream, elementsOf, splitWord, wordOf } from "../parts/beat.js";
import { allOf, counter } from "../parts/counter.js";
import { type DotProduct, dotProductLatency, dotProductModule } from "../parts/dot-product.js";
import { withLanes } from "../parts/flow.js";
import { itemBuffer } from "../parts/item-buffer.js";
import { Pipe } from "../parts/pipe.js";
import { requantiseLatency, requantiseModule } from "../parts/requantise.js";
import { spanOf } from "../parts/span.js";
import { type TableStyle, table } from "../parts/table.js";
import type { CycleModel, Link } from "../timing/cycle-model.js";
import { engine } from "../timing/engine.js";
import { gearbox, pipeline } from "../timing/stages.js";

/** What the planner chooses for a `linear`. */
export interface LinearPlan {
  readonly kind: "linear";
  /** Columns multiplied in one cycle; divides the columns. */
  readonly lanesIn: number;
  /** Rows multiplied in one cycle; divides the rows. */
  readonly lanesOut: number;
  /** Elements in a beat of the output, which is as many requantisers; divides lanesOut. */
  readonly lanes: number;
  readonly multiplier: Multiplier;
  readonly requantiser: Multiplier;
  readonly weights: TableStyle;
  readonly bias: TableStyle;
  /** Memory of the tokens. */
  readonly tokens: MemoryStyle;
  /** With 2 the next token is loaded while this one is multiplied. With 1 it waits: one cycle where it is a single beat. */
  readonly slots: 1 | 2;
}

export interface LinearParameters {
  /** Name of the entity; its parts are named after it. */
  readonly name: string;
  /** Name of the operator in the model, for the text. */
  readonly title: string;
  readonly input: Beat;
  readonly columns: number;
  readonly rows: number;
  /** Signed weights of this type, [rows][columns]. */
  readonly weightType: NumType;
  readonly weights: readonly number[];
  /** [tokens][rows]; one token where it is the same for all. */
  readonly bias: readonly number[];
  /** Smallest and largest value that an accumulator of any row can take. */
  readonly accumulator: { readonly lo: number; readonly hi: number };
  readonly requantiser: {
    readonly multipliers: readonly number[];
    readonly shift: number;
    readonly zero: number;
    readonly lo: number;
    readonly hi: number;
  } | null;
  readonly plan: LinearPlan;
}

/** Type of the accumulators: they start at 0, which is therefore always inside. */
export function accumulatorType(parameters: Pick<LinearParameters, "accumulator">): NumType {
  return spanOf([parameters.accumulator.lo, parameters.accumulator.hi]);
}

/** Beats of the output. */
export function linearOutput(
  parameters: Pick<LinearParameters, "accumulator" | "requantiser"> & { readonly plan: Pick<LinearPlan, "lanes"> },
): Beat {
  const { requantiser, plan } = parameters;
  const type = requantiser ? range(requantiser.lo, requantiser.hi) : accumulatorType(parameters);
  return { type, lanes: plan.lanes };
}

function dotOf({ input, weightType, plan }: LinearParameters): DotProduct {
  return { lanes: plan.lanesIn, x: input.type, w: weightType, multiplier: plan.multiplier };
}

/** Cycles from the step that reads the last columns of rows to their sums: buffer, products and tree, accumulator. */
function multiplyLatency(parameters: LinearParameters): number {
  return 1 + dotProductLatency(dotOf(parameters)) + 1;
}

/** Cycles of multiplication for one token. */
export function linearSteps({ rows, columns, plan }: Pick<LinearParameters, "rows" | "columns" | "plan">): number {
  return (rows / plan.lanesOut) * (columns / plan.lanesIn);
}

/** y = W x + bias in exact integers: token buffer, weight table, multipliers, accumulators. */
function multiplyModule(parameters: LinearParameters) {
  const { name, title, columns, rows, weights, weightType, bias, plan } = parameters;
  const { lanesIn, lanesOut } = plan;
  const columnBeats = columns / lanesIn;
  const rowBeats = rows / lanesOut;
  const tokens = bias.length / rows;
  const accumulator = accumulatorType(parameters);
  const x: Beat = { type: parameters.input.type, lanes: lanesIn };
  const y: Beat = { type: accumulator, lanes: lanesOut };
  const dot = dotProductModule(dotOf(parameters));
  const depth = multiplyLatency(parameters);
  return module(
    `${name}_multiply`,
    {
      doc: `${title}: multiplies a token of ${columns} by the ${rows} x ${columns} weights, ${lanesIn} columns of ${lanesOut} row(s) in a cycle, ${columnBeats * rowBeats} cycles for a token. ${plan.slots === 2 ? "The next token is loaded meanwhile." : "Then the next token is loaded."} Sums leave ${depth} cycles after their last columns were read, and cannot overflow: their width is proven from the weights.`,
      in: { x: beatStream(x, "codes") },
      out: { y: beatStream(y, "sums") },
    },
    (p, m) => {
      const go = m.wire("go", bit());
      const pipe = new Pipe(m, go.value);
      const token = itemBuffer(m, "token", p.x, {
        beat: x,
        outer: 1,
        inner: columnBeats,
        slots: plan.slots,
        style: plan.tokens,
      });
      const issue = token.available.and(go.value);
      m.name({ issue });
      const column = counter(m, "column", columnBeats, issue);
      const row = counter(m, "row", rowBeats, allOf(issue, column.last));
      const time = counter(m, "time_step", tokens, allOf(issue, column.last, row.last));
      token.release(allOf(issue, column.last, row.last));

      const weightWord = table(m, "weights", {
        beat: { type: weightType, lanes: lanesIn * lanesOut },
        outer: rowBeats,
        inner: columnBeats,
        word: (rowBeat, columnBeat) =>
          Array.from({ length: lanesIn * lanesOut }, (_, index) => {
            const r = rowBeat * lanesOut + Math.floor(index / lanesIn);
            return weights[r * columns + columnBeat * lanesIn + (index % lanesIn)] ?? 0;
          }),
        style: plan.weights,
        doc: `weights of ${title}: ${lanesOut} row(s) of ${lanesIn} column(s) in a word`,
      }).read(row.value, column.value, go.value);
      const inputs = token.read(range(0, 0).of(0), column.value, go.value);
      const { sum } = m.repeat("row_lane", lanesOut, dot, {
        go: go.value,
        x: inputs,
        w: splitWord(weightWord, { type: weightType, lanes: lanesIn }, lanesOut),
      });

      // The bias is read so that it meets the sum of the row's first columns.
      const biasWord = table(m, "bias", {
        beat: { type: spanOf(bias), lanes: lanesOut },
        outer: tokens,
        inner: rowBeats,
        word: (t, rowBeat) => bias.slice(t * rows + rowBeat * lanesOut, t * rows + (rowBeat + 1) * lanesOut),
        style: plan.bias,
        doc: `bias of ${title}${tokens > 1 ? ", a row of words for each token" : ""}, with the input's zero point folded in`,
      }).read(
        pipe.delay("bias_time_step", time.value, depth - 2),
        pipe.delay("bias_row", row.value, depth - 2),
        go.value,
      );
      const first = columnBeats === 1 ? undefined : pipe.delayFlag("first", column.value.eq(0), depth - 1);
      const sums = elementsOf(biasWord, { type: spanOf(bias), lanes: lanesOut }).map((start, lane) => {
        const register = m.reg(lanesOut === 1 ? "accumulator" : `accumulator_${lane}`, accumulator, {
          init: 0,
          enable: go.value,
        });
        const base = first === undefined ? start : pick(first, start, register.q);
        register.next(base.add(sum[lane] ?? 0).fit(accumulator));
        return register.q;
      });
      const valid = pipe.delayValid("valid", allOf(token.available, column.last), depth);
      go.drive(valid.not().or(p.y.ready));
      return { y: { valid, data: { data: wordOf(sums, y) } } };
    },
  );
}

/** The whole operator: gearbox, multiplication, and requantisation where its output is a code. */
export function linearModule(parameters: LinearParameters) {
  const { name, title, input, rows, requantiser, plan } = parameters;
  const accumulators: Beat = { type: accumulatorType(parameters), lanes: plan.lanesOut };
  const output = linearOutput(parameters);
  return module(
    name,
    {
      doc: `${title}: ${plan.lanesIn} x ${plan.lanesOut} lanes, ${linearSteps(parameters)} cycles for a token${requantiser ? ", requantised to codes" : ", sums as they are"}.`,
      in: { x: beatStream(input) },
      out: { y: beatStream(output) },
    },
    (p, m) => {
      const x = withLanes(m, "load", p.x, input, plan.lanesIn);
      const { y } = m.use("multiply", multiplyModule(parameters), { x });
      const sums = withLanes(m, "serialise", y, accumulators, plan.lanes);
      if (!requantiser) return { y: sums };
      const requantise = requantiseModule({
        ...requantiser,
        name: `${name}_requantise`,
        input: { type: accumulators.type, lanes: plan.lanes },
        rows,
        multiplier: plan.requantiser,
      });
      return { y: m.use("requantise", requantise, { x: sums }).y };
    },
  );
}

/** The control of the operator. */
export function linearTiming(model: CycleModel, x: Link, parameters: LinearParameters): Link {
  const { input, columns, rows, requantiser, plan } = parameters;
  const loaded = gearbox(model, x, input.lanes, plan.lanesIn);
  const columnBeats = columns / plan.lanesIn;
  const releaseEvery = (rows / plan.lanesOut) * columnBeats;
  const sums = engine(
    model,
    [{ link: loaded, beats: columnBeats, slots: plan.slots, releaseEvery }],
    columnBeats,
    multiplyLatency(parameters),
  );
  const serial = gearbox(model, sums, plan.lanesOut, plan.lanes);
  return requantiser ? pipeline(model, serial, requantiseLatency(requantiser)) : serial;
}
