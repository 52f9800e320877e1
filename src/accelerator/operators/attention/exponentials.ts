import { bit, module, type NumType, pick, range, stream } from "../../../rtl/index.js";
import { beatStream } from "../../parts/beat.js";
import { counter } from "../../parts/counter.js";
import { itemBuffer } from "../../parts/item-buffer.js";
import { Pipe } from "../../parts/pipe.js";
import { table } from "../../parts/table.js";
import type { CycleModel, Link, Stage } from "../../timing/cycle-model.js";
import { ItemBuffer } from "../../timing/engine.js";
import type { AttentionParameters } from "./parameters.js";

/** Registers from a score's buffer to its exponential: buffer, difference, table. */
const DEPTH = 3;

/** The largest exponential, that of the row's maximum itself. */
function largest(parameters: AttentionParameters): number {
  return parameters.table[0] ?? 0;
}

export function exponentialType(parameters: AttentionParameters): NumType {
  return range(0, largest(parameters));
}

/** Sums of a row: at least the maximum's own exponential, at most that for each key. */
export function exponentialSumType(parameters: AttentionParameters): NumType {
  return range(largest(parameters), parameters.tokens * largest(parameters));
}

/** Rows of scores to rows of exponentials of (score - maximum), and their sum at the end of each row. */
export function exponentialsModule(parameters: AttentionParameters) {
  const { name, title, tokens, score, plan } = parameters;
  const scoreType = range(score.lo, score.hi);
  const differences = range(0, score.hi - score.lo);
  const sums = range(0, tokens * largest(parameters));
  const sumType = exponentialSumType(parameters);
  return module(
    `${name}_exponentials`,
    {
      doc: `${title}, exponentials: a row of ${tokens} scores is kept until its maximum is known; then each is replaced by the table's entry for its distance from the maximum, ${tokens} cycles for a row. The sum of the row follows its last exponential.`,
      in: { score: beatStream({ type: scoreType, lanes: 1 }) },
      out: {
        exponential: beatStream({ type: exponentialType(parameters), lanes: 1 }),
        sum: stream({ data: sumType }),
      },
    },
    (p, m) => {
      const go = m.wire("go", bit());
      const pipe = new Pipe(m, go.value);
      const row = itemBuffer(m, "row", p.score, {
        beat: { type: scoreType, lanes: 1 },
        outer: 1,
        inner: tokens,
        slots: 2,
        style: plan.rows,
      });
      // The running maximum of the row that is being loaded, and the final one of each slot.
      const incoming = p.score.data.data;
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
      const key = counter(m, "key_index", tokens, issue);
      m.name({ issue, higher });
      row.release(issue.and(key.last));
      const value = row.read(range(0, 0).of(0), key.value, go.value);
      const top = pipe.reg("maximum", pick(row.readSlot, maxima));
      const there = pipe.valid("valid_1", row.available);
      const difference = pipe.reg("difference", top.sub(value).fit(differences, { when: there }), differences);
      const exponential = table(m, "exponential", {
        beat: { type: exponentialType(parameters), lanes: 1 },
        outer: 1,
        inner: parameters.table.length,
        word: (_, index) => [parameters.table[index] ?? 0],
        style: plan.table,
        doc: "exponential of minus the distance from the row's maximum",
      }).read(range(0, 0).of(0), difference, go.value);
      const shown = pipe.delayValid("shown", there, DEPTH - 1);
      const first = pipe.delayFlag("first", key.value.eq(0), DEPTH);
      const last = pipe.delayFlag("last", key.last, DEPTH);

      const summed = m.reg("summed", bit(), { reset: false });
      const sumFree = summed.q.not().or(p.sum.ready);
      const leaves = shown.and(p.exponential.ready, sumFree);
      m.name({ sum_free: sumFree, leaves });
      const sum = m.reg("sum_so_far", sums, { init: 0, enable: leaves });
      sum.next(pick(first, 0, sum.q).add(exponential).fit(sums, { when: leaves }));
      summed.next(leaves.and(last).or(summed.q.and(p.sum.ready.not())));
      go.drive(shown.not().or(leaves));
      return {
        exponential: { valid: shown.and(sumFree), data: { data: exponential } },
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
    readonly tokens: number,
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
    if (issue && ++this.#key === this.tokens) {
      this.#key = 0;
      lastOfRow = true;
      this.row.release();
    }
    const mask = (1 << (DEPTH - 1)) - 1;
    this.#filled = ((this.#filled & mask) << 1) | (issue ? 1 : 0);
    this.#last = ((this.#last & mask) << 1) | (lastOfRow ? 1 : 0);
  }
}

export function exponentialsTiming(model: CycleModel, score: Link, { tokens }: AttentionParameters) {
  const row = new ItemBuffer(score, tokens, 2);
  const stage = model.add(new Exponentials(row, model.link(), model.link(), tokens));
  model.add(row);
  return { exponential: stage.exponential, sum: stage.sum };
}
