import { bit, type MemoryStyle, module, pick, range } from "../../rtl/index.js";
import type { CycleModel, Link, Stage } from "../timing/cycle-model.js";
import { type Beat, beatStream, wordType } from "./beat.js";
import { counter } from "./counter.js";
import { wordMemory } from "./word-memory.js";

export interface HistoryParameters {
  readonly name: string;
  /** One beat is one token. */
  readonly beat: Beat;
  readonly tokens: number;
  readonly style: MemoryStyle;
}

/** The last n tokens in a ring: each new one is followed by the whole window, oldest first, once there are n. */
export function historyModule({ name, beat, tokens, style }: HistoryParameters) {
  return module(
    name,
    {
      doc: `History: a ring of the last ${tokens} tokens. Once there are ${tokens}, each new one sends the whole window on, the oldest first; meanwhile no further token is taken.`,
      in: { x: beatStream(beat) },
      out: { y: beatStream(beat), starts: bit().about("the next token that is taken completes a window") },
    },
    (p, m) => {
      const replaying = m.reg("replaying", bit(), { reset: false });
      const ready = replaying.q.not();
      const take = p.x.valid.and(ready);
      p.x.accept(ready);
      const shown = m.reg("shown", bit(), { reset: false });
      const fetch = replaying.q.and(shown.q.not().or(p.y.ready));
      m.name({ take, fetch });
      const known = m.reg("known", range(0, tokens), { reset: 0, enable: take });
      const full = known.q.eq(tokens);
      known.next(pick(full, tokens, known.q.add(1).fit(range(0, tokens), { when: full.not() })));
      const enough = known.q.ge(tokens - 1);
      const newest = counter(m, "write_place", tokens, take);
      // After n fetches the reading place is where it was: one further on is the next window's oldest token.
      const replayed = counter(m, "replayed", tokens, fetch);
      const start = take.and(enough);
      replaying.next(start.or(replaying.q.and(fetch.and(replayed.last).not())));
      shown.next(fetch.or(shown.q.and(p.y.ready.not())));
      const words = wordMemory(m, "words", { type: wordType(beat), depth: tokens, style });
      words.write({ enable: take, address: newest.value, data: p.x.data.data });
      const place = m.reg("read_place", range(0, tokens - 1), { reset: 0, enable: start.or(fetch) });
      const after = (index: typeof place.q) =>
        pick(index.eq(tokens - 1), 0, index.add(1).fit(range(0, tokens - 1), { when: index.ne(tokens - 1) }));
      place.next(pick(start, after(newest.value.fit(range(0, tokens - 1))), after(place.q)));
      const word = words.read(place.q, { enable: fetch });
      return { y: { valid: shown.q, data: { data: word } }, starts: enough };
    },
  );
}

class History implements Stage {
  #known = 0;
  #left = 0;
  #shown = false;
  constructor(
    readonly input: Link,
    readonly output: Link,
    readonly tokens: number,
  ) {}
  settle(): void {
    this.output.valid = this.#shown;
    this.input.ready = this.#left === 0;
  }
  tick(): void {
    const fetch = this.#left > 0 && (!this.#shown || this.output.ready);
    this.#shown = fetch || (this.#shown && !this.output.ready);
    const take = this.input.valid && this.input.ready;
    if (fetch) this.#left--;
    if (!take) return;
    if (this.#known < this.tokens) this.#known++;
    if (this.#known === this.tokens) this.#left = this.tokens;
  }
}

/** The control of the module. */
export function historyTiming(model: CycleModel, x: Link, tokens: number): Link {
  return model.add(new History(x, model.link(), tokens)).output;
}
