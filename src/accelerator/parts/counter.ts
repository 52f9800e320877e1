import { Bit, type Builder, bit, cat, type Num, pick, range, uint } from "../../rtl/index.js";

export interface Counter {
  /** 0 .. count - 1. */
  readonly value: Num;
  /** The present value is the highest. */
  readonly last: Bit;
}

/** Counts 0 .. count - 1 and over again, one step for each cycle with `enable`; nothing at all where count is 1. */
export function counter(m: Builder, name: string, count: number, enable: Bit): Counter {
  if (count === 1) return { value: range(0, 0).of(0), last: bit().of(true) };
  const type = range(0, count - 1);
  const register = m.reg(name, type, { reset: 0, enable });
  const last = register.q.eq(count - 1);
  m.name({ [`${name}_last`]: last });
  const next = register.q.add(1);
  register.next(type.full ? next.wrap(uint(type.width)) : pick(last, 0, next.fit(type, { when: last.not() })));
  return { value: register.q, last };
}

/** Number of bits that number `count` things; 0 for a single one. */
export function indexBits(count: number): number {
  let bits = 0;
  while (2 ** bits < count) bits++;
  return bits;
}

/** An address of fields side by side, the first one highest; fields that number a single thing take no bits. */
export function address(fields: readonly (readonly [Num, number])[]): Num {
  const parts = fields
    .filter(([, count]) => count > 1)
    .map(([value, count]) => value.fit(range(0, count - 1)).wrap(uint(indexBits(count))));
  const [first] = parts;
  if (first === undefined) return range(0, 0).of(0);
  return parts.length === 1 ? first : cat(...parts);
}

/** All of the bits; true for none. */
export function allOf(...bits: readonly Bit[]): Bit {
  const needed = bits.filter((one) => !(one.node.kind === "const" && one.node.value === 1n));
  const [first, ...rest] = needed;
  return first === undefined ? bit().of(true) : first.and(...rest);
}

export { Bit };
