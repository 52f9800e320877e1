import { bit, type Multiplier, module, type NumType, pick, range } from "../../../rtl/index.js";
import { type Beat, beatStream, elementsOf, intervalName, wordOf } from "../../parts/beat.js";
import { allOf, counter } from "../../parts/counter.js";
import { digitProduct, multiplesOf, multipleTypes } from "../../parts/digit-product.js";
import { itemBuffer } from "../../parts/item-buffer.js";
import { Pipe } from "../../parts/pipe.js";
import { productType } from "../../parts/product.js";
import type { CycleModel, Link } from "../../timing/cycle-model.js";
import { engine } from "../../timing/engine.js";
import { exponentialType } from "./exponentials.js";
import { type AttentionParameters, headFeatures, magnitude } from "./parameters.js";
import { headBeat } from "./scores.js";

/** Registers from the buffers to the sum: buffer, product, sum. */
const DEPTH = 3;

/** Sums of exponential times value over a row. */
export function weightedSumType(parameters: AttentionParameters): NumType {
  const { tokens, value } = parameters;
  const most = exponentialType(parameters).hi * BigInt(tokens) * magnitude(value.type);
  return range(-most, most);
}

/** One lane: product, then a sum that restarts with the first product of a row. */
function weightedSumLane(exponential: NumType, value: NumType, sum: NumType, multiplier: Multiplier) {
  const type = productType(exponential, value);
  const types = multipleTypes(exponential);
  return module(
    `weighted_sum_${intervalName(exponential)}_${intervalName(value)}_${intervalName(sum)}_${multiplier}`,
    {
      doc: "One lane of a weighted sum: exact product, one cycle later added to the sum, which restarts with `first`.",
      in: {
        go: bit(),
        first: bit().about("beside the product: restart the sum"),
        exponential,
        triple: types.triple,
        minus: types.minus,
        value,
      },
      out: { sum },
    },
    (p, m) => {
      const pipe = new Pipe(m, p.go);
      const multiples = { x: p.exponential, triple: p.triple, minus: p.minus };
      const made = multiplier === "dsp" ? p.exponential.mul(p.value, "dsp") : digitProduct(multiples, p.value);
      const held = pipe.reg("product", made, type);
      const register = m.reg("so_far", sum, { init: 0, enable: p.go });
      register.next(pick(p.first, 0, register.q).add(held).fit(sum));
      return { sum: register.q };
    },
  );
}

/** sum over keys of exponential * value, for each feature; not yet divided by the sum of the exponentials. */
export function valuesModule(parameters: AttentionParameters) {
  const { name, title, tokens, features, heads, plan } = parameters;
  const lanes = plan.lanesValue;
  const groups = headFeatures(parameters) / lanes;
  const e: Beat = { type: exponentialType(parameters), lanes: 1 };
  const v: Beat = { type: parameters.value.type, lanes };
  const y: Beat = { type: weightedSumType(parameters), lanes };
  return module(
    `${name}_values`,
    {
      doc: `${title}, weighted sum of the values: ${lanes} feature(s) side by side over ${tokens} keys, ${groups * tokens} cycles for a row of exponentials. Values of ${plan.windows} window(s) are kept.`,
      in: { exponential: beatStream(e), value: beatStream(v) },
      out: { sum: beatStream(y) },
    },
    (p, m) => {
      const go = m.wire("go", bit());
      const pipe = new Pipe(m, go.value);
      const row = itemBuffer(m, "row", p.exponential, { beat: e, outer: 1, inner: tokens, slots: 2, style: plan.rows });
      const values = itemBuffer(m, "values", p.value, {
        beat: v,
        outer: tokens,
        inner: features / lanes,
        slots: plan.windows,
        style: plan.values,
      });
      const both = row.available.and(values.available);
      const issue = both.and(go.value);
      m.name({ both, issue });
      const key = counter(m, "key_index", tokens, issue);
      const group = counter(m, "group", groups, allOf(issue, key.last));
      const rowDone = allOf(issue, key.last, group.last);
      const head = counter(m, "head", heads, rowDone);
      const query = counter(m, "query_index", tokens, allOf(rowDone, head.last));
      row.release(rowDone);
      values.release(allOf(rowDone, head.last, query.last));

      const exponential = row.read(range(0, 0).of(0), key.value, go.value);
      const word = values.read(key.value, headBeat(head.value, heads, group.value, groups), go.value);
      const first = pipe.delayFlag("first", key.value.eq(0), DEPTH - 1);
      // All lanes choose from the same multiples.
      const { triple, minus } = multiplesOf(exponential);
      const lane = weightedSumLane(e.type, v.type, y.type, plan.valueMultiplier);
      const { sum } = m.repeat("lanes", lanes, lane, {
        go: go.value,
        first,
        exponential,
        triple,
        minus,
        value: elementsOf(word, v),
      });
      const valid = pipe.delayValid("valid", allOf(both, key.last), DEPTH);
      go.drive(valid.not().or(p.sum.ready));
      return { sum: { valid, data: { data: wordOf(sum, y) } } };
    },
  );
}

/** The control of the weighted sums; values in beats of `lanesValue`. */
export function valuesTiming(model: CycleModel, exponential: Link, value: Link, parameters: AttentionParameters): Link {
  const { tokens, features, heads, plan } = parameters;
  const groups = headFeatures(parameters) / plan.lanesValue;
  return engine(
    model,
    [
      { link: exponential, beats: tokens, slots: 2, releaseEvery: groups * tokens },
      {
        link: value,
        beats: (tokens * features) / plan.lanesValue,
        slots: plan.windows,
        releaseEvery: groups * tokens * heads * tokens,
      },
    ],
    tokens,
    DEPTH,
  );
}
