import { bit, type Multiplier, module, type Num, type NumType, pick, range } from "../../../rtl/index.js";
import { adderTree } from "../../parts/adder-tree.js";
import { type Beat, beatStream, elementsOf, intervalName, wordOf, wordType } from "../../parts/beat.js";
import { allOf, counter, indexBits } from "../../parts/counter.js";
import { digitProduct, multiplesEarly, multiplesOf, multipleTypes } from "../../parts/digit-product.js";
import { itemBuffer } from "../../parts/item-buffer.js";
import { Pipe } from "../../parts/pipe.js";
import { needsMultiplesEarly, productType } from "../../parts/product.js";
import type { CycleModel, Link } from "../../timing/cycle-model.js";
import { engine } from "../../timing/engine.js";
import { exponentialType } from "./exponentials.js";
import { type AttentionParameters, headFeatures, magnitude } from "./parameters.js";
import { headBeat } from "./scores.js";

/** Whether the multiples of the exponentials have a register of their own. */
function early(parameters: AttentionParameters): boolean {
  return needsMultiplesEarly(exponentialType(parameters), parameters.value.type, parameters.plan.valueMultiplier);
}

/** Registers from the buffers to the sum: buffer, multiples where they are wide, products, a level of the tree of keys each, sum. */
function latency(parameters: AttentionParameters): number {
  return 3 + (early(parameters) ? 1 : 0) + indexBits(parameters.plan.keysAtOnce);
}

/** Sums of exponential times value over a row. */
export function weightedSumType(parameters: AttentionParameters): NumType {
  const { tokens, value } = parameters;
  const most = exponentialType(parameters).hi * BigInt(tokens) * magnitude(value.type);
  return range(-most, most);
}

/** One lane: products of the keys side by side, then a sum that restarts with the first ones of a row. */
function weightedSumLane(
  keysAtOnce: number,
  exponential: NumType,
  value: NumType,
  sum: NumType,
  multiplier: Multiplier,
) {
  const type = productType(exponential, value);
  const types = multipleTypes(exponential);
  const each = (of: NumType): Beat => ({ type: of, lanes: keysAtOnce });
  const [x, triple, minus, w] = [exponential, types.triple, types.minus, value].map(each) as [Beat, Beat, Beat, Beat];
  const count = keysAtOnce === 1 ? "" : `${keysAtOnce}x`;
  return module(
    `weighted_sum_${count}${intervalName(exponential)}_${intervalName(value)}_${intervalName(sum)}_${multiplier}`,
    {
      doc:
        keysAtOnce === 1
          ? "One lane of a weighted sum: exact product, one cycle later added to the sum, which restarts with `first`."
          : `One lane of a weighted sum: ${keysAtOnce} exact products, a register behind each level of their sum, then added to the sum so far, which restarts with \`first\`.`,
      in: {
        go: bit(),
        first: bit().about("beside the products' sum: restart the sum"),
        exponential: wordType(x),
        triple: wordType(triple),
        minus: wordType(minus),
        value: wordType(w),
      },
      out: { sum },
    },
    (p, m) => {
      const pipe = new Pipe(m, p.go);
      const values = elementsOf(p.value, w);
      const triples = elementsOf(p.triple, triple);
      const minuses = elementsOf(p.minus, minus);
      const products = elementsOf(p.exponential, x).map((factor, key) => {
        const [thrice, negative, element] = [triples[key], minuses[key], values[key]];
        if (!thrice || !negative || !element) throw new Error("a lane without its operands");
        const multiples = { x: factor, triple: thrice, minus: negative };
        const made = multiplier === "dsp" ? factor.mul(element, "dsp") : digitProduct(multiples, element);
        return pipe.reg(keysAtOnce === 1 ? "product" : `product_${key}`, made, type);
      });
      const register = m.reg("so_far", sum, { init: 0, enable: p.go });
      register.next(pick(p.first, 0, register.q).add(adderTree(pipe, products)).fit(sum));
      return { sum: register.q };
    },
  );
}

/** sum over keys of exponential * value, for each feature; not yet divided by the sum of the exponentials. */
export function valuesModule(parameters: AttentionParameters) {
  const { name, title, tokens, features, heads, plan } = parameters;
  const { lanesValue: lanes, keysAtOnce } = plan;
  const keyBeats = tokens / keysAtOnce;
  const depth = latency(parameters);
  const groups = headFeatures(parameters) / lanes;
  const e: Beat = { type: exponentialType(parameters), lanes: keysAtOnce };
  const v: Beat = { type: parameters.value.type, lanes };
  const y: Beat = { type: weightedSumType(parameters), lanes };
  return module(
    `${name}_values`,
    {
      doc: `${title}, weighted sum of the values: ${lanes} feature(s) side by side over ${tokens} keys, ${keysAtOnce} of them in a cycle, ${groups * keyBeats} cycles for a row of exponentials. Values of ${plan.windows} window(s) are kept.`,
      in: { exponential: beatStream(e), value: beatStream(v) },
      out: { sum: beatStream(y) },
    },
    (p, m) => {
      const go = m.wire("go", bit());
      const pipe = new Pipe(m, go.value);
      const row = itemBuffer(m, "row", p.exponential, {
        beat: e,
        outer: 1,
        inner: keyBeats,
        slots: 2,
        style: plan.rows,
      });
      const values = itemBuffer(m, "values", p.value, {
        beat: v,
        outer: tokens,
        inner: features / lanes,
        slots: plan.windows,
        style: plan.values,
        banks: keysAtOnce,
      });
      const both = row.available.and(values.available);
      const issue = both.and(go.value);
      m.name({ both, issue });
      const key = counter(m, "key_index", keyBeats, issue);
      const group = counter(m, "group", groups, allOf(issue, key.last));
      const rowDone = allOf(issue, key.last, group.last);
      const head = counter(m, "head", heads, rowDone);
      const query = counter(m, "query_index", tokens, allOf(rowDone, head.last));
      row.release(rowDone);
      values.release(allOf(rowDone, head.last, query.last));

      const exponentials = row.read(range(0, 0).of(0), key.value, go.value);
      const words = values.readBanks(key.value, headBeat(head.value, heads, group.value, groups), go.value);
      const first = pipe.delayFlag("first", key.value.eq(0), depth - 1);
      // All lanes choose from the same multiples.
      const inTime = (word: Num, index: number) => (early(parameters) ? pipe.reg(`value_${index}`, word) : word);
      const multiples = elementsOf(exponentials, e).map((x, index) =>
        early(parameters) ? multiplesEarly(pipe, x, `_${index}`) : multiplesOf(x),
      );
      const types = multipleTypes(e.type);
      const byKey = words.map((word, index) => elementsOf(inTime(word, index), v));
      const lane = weightedSumLane(keysAtOnce, e.type, v.type, y.type, plan.valueMultiplier);
      const { sum } = m.repeat("lanes", lanes, lane, {
        go: go.value,
        first,
        exponential: wordOf(
          multiples.map(({ x }) => x),
          e,
        ),
        triple: wordOf(
          multiples.map(({ triple }) => triple),
          { type: types.triple, lanes: keysAtOnce },
        ),
        minus: wordOf(
          multiples.map(({ minus }) => minus),
          { type: types.minus, lanes: keysAtOnce },
        ),
        value: Array.from({ length: lanes }, (_, index) =>
          wordOf(
            byKey.flatMap((elements) => elements[index] ?? []),
            { type: v.type, lanes: keysAtOnce },
          ),
        ),
      });
      const valid = pipe.delayValid("valid", allOf(both, key.last), depth);
      go.drive(valid.not().or(p.sum.ready));
      return { sum: { valid, data: { data: wordOf(sum, y) } } };
    },
  );
}

/** The control of the weighted sums; values in beats of `lanesValue`. */
export function valuesTiming(model: CycleModel, exponential: Link, value: Link, parameters: AttentionParameters): Link {
  const { tokens, features, heads, plan } = parameters;
  const groups = headFeatures(parameters) / plan.lanesValue;
  const keyBeats = tokens / plan.keysAtOnce;
  return engine(
    model,
    [
      { link: exponential, beats: keyBeats, slots: 2, releaseEvery: groups * keyBeats },
      {
        link: value,
        beats: (tokens * features) / plan.lanesValue,
        slots: plan.windows,
        releaseEvery: groups * keyBeats * heads * tokens,
      },
    ],
    keyBeats,
    latency(parameters),
  );
}
