import { bit, module, type Num, type NumType, pick, range } from "../../../rtl/index.js";
import { type Beat, beatStream, wordOf } from "../../parts/beat.js";
import { allOf, counter } from "../../parts/counter.js";
import { type DotProduct, dotProductLatency, dotProductModule } from "../../parts/dot-product.js";
import { itemBuffer } from "../../parts/item-buffer.js";
import { Pipe } from "../../parts/pipe.js";
import { productType } from "../../parts/product.js";
import type { CycleModel, Link } from "../../timing/cycle-model.js";
import { engine } from "../../timing/engine.js";
import { type AttentionParameters, headFeatures } from "./parameters.js";

/** Type of q k^T of one head. */
export function scoreSumType(parameters: AttentionParameters): NumType {
  const product = productType(parameters.query.type, parameters.key.type);
  const count = BigInt(headFeatures(parameters));
  return range(product.lo * count, product.hi * count);
}

function dotOf({ query, key, plan }: AttentionParameters): DotProduct {
  return { lanes: plan.lanesScore, x: query.type, w: key.type, multiplier: plan.scoreMultiplier };
}

function latency(parameters: AttentionParameters): number {
  return 1 + dotProductLatency(dotOf(parameters)) + 1;
}

/** Index of a beat within a token, from the head and the beat within the head. */
export function headBeat(head: Num, heads: number, beat: Num, beatsOfHead: number): Num {
  if (heads === 1) return beat;
  const all = range(0, heads * beatsOfHead - 1);
  const starts = Array.from({ length: heads }, (_, index) => index * beatsOfHead);
  return pick(head.fit(range(0, heads - 1)), starts)
    .add(beat)
    .fit(all);
}

/** q k^T: for each query, head and key one sum, key by key. */
export function scoresModule(parameters: AttentionParameters) {
  const { name, title, tokens, features, heads, plan } = parameters;
  const { lanesScore: lanes, keysAtOnce } = plan;
  const q: Beat = { type: parameters.query.type, lanes };
  const k: Beat = { type: parameters.key.type, lanes };
  const sumType = scoreSumType(parameters);
  const beats = features / lanes;
  const beatsOfHead = headFeatures(parameters) / lanes;
  const y: Beat = { type: sumType, lanes: keysAtOnce };
  const depth = latency(parameters);
  const dot = dotProductModule(dotOf(parameters));
  return module(
    `${name}_scores`,
    {
      doc: `${title}, scores: the products of a query with all ${tokens} keys${heads > 1 ? `, for each of ${heads} heads` : ""}, ${lanes} feature(s) of ${keysAtOnce} key(s) in a cycle, ${heads * (tokens / keysAtOnce) * beatsOfHead} cycles for a query. Keys of ${plan.windows} window(s) are kept; queries begin when all keys of a window are there.`,
      in: { query: beatStream(q), key: beatStream(k) },
      out: { score: beatStream(y) },
    },
    (p, m) => {
      const go = m.wire("go", bit());
      const pipe = new Pipe(m, go.value);
      const queries = itemBuffer(m, "queries", p.query, {
        beat: q,
        outer: 1,
        inner: beats,
        slots: plan.queries,
        style: plan.rows,
      });
      const keys = itemBuffer(m, "keys", p.key, {
        beat: k,
        outer: tokens,
        inner: beats,
        slots: plan.windows,
        style: plan.keys,
        banks: keysAtOnce,
      });
      const both = queries.available.and(keys.available);
      const issue = both.and(go.value);
      m.name({ both, issue });
      const column = counter(m, "column", beatsOfHead, issue);
      const keyIndex = counter(m, "key_index", tokens / keysAtOnce, allOf(issue, column.last));
      const head = counter(m, "head", heads, allOf(issue, column.last, keyIndex.last));
      const queryDone = allOf(issue, column.last, keyIndex.last, head.last);
      const queryIndex = counter(m, "query_index", tokens, queryDone);
      queries.release(queryDone);
      keys.release(allOf(queryDone, queryIndex.last));

      const place = headBeat(head.value, heads, column.value, beatsOfHead);
      const query = queries.read(range(0, 0).of(0), place, go.value);
      const first = pipe.delayFlag("first", column.value.eq(0), depth - 1);
      const sums = keys.readBanks(keyIndex.value, place, go.value).map((key, index) => {
        const tail = keysAtOnce === 1 ? "" : `_${index}`;
        const { sum } = m.use(`dot${tail}`, dot, { go: go.value, x: query, w: key });
        const accumulator = m.reg(`accumulator${tail}`, sumType, { init: 0, enable: go.value });
        accumulator.next(beatsOfHead === 1 ? sum : pick(first, 0, accumulator.q).add(sum).fit(sumType));
        return accumulator.q;
      });
      const valid = pipe.delayValid("valid", allOf(both, column.last), depth);
      go.drive(valid.not().or(p.score.ready));
      return { score: { valid, data: { data: wordOf(sums, y) } } };
    },
  );
}

/** The control of the scores; streams in beats of `lanesScore`. */
export function scoresTiming(model: CycleModel, query: Link, key: Link, parameters: AttentionParameters): Link {
  const { tokens, features, heads, plan } = parameters;
  const beats = features / plan.lanesScore;
  const beatsOfHead = headFeatures(parameters) / plan.lanesScore;
  const steps = heads * (tokens / plan.keysAtOnce) * beatsOfHead;
  return engine(
    model,
    [
      { link: query, beats, slots: plan.queries, releaseEvery: steps },
      { link: key, beats: tokens * beats, slots: plan.windows, releaseEvery: steps * tokens },
    ],
    beatsOfHead,
    latency(parameters),
  );
}
