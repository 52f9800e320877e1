import { bit, cat, module, type Num, type NumType, pick, range, stream, uint } from "../../rtl/index.js";
import { counter } from "./counter.js";

export interface DividerParameters {
  readonly name: string;
  readonly numerator: number;
  /** Divisors; at least 1. */
  readonly divisor: NumType;
  /** Digits made in one cycle, one subtraction behind the other. */
  readonly digits: 1 | 2;
}

/** Cycles of a division: digits of the quotient but those above that are surely 0, `digits` of them in a cycle. */
export function dividerSteps(parameters: Pick<DividerParameters, "numerator" | "divisor" | "digits">): number {
  const { head, bits } = splitNumerator(parameters);
  return (bits - head) / parameters.digits;
}

/**
 * Digits of the numerator (after a 0 where their number must be even), and how many of its leading ones surely make less than
 * every divisor.
 */
function splitNumerator({ numerator, divisor, digits }: Pick<DividerParameters, "numerator" | "divisor" | "digits">) {
  let text = numerator.toString(2);
  let head = 0;
  while (head + 1 < text.length && BigInt(`0b${text.slice(0, head + 1)}`) < divisor.lo) head++;
  // One more digit of 0 comes first where the number of steps needs it.
  if ((text.length - head) % digits !== 0) {
    if (head > 0) head--;
    else text = `0${text}`;
  }
  return { text, head, bits: text.length };
}

/** Quotients of one numerator: floor(numerator / divisor). */
export function quotientType({ numerator, divisor }: Pick<DividerParameters, "numerator" | "divisor">): NumType {
  return range(0, BigInt(numerator) / divisor.lo);
}

/** Restoring division of a constant. */
export function dividerModule(parameters: DividerParameters) {
  const { name, numerator, divisor } = parameters;
  const { text, head, bits } = splitNumerator(parameters);
  const steps = dividerSteps(parameters);
  const width = bits - head;
  const remainderStart = head === 0 ? 0n : BigInt(`0b${text.slice(0, head)}`);
  const quotientStart = BigInt(`0b${text.slice(head)}`);
  const quotient = quotientType(parameters);
  return module(
    name,
    {
      doc: `Reciprocal: floor(${numerator} / divisor), restoring division, ${parameters.digits} digit(s) in a cycle, ${steps} cycles. Leading digits of the numerator that are less than every divisor need no step.`,
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
      const word = m.reg("digits", uint(width), { init: 0, enable: start.or(busy.q) });
      const kept = range(0, divisor.hi);
      const remainder = m.reg("remainder", kept, { init: 0, enable: start.or(busy.q) });
      let rest: Num = remainder.q;
      let shifted: Num = word.q;
      for (let digit = 0; digit < parameters.digits; digit++) {
        const tail = parameters.digits === 1 ? "" : `_${digit}`;
        const extended = cat(rest, word.q.bit(width - 1 - digit));
        const difference = extended.sub(held.q);
        const fits = difference.negative().not();
        m.name({ [`extended${tail}`]: extended, [`difference${tail}`]: difference, [`fits${tail}`]: fits });
        rest = pick(
          fits,
          difference.fit(kept, { when: fits.and(busy.q) }),
          extended.fit(kept, { when: fits.not().and(busy.q) }),
        );
        shifted = width === 1 ? fits.number() : cat(shifted.slice(width - 2, 0), fits);
      }
      remainder.next(pick(start, remainderStart, rest));
      word.next(pick(start, quotientStart, shifted));
      return { y: { valid: done.q, data: { data: word.q.fit(quotient, { when: done.q }) } } };
    },
  );
}
