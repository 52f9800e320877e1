import { bit, type MemoryStyle, module, pick, range } from "../../rtl/index.js";
import { type Beat, beatStream, elementsOf, wordOf, wordType } from "../parts/beat.js";
import { allOf, counter } from "../parts/counter.js";
import type { CycleModel, Link, Stage } from "../timing/cycle-model.js";

/** What the planner chooses for a `pool`. */
export interface PoolPlan {
  readonly kind: "pool";
  /** Memory of the sums so far; read combinationally, so never a block RAM. */
  readonly sums: Exclude<MemoryStyle, "block" | "rom">;
}

export interface PoolParameters {
  readonly name: string;
  readonly title: string;
  readonly input: Beat;
  readonly tokens: number;
  readonly features: number;
  readonly plan: PoolPlan;
}

export function poolOutput({ input, tokens }: Pick<PoolParameters, "input" | "tokens">): Beat {
  const count = BigInt(tokens);
  const lo = input.type.lo < 0n ? input.type.lo * count : 0n;
  const hi = input.type.hi > 0n ? input.type.hi * count : 0n;
  return { type: range(lo, hi), lanes: input.lanes };
}

/** y = sum of x over time, feature by feature: the sums so far in a small memory, the last ones to the output. */
export function poolModule(parameters: PoolParameters) {
  const { name, title, input, tokens, features, plan } = parameters;
  const output = poolOutput(parameters);
  const beats = features / input.lanes;
  return module(
    name,
    {
      doc: `${title}: sum over ${tokens} tokens of ${features} features. A beat is taken in every cycle; the sums leave with the last token.`,
      in: { x: beatStream(input) },
      out: { y: beatStream(output) },
    },
    (p, m) => {
      const full = m.reg("full", bit(), { reset: false });
      const ready = full.q.not().or(p.y.ready);
      p.x.accept(ready);
      const take = p.x.valid.and(ready);
      m.name({ take });
      const beat = counter(m, "beat", beats, take);
      const token = counter(m, "token", tokens, allOf(take, beat.last));
      const memory = m.mem("sums", {
        type: wordType(output),
        depth: Math.max(2, beats),
        style: plan.sums,
        latency: 0,
        doc: "sum of the tokens so far",
      });
      const before = elementsOf(memory.read(beat.value), output);
      const first = token.value.eq(0);
      const sums = elementsOf(p.x.data.data, input).map((element, lane) =>
        pick(first, 0, before[lane] ?? 0)
          .add(element)
          .fit(output.type, { when: take }),
      );
      m.name({ sum: sums });
      const word = wordOf(sums, output);
      memory.write({ enable: take, address: beat.value, data: word });
      const result = m.reg("result", wordType(output), { init: 0, enable: allOf(take, token.last) });
      result.next(word);
      full.next(allOf(take, token.last).or(full.q.and(p.y.ready.not())));
      return { y: { valid: full.q, data: { data: result.q } } };
    },
  );
}

class Pool implements Stage {
  #beat = 0;
  #full = false;
  constructor(
    readonly input: Link,
    readonly output: Link,
    readonly beats: number,
    readonly tokens: number,
  ) {}
  settle(): void {
    this.output.valid = this.#full;
    this.input.ready = !this.#full || this.output.ready;
  }
  tick(): void {
    if (this.#full && this.output.ready) this.#full = false;
    if (!this.input.valid || !this.input.ready) return;
    if (this.#beat >= this.beats * (this.tokens - 1)) this.#full = true;
    this.#beat = (this.#beat + 1) % (this.beats * this.tokens);
  }
}

/** The control of the operator. */
export function poolTiming(model: CycleModel, x: Link, { input, tokens, features }: PoolParameters): Link {
  return model.add(new Pool(x, model.link(), features / input.lanes, tokens)).output;
}
