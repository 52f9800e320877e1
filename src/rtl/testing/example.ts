import { bit, counter, type Module, module, pick, sint, stream, sum, uint, unpack } from "../index.js";

const Sample = sint(8);
const Sum = sint(20);

/** The multiply-accumulate lane of docs/rtl.md. */
export function macLane() {
  return module(
    "mac_lane",
    {
      doc: "One multiply-accumulate lane: the sum restarts on `first`, holds when not enabled.",
      in: { enable: bit(), first: bit().about("restart the sum"), x: Sample, w: Sample },
      out: { sum: Sum },
    },
    (p, m) => {
      const total = m.reg("total", Sum, { reset: 0, enable: p.enable });
      const product = p.x.mul(p.w);
      const base = m.pick(p.first, Sum.of(0), total.q);
      m.name({ product, base });
      total.next(base.add(product).fit(Sum));
      return { sum: total.q };
    },
  );
}

/** A small operator with streams, lanes, a table and a memory: what the golden texts are printed from. */
export function dotProduct(): Module {
  return module(
    "dot_product",
    {
      doc: "Dot product of 16 packed words with weights from a table: four lanes, then their sum. The last results are kept.",
      in: { x: stream({ word: uint(32).about("four samples of 8 bits, the first one lowest") }), recall: uint(3) },
      out: { y: stream({ sum: sint(22) }), recalled: sint(22) },
    },
    (p, m) => {
      const full = m.reg("full", bit(), { reset: false });
      const take = p.x.valid.and(full.q.not());
      p.x.accept(full.q.not());
      const count = counter(m, "count", 16, take);
      full.next(pick(full.q, p.y.ready.not(), take.and(count.last)));
      const weights = m.mem("weights", {
        type: uint(32),
        depth: 16,
        style: "rom",
        latency: 0,
        init: Array.from({ length: 16 }, (_, i) => i * 0x01030507),
        doc: "Weights, four of 8 bits in a word, lane 0 lowest.",
      });
      const word = weights.read(count.value);
      const first = count.value.eq(0);
      const lanes = m.repeat("lanes", 4, macLane(), {
        enable: take,
        first,
        x: unpack(p.x.data.word, Sample),
        w: unpack(word, Sample),
      });
      const total = sum(lanes.sum);
      const past = m.mem("past", { type: sint(22), depth: 8, style: "block", latency: 1 });
      const slot = counter(m, "slot", 8, full.q.and(p.y.ready));
      past.write({ enable: full.q.and(p.y.ready), address: slot.value, data: total });
      m.name({ take, last: count.last, word, total });
      return { y: { valid: full.q, data: { sum: total } }, recalled: past.read(p.recall) };
    },
  );
}
