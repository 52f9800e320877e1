import { bit, module, pick, range } from "../../rtl/index.js";
import { type Beat, beatStream, elementsOf, wordType } from "../parts/beat.js";
import { allOf, counter } from "../parts/counter.js";
import type { CycleModel, Link, Stage } from "../timing/cycle-model.js";

/** There is nothing to choose for a `last`. */
export interface LastPlan {
  readonly kind: "last";
}

export interface LastParameters {
  readonly name: string;
  readonly title: string;
  /** One beat is one token: all columns side by side. */
  readonly input: Beat;
  readonly tokens: number;
  /** Which column each output is. */
  readonly columns: readonly number[];
}

export function lastOutput({ input }: Pick<LastParameters, "input">): Beat {
  return { type: input.type, lanes: 1 };
}

/** y[i] = column of the last token; one per beat. */
export function lastModule(parameters: LastParameters) {
  const { name, title, input, tokens, columns } = parameters;
  return module(
    name,
    {
      doc: `${title}: keeps the last of ${tokens} tokens and gives column(s) ${columns.join(", ")} of it, one per beat. Tokens of the next window are let through meanwhile, but for its last.`,
      in: { x: beatStream(input) },
      out: { y: beatStream(lastOutput(parameters)) },
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
      const give = held.q.and(p.y.ready);
      const index = counter(m, "index", columns.length, give);
      held.next(keep.or(held.q.and(allOf(give, index.last).not())));
      const elements = elementsOf(word.q, input);
      const chosen = columns.map((column) => elements[column] ?? 0);
      const [only] = chosen;
      if (only === undefined) throw new Error("last without columns");
      const padded = Array.from({ length: Number(index.value.type.hi) + 1 }, (_, i) => chosen[i] ?? 0);
      const value = chosen.length === 1 ? only : pick(index.value.fit(range(0, columns.length - 1)), padded);
      return { y: { valid: held.q, data: { data: value } } };
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
export function lastTiming(model: CycleModel, x: Link, { tokens, columns }: LastParameters): Link {
  return model.add(new Last(x, model.link(), tokens, columns.length)).output;
}
