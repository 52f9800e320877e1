import {
  type Builder,
  balanced,
  bit,
  module,
  type Num,
  type NumType,
  pick,
  range,
  registered,
  type Stream,
  stream,
  sum as sumOf,
} from "../../../rtl/index.js";
import { type Beat, beatStream, elementsOf, wordOf, wordType } from "../../parts/beat.js";
import { counter } from "../../parts/counter.js";
import { itemBuffer } from "../../parts/item-buffer.js";
import { Pipe } from "../../parts/pipe.js";
import { table } from "../../parts/table.js";
import type { CycleModel, Link, Stage } from "../../timing/cycle-model.js";
import { ItemBuffer } from "../../timing/engine.js";
import { pipeline } from "../../timing/stages.js";
import type { AttentionParameters } from "./parameters.js";

/** Registers from a score's buffer to its exponential: buffer, difference, table. */
const DEPTH = 3;

/** The largest exponential, that of the row's maximum itself. */
function largest(parameters: Pick<AttentionParameters, "table">): number {
  return parameters.table[0] ?? 0;
}

export function exponentialType(parameters: AttentionParameters): NumType {
  return range(0, largest(parameters));
}

/** Sums of a row: at least the maximum's own exponential, at most that for each key. */
export function exponentialSumType(parameters: Pick<AttentionParameters, "table" | "tokens">): NumType {
  return range(largest(parameters), parameters.tokens * largest(parameters));
}

/** The scores with the highest of each beat beside them: comparisons of several at once have a register of their own. */
function highestOf(
  m: Builder,
  scores: Stream<{ data: NumType }>,
  beat: Beat,
): { readonly scores: Stream<{ data: NumType }>; readonly maximum: Num } {
  if (beat.lanes === 1) return { scores, maximum: scores.data.data };
  const payload = { data: wordType(beat), maximum: beat.type };
  const ranked = m.stream("ranked", payload);
  const maximum = balanced(elementsOf(scores.data.data, beat), (a, b) => pick(a.gt(b), a, b));
  scores.accept(ranked.ready);
  ranked.drive({ valid: scores.valid, data: { data: scores.data.data, maximum } });
  const held = registered(m, "highest", payload, ranked.stream);
  return { scores: held, maximum: held.data.maximum };
}

/** Rows of scores to rows of exponentials of (score - maximum), and their sum at the end of each row. */
export function exponentialsModule(parameters: AttentionParameters) {
  const { name, title, tokens, score, plan } = parameters;
  const { keysAtOnce } = plan;
  const beats = tokens / keysAtOnce;
  const scoreType = range(score.lo, score.hi);
  const x: Beat = { type: scoreType, lanes: keysAtOnce };
  const y: Beat = { type: exponentialType(parameters), lanes: keysAtOnce };
  const differences = range(0, score.hi - score.lo);
  const sums = range(0, tokens * largest(parameters));
  const sumType = exponentialSumType(parameters);
  return module(
    `${name}_exponentials`,
    {
      doc: `${title}, exponentials: a row of ${tokens} scores is kept until its maximum is known; then each is replaced by the table's entry for its distance from the maximum, ${beats} cycles for a row. The sum of the row follows its last exponential.`,
      in: { score: beatStream(x) },
      out: {
        exponential: beatStream(y),
        sum: stream({ data: sumType }),
      },
    },
    (p, m) => {
      const go = m.wire("go", bit());
      const pipe = new Pipe(m, go.value);
      const highest = highestOf(m, p.score, x);
      const row = itemBuffer(m, "row", highest.scores, { beat: x, outer: 1, inner: beats, slots: 2, style: plan.rows });
      // The running maximum of the row that is being loaded, and the final one of each slot.
      const incoming = highest.maximum;
      const running = m.reg("running_maximum", scoreType, { reset: score.lo, enable: row.load });
      const higher = pick(incoming.gt(running.q), incoming, running.q);
      running.next(pick(row.loaded, score.lo, higher));
      const maxima = [0, 1].map((slot) => {
        const here = row.loaded.and(row.loadSlot.eq(slot));
        const register = m.reg(`maximum_${slot}`, scoreType, { init: 0, enable: here });
        register.next(higher);
        return register.q;
      });

      const issue = row.available.and(go.value);
      const key = counter(m, "key_index", beats, issue);
      m.name({ issue, higher });
      row.release(issue.and(key.last));
      const values = elementsOf(row.read(range(0, 0).of(0), key.value, go.value), x);
      const top = pipe.reg("maximum", pick(row.readSlot, maxima));
      const there = pipe.valid("valid_1", row.available);
      const exponentials = values.map((value, index) => {
        const tail = keysAtOnce === 1 ? "" : `_${index}`;
        const far = top.sub(value).fit(differences, { when: there });
        const difference = pipe.reg(`difference${tail}`, far, differences);
        return table(m, `exponential${tail}`, {
          beat: { type: exponentialType(parameters), lanes: 1 },
          outer: 1,
          inner: parameters.table.length,
          word: (_, at) => [parameters.table[at] ?? 0],
          style: plan.table,
          doc: "exponential of minus the distance from the row's maximum",
        }).read(range(0, 0).of(0), difference, go.value);
      });
      const shown = pipe.delayValid("shown", there, DEPTH - 1);
      const first = pipe.delayFlag("first", key.value.eq(0), DEPTH);
      const last = pipe.delayFlag("last", key.last, DEPTH);

      const summed = m.reg("summed", bit(), { reset: false });
      const sumFree = summed.q.not().or(p.sum.ready);
      const leaves = shown.and(p.exponential.ready, sumFree);
      m.name({ sum_free: sumFree, leaves });
      const sum = m.reg("sum_so_far", sums, { init: 0, enable: leaves });
      sum.next(pick(first, 0, sum.q).add(sumOf(exponentials)).fit(sums, { when: leaves }));
      summed.next(leaves.and(last).or(summed.q.and(p.sum.ready.not())));
      go.drive(shown.not().or(leaves));
      return {
        exponential: { valid: shown.and(sumFree), data: { data: wordOf(exponentials, y) } },
        sum: { valid: summed.q, data: { data: sum.q.fit(sumType, { when: summed.q }) } },
      };
    },
  );
}

/** The control of the exponentials. */
class Exponentials implements Stage {
  #key = 0;
  #filled = 0;
  /** Whether the exponential of that stage is the last of its row, beside `#filled`. */
  #last = 0;
  #summed = false;
  #go = false;
  #leaves = false;
  constructor(
    readonly row: ItemBuffer,
    readonly exponential: Link,
    readonly sum: Link,
    /** Beats of a row. */
    readonly beats: number,
  ) {}
  settle(): void {
    const shown = (this.#filled & (1 << (DEPTH - 1))) !== 0;
    const sumFree = !this.#summed || this.sum.ready;
    this.exponential.valid = shown && sumFree;
    this.sum.valid = this.#summed;
    this.#leaves = shown && sumFree && this.exponential.ready;
    this.#go = !shown || this.#leaves;
  }
  tick(): void {
    const last = (this.#last & (1 << (DEPTH - 1))) !== 0;
    this.#summed = (this.#leaves && last) || (this.#summed && !this.sum.ready);
    if (!this.#go) return;
    const issue = this.row.available;
    let lastOfRow = false;
    if (issue && ++this.#key === this.beats) {
      this.#key = 0;
      lastOfRow = true;
      this.row.release();
    }
    const mask = (1 << (DEPTH - 1)) - 1;
    this.#filled = ((this.#filled & mask) << 1) | (issue ? 1 : 0);
    this.#last = ((this.#last & mask) << 1) | (lastOfRow ? 1 : 0);
  }
}

export function exponentialsTiming(model: CycleModel, score: Link, { tokens, plan }: AttentionParameters) {
  const beats = tokens / plan.keysAtOnce;
  const row = new ItemBuffer(plan.keysAtOnce === 1 ? score : pipeline(model, score, 1), beats, 2);
  const stage = model.add(new Exponentials(row, model.link(), model.link(), beats));
  model.add(row);
  return { exponential: stage.exponential, sum: stage.sum };
}
