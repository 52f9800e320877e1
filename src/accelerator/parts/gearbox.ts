import { bit, cat, module, type Num, pick, range, uint } from "../../rtl/index.js";
import { type Beat, beatName, beatStream, elementsOf, wordOf } from "./beat.js";

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
      const left = m.reg("left", range(0, ratio), { reset: 0 });
      const held = left.q.ne(0);
      const ready = held.not().or(left.q.eq(1).and(p.y.ready));
      const take = p.x.valid.and(ready);
      const give = held.and(p.y.ready);
      m.name({ held, take, give });
      p.x.accept(ready);
      const fewer = left.q.sub(1).fit(range(0, ratio), { when: give });
      left.next(pick(take, ratio, pick(give, fewer, left.q)));
      const move = m.wire("move", bit());
      move.drive(take.or(give));
      const lanes = elementsOf(p.x.data.data, from);
      const shown: Num[] = [];
      let later: Num[] = [];
      // Element i takes the incoming one, or the one `to.lanes` further on.
      for (let part = ratio - 1; part >= 0; part--) {
        const held: Num[] = [];
        for (let lane = 0; lane < to.lanes; lane++) {
          const index = part * to.lanes + lane;
          const register = m.reg(`element_${index}`, from.type, { init: 0, enable: move.value });
          const incoming = lanes[index] ?? from.type.of(0);
          const next = later[lane];
          register.next(next === undefined ? incoming : pick(take, incoming, next));
          held.push(register.q);
        }
        later = held;
        if (part === 0) shown.push(...held);
      }
      return { y: { valid: held, data: { data: wordOf(shown, to) } } };
    },
  );
}
