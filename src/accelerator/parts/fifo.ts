import { bit, type MemoryStyle, module, pick, range } from "../../rtl/index.js";
import { type Beat, beatName, beatStream, wordType } from "./beat.js";
import { counter } from "./counter.js";
import { wordMemory } from "./word-memory.js";

/** A queue of `depth` beats (and one more in its output register). */
export function fifoModule(beat: Beat, depth: number, style: MemoryStyle) {
  return module(
    `fifo_${beatName(beat)}_deep_${depth}_${style}`,
    {
      doc: `Queue of ${depth} beats in ${style} memory, and one more in its output register. A beat is shown two cycles after it was taken.`,
      in: { x: beatStream(beat) },
      out: { y: beatStream(beat) },
    },
    (p, m) => {
      const stored = m.reg("stored", range(0, depth), { reset: 0 });
      const shown = m.reg("shown", bit(), { reset: false });
      const ready = stored.q.ne(depth);
      const push = p.x.valid.and(ready);
      const fetch = stored.q.ne(0).and(shown.q.not().or(p.y.ready));
      m.name({ push, fetch });
      p.x.accept(ready);
      const more = stored.q.add(1).fit(range(0, depth), { when: push.and(fetch.not()) });
      const fewer = stored.q.sub(1).fit(range(0, depth), { when: fetch.and(push.not()) });
      stored.next(pick(push.xor(fetch), pick(push, more, fewer), stored.q));
      shown.next(fetch.or(shown.q.and(p.y.ready.not())));
      const tail = counter(m, "tail", depth, push);
      const head = counter(m, "head", depth, fetch);
      const words = wordMemory(m, "words", { type: wordType(beat), depth, style });
      words.write({ enable: push, address: tail.value, data: p.x.data.data });
      return { y: { valid: shown.q, data: { data: words.read(head.value, { enable: fetch }) } } };
    },
  );
}
