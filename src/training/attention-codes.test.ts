import { describe, expect, it } from "vitest";
import { Random } from "../numeric/random.js";
import { bindKernels } from "./kernels.js";

const memory = new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true });
const kernels = bindKernels(memory);
const random = new Random(11);

let next = 65536;
function place<V extends Float32Array | Int16Array>(make: (at: number) => V): V {
  const view = make(next);
  next = Math.ceil((next + view.byteLength) / 64) * 64 + 64;
  return view;
}
const floats = (count: number) => place((at) => new Float32Array(memory.buffer, at, count));
const shorts = (count: number) => place((at) => new Int16Array(memory.buffer, at, count));
const at = ({ byteOffset }: Float32Array | Int16Array) => byteOffset;

/** A quantiser whose codes are known exactly: its scale is a power of two. */
function record(scale: number, lo: number, hi: number): number {
  const view = floats(8);
  view.set([scale, 1 / scale, 0, lo, hi]);
  return at(view);
}

describe("attention on codes equals attention on their values", () => {
  // A number of tokens that is no multiple of 4, an odd one, one below 8; heads side by side; features that fill half a panel.
  for (const [n, heads, dh, windows] of [
    [24, 1, 16, 2],
    [5, 2, 4, 3],
    [10, 3, 12, 2],
    [9, 1, 8, 1],
  ] as const) {
    it(`${n} tokens, ${heads} heads of ${dh} features`, () => {
      const ld = heads * dh;
      const count = windows * n * ld;
      const np = Math.ceil(n / 4) * 4;
      const scale = 0.125;
      const quantiser = record(scale, -7, 7);
      const scores = record(0.0625, -127, 127);
      const out = record(0.25, -8, 7);
      const operands = [0, 1, 2].map(() => {
        const codes = shorts(count);
        const values = floats(count);
        for (let index = 0; index < count; index++) {
          codes[index] = random.integer(15) - 7;
          values[index] = scale * (codes[index] ?? 0);
        }
        return { codes: at(codes), values: at(values) };
      });
      const [q, k, v] = operands;
      if (!q || !k || !v) throw new Error("three operands");
      const exponentials = Array.from({ length: 256 }, (_, index) => Math.round(255 * 2 ** (-index / 11)));
      const table = shorts(256);
      table.set(exponentials);
      const floatTable = floats(256);
      floatTable.set(exponentials);
      const factor = 1 / Math.sqrt(dh);
      const scratch = at(floats(20000));
      const square = windows * heads * n * np;
      const [p, rawFloat, y] = [floats(square), floats(square), floats(count)];
      const [q0, k0, v0] = [q.values, k.values, v.values];
      const shape = [windows, n, ld, heads, dh, factor] as const;
      kernels.attention(q0, k0, v0, at(y), at(p), at(rawFloat), ...shape, scores, at(floatTable), scratch);
      const [e, shares, raw] = [shorts(square), floats(windows * heads * np), floats(square)];
      const [context, codes] = [floats(count), shorts(count)];
      const records = [quantiser, quantiser, quantiser, scores] as const;
      const kept = [at(e), at(shares), at(raw)] as const;
      kernels.attentionCodes(
        q.codes,
        k.codes,
        v.codes,
        at(context),
        at(codes),
        ...kept,
        ...shape,
        ...records,
        out,
        at(table),
        scratch,
      );
      for (const [index, value] of y.entries()) {
        expect(context[index]).toBeCloseTo(value, 6);
        const code = Math.min(7, Math.max(-8, Math.floor(Math.fround(Math.fround((context[index] ?? 0) * 4) + 0.5))));
        expect(codes[index]).toBe(code);
      }
      const dy = floats(count);
      for (let index = 0; index < count; index++) dy[index] = random.uniformBetween(-1, 1);
      const wanted = [floats(count), floats(count), floats(count)];
      const given = [floats(count), floats(count), floats(count)];
      const [wantedScale, givenScale] = [floats(4), floats(4)];
      for (const adds of [0, 1 + 2 + 4 + 8]) {
        const [dq = 0, dk = 0, dv = 0] = wanted.map(at);
        kernels.attentionBackward(
          q0,
          k0,
          v0,
          at(dy),
          dq,
          dk,
          dv,
          at(p),
          at(rawFloat),
          ...shape,
          scores,
          at(wantedScale),
          adds,
          scratch,
        );
        const [eq = 0, ek = 0, ev = 0] = given.map(at);
        kernels.attentionCodesBackward(
          q.codes,
          k.codes,
          v.codes,
          at(dy),
          eq,
          ek,
          ev,
          ...kept,
          ...shape,
          ...records,
          at(givenScale),
          adds,
          32767,
          scratch,
        );
        for (const [index, gradient] of wanted.entries()) {
          const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
          expect(largest).toBeGreaterThan(0.01);
          let worst = 0;
          for (const [i, value] of gradient.entries()) {
            worst = Math.max(worst, Math.abs(value - (given[index]?.[i] ?? Number.NaN)));
          }
          expect(worst / largest).toBeLessThan(2e-4);
        }
        expect(Math.abs((givenScale[0] ?? 0) / (wantedScale[0] ?? 0) - 1)).toBeLessThan(1e-3);
      }
    });
  }
});
