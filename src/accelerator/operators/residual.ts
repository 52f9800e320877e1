import { type Bit, bit, type Multiplier, module, type Num, type NumType, pick, range } from "../../rtl/index.js";
import { adderTree } from "../parts/adder-tree.js";
import { type Beat, beatStream, elementsOf, wordOf } from "../parts/beat.js";
import { allOf, counter, indexBits } from "../parts/counter.js";
import { Pipe } from "../parts/pipe.js";
import { longProduct, productType } from "../parts/product.js";
import { saturated } from "../parts/requantise.js";
import { spanOf } from "../parts/span.js";
import { constantLanes } from "../parts/table.js";
import type { CycleModel, Link, Stage } from "../timing/cycle-model.js";
import { join, pipeline } from "../timing/stages.js";

/** What the planner chooses for a `residual`. */
export interface ResidualPlan {
  readonly kind: "residual";
  /** Features in a beat; divides the features. Each lane has a multiplier for each addend, or one for all of them in turn. */
  readonly lanes: number;
  /** Multiplier of each addend; a single one where they take turns, a cycle each. */
  readonly multipliers: readonly Multiplier[];
}

export interface ResidualParameters {
  readonly name: string;
  readonly title: string;
  /** All of `plan.lanes` elements in a beat. */
  readonly addends: readonly Beat[];
  readonly features: number;
  /** [addend][feature]. */
  readonly coefficients: readonly (readonly number[])[];
  readonly constants: readonly number[];
  readonly shift: number;
  readonly lo: number;
  readonly hi: number;
  readonly plan: ResidualPlan;
}

export function residualOutput({ lo, hi, plan }: Pick<ResidualParameters, "lo" | "hi" | "plan">): Beat {
  return { type: range(lo, hi), lanes: plan.lanes };
}

/** Sums before the shift, over all features: each product, the constant and the rounding constant. */
export function residualSumType({ addends, coefficients, constants, shift }: ResidualParameters): NumType {
  let { lo, hi } = spanOf(constants.map((constant) => constant + 2 ** (shift - 1)));
  addends.forEach(({ type }, index) => {
    const product = productType(type, spanOf(coefficients[index] ?? []));
    lo += product.lo;
    hi += product.hi;
  });
  return range(lo, hi);
}

/** Cycles for a beat: as many as there are addends where they share a multiplier. */
export function residualTurns({ addends, plan }: Pick<ResidualParameters, "addends" | "plan">): number {
  return plan.multipliers.length === 1 ? addends.length : 1;
}

/** Registers: operands, products, a level of the tree each (or the sum so far), code. The constant is one more term of the tree. */
function latency(parameters: Pick<ResidualParameters, "addends" | "plan">): number {
  const { addends } = parameters;
  return residualTurns(parameters) > 1 ? 4 : 2 + indexBits(addends.length + 1) + 1;
}

/** y = clamp((sum of coefficient * addend + constant + 2^(shift-1)) >> shift), feature by feature. */
export function residualModule(parameters: ResidualParameters) {
  const { name, title, addends, features, constants, shift, lo, hi, plan } = parameters;
  const { lanes } = plan;
  const beats = features / lanes;
  const output = residualOutput(parameters);
  const depth = latency(parameters);
  const turns = residualTurns(parameters);
  const rounding = 2 ** (shift - 1);
  return module(
    name,
    {
      doc: `${title}: sum of ${addends.length} addends, each with a coefficient per feature, plus a constant per feature (with the rounding's 2^${shift - 1} in it), shifted right by ${shift} and saturated to ${lo}..${hi}. ${lanes} feature(s) in ${turns === 1 ? "a cycle" : `${turns} cycles, addends taking turns on a multiplier`}, ${depth} registers.`,
      in: Object.fromEntries(addends.map((beat, index) => [`x${index}`, beatStream(beat)])),
      out: { y: beatStream(output) },
    },
    (p, m) => {
      const go = m.wire("go", bit());
      const pipe = new Pipe(m, go.value);
      const inputs = addends.map((_, index) => {
        const input = p[`x${index}`];
        if (!input) throw new Error(`residual without its addend ${index}`);
        return input;
      });
      const all = allOf(...inputs.map((input) => input.valid));
      m.name({ all_there: all });
      const turn = counter(m, "turn", turns, all.and(go.value));
      for (const input of inputs) {
        const others = inputs.filter((other) => other !== input).map((other) => other.valid);
        input.accept(allOf(go.value, turn.last, ...others));
      }
      const beat = counter(m, "beat", beats, allOf(all, go.value, turn.last));
      const elements = inputs.map((input, index) => elementsOf(input.data.data, addends[index] ?? output));
      const offsets = constantLanes(m, "offset", {
        values: constants.map((constant) => constant + rounding),
        lanes,
        index: beat.value,
        go: go.value,
        doc: "constant of each feature, rounding included",
      });
      const at = { pipe, elements, offsets, beat: beat.value, turn: turn.value, there: all };
      const sums = turns === 1 ? sumsAtOnce(parameters, at) : sumsInTurn(parameters, at);
      const codes = sums.map((sum, lane) =>
        pipe.reg(`code${lanes === 1 ? "" : `_lane_${lane}`}`, saturated(sum.shr(shift), lo, hi), output.type),
      );
      const valid = pipe.delayValid("valid", allOf(all, turn.last), depth);
      go.drive(valid.not().or(p.y.ready));
      return { y: { valid, data: { data: wordOf(codes, output) } } };
    },
  );
}

/** The first stage: addends as they arrive, and which constants are theirs. */
interface Arrived {
  readonly pipe: Pipe;
  /** [addend][lane]. */
  readonly elements: readonly (readonly Num[])[];
  /** By lane, a cycle later. */
  readonly offsets: readonly Num[];
  readonly beat: Num;
  readonly turn: Num;
  readonly there: Bit;
}

/** Sum of each lane, with a multiplier for each addend. */
function sumsAtOnce(parameters: ResidualParameters, { pipe, elements, offsets, beat }: Arrived): Num[] {
  const { coefficients, plan } = parameters;
  const { lanes } = plan;
  const factors = coefficients.map((values, index) =>
    constantLanes(pipe.m, `coefficient_${index}`, {
      values,
      lanes,
      index: beat,
      go: pipe.go,
      doc: `coefficient of addend ${index} for each feature`,
    }),
  );
  return offsets.map((early, lane) => {
    const tail = lanes === 1 ? "" : `_lane_${lane}`;
    const products = elements.map((of, index) => {
      const held = pipe.reg(`addend_${index}${tail}`, of[lane] ?? range(0, 0).of(0));
      const factor = factors[index]?.[lane] ?? range(0, 0).of(0);
      return pipe.reg(`product_${index}${tail}`, longProduct(held, factor, plan.multipliers[index]));
    });
    return adderTree(pipe, [...products, pipe.reg(`offset_late${tail}`, early)], tail);
  });
}

/** Sum of each lane, with one multiplier for all addends in turn; right with the last of them. */
function sumsInTurn(parameters: ResidualParameters, { pipe, elements, offsets, turn, there }: Arrived): Num[] {
  const { addends, coefficients, constants, features, plan, shift } = parameters;
  const { lanes } = plan;
  const places = counter(pipe.m, "place", (features / lanes) * addends.length, there.and(pipe.go));
  const values = Array.from({ length: features / lanes }, (_, beat) =>
    coefficients.flatMap((of) => of.slice(beat * lanes, (beat + 1) * lanes)),
  ).flat();
  const factors = constantLanes(pipe.m, "coefficient", {
    values,
    lanes,
    index: places.value,
    go: pipe.go,
    doc: "coefficient of each addend for each feature",
  });
  const operand = spanOf(addends.flatMap(({ type }) => [Number(type.lo), Number(type.hi)]));
  const first = pipe.delayFlag("first", turn.eq(0), 2);
  const summed = pipe.delayValid("summed", there, 2);
  // What a sum may be after each of its addends.
  let { lo, hi } = spanOf(constants.map((constant) => constant + 2 ** (shift - 1)));
  let [least, most] = [lo, hi];
  addends.forEach(({ type }, index) => {
    const product = productType(type, spanOf(coefficients[index] ?? []));
    [lo, hi] = [lo + product.lo, hi + product.hi];
    if (lo < least) least = lo;
    if (hi > most) most = hi;
  });
  const sums = range(least, most);
  return offsets.map((early, lane) => {
    const tail = lanes === 1 ? "" : `_lane_${lane}`;
    const chosen = pick(
      turn,
      elements.map((of) => (of[lane] ?? range(0, 0).of(0)).fit(operand)),
    );
    const held = pipe.reg(`addend${tail}`, chosen, operand);
    const product = pipe.reg(
      `product${tail}`,
      longProduct(held, factors[lane] ?? range(0, 0).of(0), plan.multipliers[0]),
    );
    const offset = pipe.reg(`offset_late${tail}`, early);
    const register = pipe.m.reg(`sum${tail}`, sums, {
      init: least > 0n ? least : most < 0n ? most : 0n,
      enable: pipe.go,
    });
    register.next(pick(first, offset, register.q).add(product).fit(sums, { when: summed }));
    return register.q;
  });
}

/** Takes a beat after so many cycles with all of its addends there. */
class InTurn implements Stage {
  #turn = 0;
  #filled = 0;
  #go = false;
  constructor(
    readonly input: Link,
    readonly output: Link,
    readonly turns: number,
    readonly depth: number,
  ) {}
  settle(): void {
    this.output.valid = (this.#filled & (1 << (this.depth - 1))) !== 0;
    this.#go = !this.output.valid || this.output.ready;
    this.input.ready = this.#go && this.#turn === this.turns - 1;
  }
  tick(): void {
    if (!this.#go) return;
    const last = this.input.valid && this.#turn === this.turns - 1;
    if (this.input.valid) this.#turn = last ? 0 : this.#turn + 1;
    this.#filled = ((this.#filled & ((1 << (this.depth - 1)) - 1)) << 1) | (last ? 1 : 0);
  }
}

/** The control of the operator. */
export function residualTiming(model: CycleModel, addends: readonly Link[], parameters: ResidualParameters): Link {
  const all = join(model, addends);
  const turns = residualTurns(parameters);
  const depth = latency(parameters);
  return turns === 1 ? pipeline(model, all, depth) : model.add(new InTurn(all, model.link(), turns, depth)).output;
}
