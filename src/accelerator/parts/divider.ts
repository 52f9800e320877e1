import { bit, cat, module, type NumType, pick, range, stream, uint } from "../../rtl/index.js";
import { counter } from "./counter.js";

export interface DividerParameters {
  readonly name: string;
  readonly numerator: number;
  /** Divisors; at least 1. */
  readonly divisor: NumType;
}

/** Bits of the quotient, which is as many cycles: those above are 0, since they divide less than the smallest divisor. */
export function dividerSteps({ numerator, divisor }: Pick<DividerParameters, "numerator" | "divisor">): number {
  const [bits, head] = splitNumerator(numerator, divisor);
  return bits - head;
}

/** Digits of the numerator, and how many of its leading ones surely make less than every divisor. */
function splitNumerator(numerator: number, divisor: NumType): [bits: number, head: number] {
  const text = numerator.toString(2);
  let head = 0;
  while (head + 1 < text.length && BigInt(`0b${text.slice(0, head + 1)}`) < divisor.lo) head++;
  return [text.length, head];
}

/** Quotients of one numerator: floor(numerator / divisor). */
export function quotientType({ numerator, divisor }: Pick<DividerParameters, "numerator" | "divisor">): NumType {
  return range(0, BigInt(numerator) / divisor.lo);
}

/** Restoring division of a constant, one digit of the quotient per cycle. */
export function dividerModule(parameters: DividerParameters) {
  const { name, numerator, divisor } = parameters;
  const [bits, head] = splitNumerator(numerator, divisor);
  const steps = bits - head;
  const digits = BigInt(numerator).toString(2);
  const remainderStart = head === 0 ? 0n : BigInt(`0b${digits.slice(0, head)}`);
  const quotientStart = BigInt(`0b${digits.slice(head)}`);
  const quotient = quotientType(parameters);
  return module(
    name,
    {
      doc: `Reciprocal: floor(${numerator} / divisor), restoring division, ${steps} cycles. Leading digits of the numerator that are less than every divisor need no step.`,
      in: { x: stream({ data: range(0, divisor.hi).about("sum of the exponentials of a row") }) },
      out: { y: stream({ data: quotient.about("reciprocal") }) },
    },
    (p, m) => {
      const busy = m.reg("busy", bit(), { reset: false });
      const done = m.reg("done", bit(), { reset: false });
      const ready = busy.q.not().and(done.q.not().or(p.y.ready));
      const start = p.x.valid.and(ready);
      m.name({ start });
      p.x.accept(ready);
      const step = counter(m, "step", steps, busy.q);
      busy.next(start.or(busy.q.and(step.last.not())));
      done.next(busy.q.and(step.last).or(done.q.and(p.y.ready.not())));

      const held = m.reg("divisor", divisor, { init: divisor.lo, enable: start });
      held.next(p.x.data.data.fit(divisor, { when: start }));
      // One word: digits of the numerator leave at the top, digits of the quotient enter at the bottom.
      const word = m.reg("digits", uint(steps), { init: 0, enable: start.or(busy.q) });
      const remainder = m.reg("remainder", range(0, divisor.hi), { init: 0, enable: start.or(busy.q) });
      const extended = cat(remainder.q, word.q.bit(steps - 1));
      const difference = extended.sub(held.q);
      const fits = difference.negative().not();
      m.name({ extended, difference, fits });
      const kept = range(0, divisor.hi);
      const reduced = pick(
        fits,
        difference.fit(kept, { when: fits.and(busy.q) }),
        extended.fit(kept, { when: fits.not().and(busy.q) }),
      );
      remainder.next(pick(start, remainderStart, reduced));
      const shifted = steps === 1 ? fits.number() : cat(word.q.slice(steps - 2, 0), fits);
      word.next(pick(start, quotientStart, shifted));
      return { y: { valid: done.q, data: { data: word.q.fit(quotient, { when: done.q }) } } };
    },
  );
}
