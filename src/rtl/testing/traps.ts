import { bit, module, pick, range, sint, uint } from "../index.js";

/** Everything that was seen to go wrong in one language or the other: see docs/rtl.md. */
export function traps() {
  const child = module("trap_child", { in: { x: sint(4), go: bit() }, out: { y: sint(4) } }, (p, m) => {
    // The clock passes straight through instances: an assigned clock would be a delta race.
    const late = m.reg("late", sint(4), { enable: p.go });
    late.next(p.x);
    return { y: late.q };
  });
  return module(
    "traps",
    {
      in: { s: sint(4), u: uint(4), v: uint(4), w: uint(32), big: sint(40), go: bit() },
      out: {
        mixedSum: sint(6),
        mixedPick: sint(5),
        half: uint(4),
        low: sint(4),
        huge: bit(),
        hugest: sint(41),
        word: uint(8),
        chain: sint(4),
        names: uint(6),
        one: uint(1),
        least: sint(5),
        quotient: sint(3),
        parts: uint(70),
        more: sint(5),
      },
    },
    (p, m) => {
      const table = m.mem("buf", { type: uint(8), depth: 5, init: [1, 2, 3, 4, 5], style: "rom", latency: 0 });
      const words = m.mem("Words", { type: uint(8), depth: 5, style: "distributed", latency: 0, init: [9] });
      words.write({ enable: p.go, address: p.u.slice(2, 0), data: p.w.slice(7, 0) });
      // A second memory with a style: VHDL declares the attribute once.
      const more = m.mem("more", { type: sint(5), depth: 4, style: "block", latency: 1, init: [-16, 15] });
      more.write({ enable: p.go, address: p.v.slice(1, 0), data: p.s });
      const first = m.use("first", child, { x: p.s, go: true });
      const second = m.use("second", child, { x: first.y, go: p.go });
      const [Sum, sum] = [p.u.add(1), p.u.add(2)];
      m.name({ Sum, sum, signal: p.u.add(3), end_: p.u.eq(3) });
      const lone = m.reg("begin", uint(1), { init: 1 });
      lone.next(p.u.bit(0).number());
      return {
        mixedSum: p.s.add(p.u),
        mixedPick: pick(p.go, p.s, 1),
        half: p.u.add(p.v).shr(1).fit(uint(4)),
        low: p.u.add(p.v).wrap(sint(4)),
        huge: p.w.gt(2147483648).or(p.w.eq(4294967295)),
        hugest: p.big.sub(p.w.mul(3)).wrap(sint(41)),
        word: table.read(p.u.slice(2, 0)).xor(words.read(p.v.slice(2, 0))),
        chain: second.y,
        names: Sum.add(sum).wrap(uint(6)),
        one: lone.q,
        least: p.s.sub(8).fit(range(-16, -1)),
        quotient: p.s.shr(1),
        parts: p.big.slice(39, 2).wrap(sint(38)).wrap(uint(70)),
        more: more.read(p.u.slice(1, 0), { enable: p.go }),
      };
    },
  );
}
