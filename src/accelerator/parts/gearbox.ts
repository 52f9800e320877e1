import { bit, cat, module, pick, range, uint } from "../../rtl/index.js";
import { type Beat, beatName, beatStream, splitWord, wordType } from "./beat.js";
import { counter } from "./counter.js";

/** Collects `ratio` narrow beats into a wide one, the first in the low lanes. */
export function widenModule(from: Beat, ratio: number) {
  const to = { type: from.type, lanes: from.lanes * ratio };
  return module(
    `widen_${beatName(from)}_to_${to.lanes}`,
    {
      doc: `Gearbox: collects ${ratio} beats of ${from.lanes} into one of ${to.lanes} elements, the first in the low bits. A beat is taken in the cycle in which the full word leaves, so no cycle is lost.`,
      in: { x: beatStream(from) },
      out: { y: beatStream(to) },
    },
    (p, m) => {
      const count = m.reg("count", range(0, ratio), { reset: 0 });
      const full = count.q.eq(ratio);
      const ready = full.not().or(p.y.ready);
      const take = p.x.valid.and(ready);
      m.name({ full, take });
      p.x.accept(ready);
      const base = pick(full.and(p.y.ready), 0, count.q);
      const more = base.add(1).fit(range(0, ratio), { when: take });
      count.next(pick(take, more, base));
      const narrow = from.lanes * from.type.width;
      const word = m.reg("word", uint(ratio * narrow), { init: 0, enable: take });
      const incoming = p.x.data.data.wrap(uint(narrow));
      word.next(cat(incoming, word.q.slice(ratio * narrow - 1, narrow)));
      return { y: { valid: full, data: { data: word.q } } };
    },
  );
}

/** Gives a wide beat away in `ratio` narrow ones, the low lanes first. */
export function narrowModule(from: Beat, ratio: number) {
  const to = { type: from.type, lanes: from.lanes / ratio };
  return module(
    `narrow_${beatName(from)}_to_${to.lanes}`,
    {
      doc: `Gearbox: gives a beat of ${from.lanes} elements away in ${ratio} beats of ${to.lanes}, the low bits first. The next beat is taken in the cycle in which the last part leaves.`,
      in: { x: beatStream(from) },
      out: { y: beatStream(to) },
    },
    (p, m) => {
      const held = m.reg("held", bit(), { reset: false });
      const give = held.q.and(p.y.ready);
      const part = counter(m, "part", ratio, give);
      const ready = held.q.not().or(give.and(part.last));
      const take = p.x.valid.and(ready);
      m.name({ give, ready, take });
      p.x.accept(ready);
      held.next(take.or(held.q.and(give.and(part.last).not())));
      // The word stays where it is and a counter picks its parts, which is far smaller than shifting it.
      const word = m.reg("word", wordType(from), { init: 0, enable: take });
      word.next(p.x.data.data);
      const parts = splitWord(word.q, to, ratio);
      const padded = Array.from({ length: 2 ** part.value.width }, (_, index) => parts[index] ?? parts[0] ?? word.q);
      const data = pick(part.value.fit(range(0, ratio - 1)), padded);
      return { y: { valid: held.q, data: { data } } };
    },
  );
}
