import {
  type Bit,
  type Builder,
  bit,
  type Payload,
  type PayloadLikes,
  pick,
  type Stream,
  type Type,
} from "../core/public.js";

/**
 * A stream behind a register stage: valid and data are registered, ready passes through (a full stage takes the next
 * element in the cycle in which it gives one). Full throughput, one cycle of latency.
 */
export function registered<P extends Payload>(m: Builder, name: string, payload: P, x: Stream<P>): Stream<P> {
  const link = m.stream(name, payload);
  const full = m.reg(`${name}_full`, bit(), { reset: false });
  const room = full.q.not().or(link.ready);
  m.name({ [`${name}_room`]: room });
  x.accept(room);
  full.next(pick(room, x.valid, true));
  const fields: Readonly<Record<string, unknown>> = x.data;
  const held = Object.entries<Type>(payload).map(([field, type]) => {
    return [field, heldField(m, `${name}_held_${field}`, type, fields[field], x.valid.and(room))] as const;
  });
  link.drive({ valid: full.q, data: Object.fromEntries(held) as unknown as PayloadLikes<P> });
  return link.stream;
}

function heldField(m: Builder, name: string, type: Type, value: unknown, enable: Bit): unknown {
  const init = type.lo > 0n ? type.lo : type.hi < 0n ? type.hi : 0n;
  const reg = m.reg(name, type, { init, enable });
  reg.next(value as never);
  return reg.q;
}
