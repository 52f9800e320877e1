import { bit, cat, module, type Num, pick, range, uint } from "../../../rtl/index.js";
import { splitWord } from "../../parts/beat.js";
import { counter, indexBits } from "../../parts/counter.js";
import { partStream } from "./deliver.js";
import { sumStream } from "./multiply.js";
import { type MatrixUnitParameters, outputBeats, partsOf, sumType } from "./parameters.js";

/** Gives a beat of all sums away in parts of `lanes`, each with its number. */
export function serialiseModule(parameters: MatrixUnitParameters) {
  const { name, title, plan } = parameters;
  const parts = partsOf(plan);
  const numbers = range(0, outputBeats(parameters).count - 1);
  return module(
    `${name}_serialise`,
    {
      doc: `${title}, gearbox: gives a beat of ${plan.lanesOut} sums away in ${parts} beats of ${plan.lanes}, the low bits first. The next beat is taken in the cycle in which the last part leaves.`,
      in: { x: sumStream(parameters) },
      out: { y: partStream(parameters) },
    },
    (p, m) => {
      const held = m.reg("held", bit(), { reset: false });
      const give = held.q.and(p.y.ready);
      const part = counter(m, "part", parts, give);
      const ready = held.q.not().or(give.and(part.last));
      const take = p.x.valid.and(ready);
      m.name({ give, ready, take });
      p.x.accept(ready);
      held.next(take.or(held.q.and(give.and(part.last).not())));
      const word = m.reg("word", uint(plan.lanesOut * sumType(parameters).width), { init: 0, enable: take });
      word.next(p.x.data.data);
      const rows = m.reg("rows", range(0, p.x.data.beat.type.hi), { init: 0, enable: take });
      rows.next(p.x.data.beat);
      const words = splitWord(word.q, { type: sumType(parameters), lanes: plan.lanes }, parts);
      const options = Array.from(
        { length: 2 ** part.value.width },
        (_, index): Num => words[index] ?? words[0] ?? word.q,
      );
      const data = pick(part.value.fit(range(0, options.length - 1)), options);
      const number = cat(rows.q.wrap(uint(rows.q.width)), part.value.wrap(uint(indexBits(parts)))).fit(numbers, {
        when: held.q,
      });
      return { y: { valid: held.q, data: { data, beat: number } } };
    },
  );
}
