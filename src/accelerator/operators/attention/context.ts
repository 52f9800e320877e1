import { bit, module, type NumType, range, stream } from "../../../rtl/index.js";
import { type Beat, beatStream, elementsOf, wordOf } from "../../parts/beat.js";
import { allOf, counter } from "../../parts/counter.js";
import { Pipe } from "../../parts/pipe.js";
import { saturated, toNearest } from "../../parts/requantise.js";
import { scaledSum } from "../../parts/scaled-sum.js";
import type { CycleModel, Link, Stage } from "../../timing/cycle-model.js";
import { pipeline } from "../../timing/stages.js";
import { type AttentionParameters, headFeatures } from "./parameters.js";
import { weightedSumType } from "./values.js";

const DEPTH = 4;

/** Beats of the context. */
export function contextBeat({ lo, hi, plan }: Pick<AttentionParameters, "lo" | "hi" | "plan">): Beat {
  return { type: range(lo, hi), lanes: plan.lanes };
}

/** Weighted sums times the reciprocal of their row, rounded and saturated to codes. */
export function contextModule(parameters: AttentionParameters, reciprocal: NumType) {
  const { name, title, shift, zero, lo, hi, plan } = parameters;
  const x: Beat = { type: weightedSumType(parameters), lanes: plan.lanes };
  const y = contextBeat(parameters);
  return module(
    `${name}_context`,
    {
      doc: `${title}, normalisation: clamp(${zero} + ((sum * reciprocal + 2^${shift - 1}) >> ${shift}), ${lo}, ${hi}); one reciprocal for the ${headFeatures(parameters)} features of a head. ${DEPTH} registers, one beat per cycle.`,
      in: { sum: beatStream(x), reciprocal: stream({ data: reciprocal }) },
      out: { context: beatStream(y) },
    },
    (p, m) => {
      const go = m.wire("go", bit());
      const pipe = new Pipe(m, go.value);
      const both = p.sum.valid.and(p.reciprocal.valid);
      const take = both.and(go.value);
      m.name({ both, take });
      const beat = counter(m, "beat", headFeatures(parameters) / plan.lanes, take);
      p.sum.accept(go.value.and(p.reciprocal.valid));
      p.reciprocal.accept(allOf(go.value, p.sum.valid, beat.last));
      const factor = pipe.reg("factor", p.reciprocal.data.data);
      const codes = elementsOf(p.sum.data.data, x).map((sum, lane) => {
        const tail = plan.lanes === 1 ? "" : `_${lane}`;
        const held = pipe.reg(`held${tail}`, sum);
        const by = { factor, multiplier: plan.normaliser, tail };
        const scaled = scaledSum(pipe, held, { ...by, ...toNearest(shift, zero) });
        return pipe.reg(`code${tail}`, saturated(scaled, lo, hi), y.type);
      });
      const valid = pipe.delayValid("valid", both, DEPTH);
      go.drive(valid.not().or(p.context.ready));
      return { context: { valid, data: { data: wordOf(codes, y) } } };
    },
  );
}

/** Joins each beat of sums with the reciprocal, which stays for all beats of a head. */
class WithReciprocal implements Stage {
  #beat = 0;
  constructor(
    readonly sum: Link,
    readonly reciprocal: Link,
    readonly output: Link,
    readonly beats: number,
  ) {}
  settle(): void {
    this.output.valid = this.sum.valid && this.reciprocal.valid;
    this.sum.ready = this.output.ready && this.reciprocal.valid;
    this.reciprocal.ready = this.output.ready && this.sum.valid && this.#beat === this.beats - 1;
  }
  tick(): void {
    if (this.output.valid && this.output.ready) this.#beat = (this.#beat + 1) % this.beats;
  }
}

export function contextTiming(model: CycleModel, sum: Link, reciprocal: Link, parameters: AttentionParameters): Link {
  const beats = headFeatures(parameters) / parameters.plan.lanes;
  const { output } = model.add(new WithReciprocal(sum, reciprocal, model.link(), beats));
  return pipeline(model, output, DEPTH);
}
