import { bit, type Multiplier, module, type NumType, range } from "../../rtl/index.js";
import { adderTree } from "../parts/adder-tree.js";
import { type Beat, beatStream, elementsOf, wordOf } from "../parts/beat.js";
import { allOf, counter, indexBits } from "../parts/counter.js";
import { Pipe } from "../parts/pipe.js";
import { productType } from "../parts/product.js";
import { saturated } from "../parts/requantise.js";
import { spanOf } from "../parts/span.js";
import { constantLanes } from "../parts/table.js";
import type { CycleModel, Link } from "../timing/cycle-model.js";
import { join, pipeline } from "../timing/stages.js";

/** What the planner chooses for a `residual`. */
export interface ResidualPlan {
  readonly kind: "residual";
  /** Features in a beat; divides the features. Each lane has a multiplier for each addend. */
  readonly lanes: number;
  /** Multiplier of each addend. */
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

/** Registers: operands, products, a level of the tree each, code. The constant is one more term of the tree. */
function latency(addends: number): number {
  return 2 + indexBits(addends + 1) + 1;
}

/** y = clamp((sum of coefficient * addend + constant + 2^(shift-1)) >> shift), feature by feature. */
export function residualModule(parameters: ResidualParameters) {
  const { name, title, addends, features, coefficients, constants, shift, lo, hi, plan } = parameters;
  const { lanes } = plan;
  const beats = features / lanes;
  const output = residualOutput(parameters);
  const depth = latency(addends.length);
  const rounding = 2 ** (shift - 1);
  return module(
    name,
    {
      doc: `${title}: sum of ${addends.length} addends, each with a coefficient per feature, plus a constant per feature (with the rounding's 2^${shift - 1} in it), shifted right by ${shift} and saturated to ${lo}..${hi}. ${lanes} feature(s) in a cycle, ${depth} registers.`,
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
      for (const input of inputs) {
        input.accept(allOf(go.value, ...inputs.filter((other) => other !== input).map((other) => other.valid)));
      }
      const beat = counter(m, "beat", beats, all.and(go.value));
      const constantsOf = (name: string, values: readonly number[], doc: string) =>
        constantLanes(m, name, { values, lanes, index: beat.value, go: go.value, doc });
      const factors = coefficients.map((values, index) =>
        constantsOf(`coefficient_${index}`, values, `coefficient of addend ${index} for each feature`),
      );
      const offsets = constantsOf(
        "offset",
        constants.map((constant) => constant + rounding),
        "constant of each feature, rounding included",
      );

      const codes = Array.from({ length: lanes }, (_, lane) => {
        const tail = lanes === 1 ? "" : `_lane_${lane}`;
        const products = inputs.map((input, index) => {
          const element = elementsOf(input.data.data, addends[index] ?? output)[lane];
          const held = pipe.reg(`addend_${index}${tail}`, element ?? range(0, 0).of(0));
          const factor = factors[index]?.[lane] ?? range(0, 0).of(0);
          return pipe.reg(`product_${index}${tail}`, held.mul(factor, plan.multipliers[index]));
        });
        const offset = pipe.reg(`offset_late${tail}`, offsets[lane] ?? range(0, 0).of(0));
        const sum = adderTree(pipe, [...products, offset], tail);
        return pipe.reg(`code${tail}`, saturated(sum.shr(shift), lo, hi), output.type);
      });
      const valid = pipe.delayValid("valid", all, depth);
      go.drive(valid.not().or(p.y.ready));
      return { y: { valid, data: { data: wordOf(codes, output) } } };
    },
  );
}

/** The control of the operator. */
export function residualTiming(model: CycleModel, addends: readonly Link[]): Link {
  return pipeline(model, join(model, addends), latency(addends.length));
}
