import { bit, module, pick, range } from "../../rtl/index.js";
import { type Beat, beatStream, elementsOf, wordType } from "../parts/beat.js";
import { allOf, counter } from "../parts/counter.js";
import { queued } from "../parts/flow.js";
import type { CycleModel, Link, Stage } from "../timing/cycle-model.js";
import { fifo } from "../timing/stages.js";

/** What the planner chooses for a `last`. */
export interface LastPlan {
  readonly kind: "last";
  /** Windows whose last values there is room for: with 1 the next window's last token waits until this one's are taken. */
  readonly windows: 1 | 2;
}

export interface LastParameters {
  readonly name: string;
  readonly title: string;
  /** One beat is one token: all columns side by side. */
  readonly input: Beat;
  readonly tokens: number;
  /** Which column each output is. */
  readonly columns: readonly number[];
  readonly plan: LastPlan;
}

export function lastOutput({ input }: Pick<LastParameters, "input">): Beat {
  return { type: input.type, lanes: 1 };
}

/** Beats of the queue: the values of a window, and never so few that they would take turns in it. */
function queueDepth({ columns }: Pick<LastParameters, "columns">): number {
  return Math.max(2, columns.length);
}

/** y[i] = column of the last token; one per beat. */
export function lastModule(parameters: LastParameters) {
  const { name, title, input, tokens, columns, plan } = parameters;
  const output = lastOutput(parameters);
  return module(
    name,
    {
      doc: `${title}: keeps the last of ${tokens} tokens and gives column(s) ${columns.join(", ")} of it, one per beat. Tokens of the next window are let through meanwhile, but for its last${plan.windows === 2 ? ", which waits for a queue to take the column(s)" : ""}.`,
      in: { x: beatStream(input) },
      out: { y: beatStream(output) },
    },
    (p, m) => {
      const held = m.reg("held", bit(), { reset: false });
      const take = m.wire("take", bit());
      const token = counter(m, "token", tokens, take.value);
      const ready = held.q.and(token.last).not();
      p.x.accept(ready);
      take.drive(p.x.valid.and(ready));
      const keep = allOf(take.value, token.last);
      const word = m.reg("word", wordType(input), { init: 0, enable: keep });
      word.next(p.x.data.data);
      const values = m.stream("chosen", beatStream(output).payload);
      const give = held.q.and(values.ready);
      const index = counter(m, "index", columns.length, give);
      held.next(keep.or(held.q.and(allOf(give, index.last).not())));
      const elements = elementsOf(word.q, input);
      const chosen = columns.map((column) => elements[column] ?? 0);
      const [only] = chosen;
      if (only === undefined) throw new Error("last without columns");
      const padded = Array.from({ length: Number(index.value.type.hi) + 1 }, (_, i) => chosen[i] ?? 0);
      const value = chosen.length === 1 ? only : pick(index.value.fit(range(0, columns.length - 1)), padded);
      values.drive({ valid: held.q, data: { data: value } });
      if (plan.windows === 1) return { y: values.stream };
      return { y: queued(m, "waiting", values.stream, output, queueDepth(parameters), "distributed") };
    },
  );
}

class Last implements Stage {
  #token = 0;
  #left = 0;
  constructor(
    readonly input: Link,
    readonly output: Link,
    readonly tokens: number,
    readonly columns: number,
  ) {}
  settle(): void {
    this.output.valid = this.#left > 0;
    this.input.ready = this.#left === 0 || this.#token < this.tokens - 1;
  }
  tick(): void {
    if (this.output.valid && this.output.ready) this.#left--;
    if (!this.input.valid || !this.input.ready) return;
    if (this.#token === this.tokens - 1) this.#left = this.columns;
    this.#token = (this.#token + 1) % this.tokens;
  }
}

/** The control of the operator. */
export function lastTiming(model: CycleModel, x: Link, parameters: LastParameters): Link {
  const { tokens, columns, plan } = parameters;
  const { output } = model.add(new Last(x, model.link(), tokens, columns.length));
  return plan.windows === 1 ? output : fifo(model, output, queueDepth(parameters));
}
