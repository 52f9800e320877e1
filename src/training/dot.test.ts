import { describe, expect, it } from "vitest";
import { Random } from "../numeric/random.js";
import { bindKernels } from "./kernels.js";

const memory = new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true });
const kernels = bindKernels(memory);
const random = new Random(3);

let next = 65536;
/** Places of the test's own: floats or i16 in the memory. */
function floats(values: ArrayLike<number> | number): { at: number; view: Float32Array } {
  const view = new Float32Array(memory.buffer, next, typeof values === "number" ? values : values.length);
  if (typeof values !== "number") view.set(values);
  next = Math.ceil((next + view.byteLength) / 64) * 64 + 64;
  return { at: view.byteOffset, view };
}
function halves(values: ArrayLike<number> | number): { at: number; view: Int16Array } {
  const view = new Int16Array(memory.buffer, next, typeof values === "number" ? values : values.length);
  if (typeof values !== "number") view.set(values);
  next = Math.ceil((next + view.byteLength) / 64) * 64 + 64;
  return { at: view.byteOffset, view };
}
const draw = (count: number, largest: number) =>
  Int16Array.from({ length: count }, () => random.integer(2 * largest + 1) - largest);
const uniform = (count: number) => Float32Array.from({ length: count }, () => random.uniformBetween(-1, 1));
const { fround } = Math;

/** Weights of power-of-two scales, so that their codes are known exactly, packed by the kernel under test. */
function packed(codes: Int16Array, rows: number, columns: number, scales: Float32Array) {
  const forward = halves(Math.ceil(rows / 8) * 8 * columns);
  const back = halves(Math.ceil(columns / 8) * 8 * rows);
  const ratios = floats(rows);
  const largest = floats(1);
  const x = floats(Float32Array.from(codes, (code, index) => code * (scales[Math.floor(index / columns)] ?? 0)));
  const scaleAt = floats(scales);
  const scratch = halves(rows * columns);
  kernels.encodeWeights(
    x.at,
    rows,
    columns,
    scaleAt.at,
    127,
    scratch.at,
    forward.at,
    back.at,
    ratios.at,
    largest.at,
    rows,
  );
  return { forward, back, ratios, largest, scales: scaleAt };
}

describe("products of integers", () => {
  for (const [m, n, k] of [
    [9, 12, 8],
    [4, 8, 20],
    [3, 4, 12],
    [24, 64, 16],
  ] as const) {
    it(`forward, exactly: ${m} x ${n} x ${k}, with codes of the result`, () => {
      const a = draw(m * k, 255);
      const w = draw(n * k, 127);
      const scales = Float32Array.from({ length: n }, (_, row) => 2 ** -(row % 5));
      const { forward } = packed(w, n, k, scales);
      const bias = uniform(n);
      const factor = fround(0.013);
      const record = [0.37, fround(1 / 0.37), -3, -8, 7];
      const [c, codes] = [floats(m * n), halves(m * n)];
      const columns = floats(scales).at;
      const at = halves(a).at;
      const q = floats(record).at;
      kernels.dot(
        at,
        2 * k,
        forward.at,
        c.at,
        4 * n,
        codes.at,
        m,
        n,
        k,
        floats([factor]).at,
        0,
        columns,
        floats(bias).at,
        false,
        q,
      );
      const before = c.view.slice();
      for (let row = 0; row < m; row++) {
        for (let column = 0; column < n; column++) {
          let sum = 0;
          for (let i = 0; i < k; i++) sum += (a[row * k + i] ?? 0) * (w[column * k + i] ?? 0);
          const scale = fround(factor * (scales[column] ?? 0));
          const wanted = fround(fround(sum * scale) + (bias[column] ?? 0));
          const code = Math.floor(fround(fround(wanted * fround(1 / 0.37)) + 0.5)) + 3;
          expect(c.view[row * n + column]).toBe(wanted);
          expect(codes.view[row * n + column]).toBe(Math.min(10, Math.max(-5, code - 3)));
        }
      }
      // Added to what is there.
      kernels.dot(at, 2 * k, forward.at, c.at, 4 * n, 0, m, n, k, floats([factor]).at, 0, columns, 0, true, 0);
      for (const [index, value] of c.view.entries()) {
        const column = index % n;
        let sum = 0;
        for (let i = 0; i < k; i++) sum += (a[Math.floor(index / n) * k + i] ?? 0) * (w[column * k + i] ?? 0);
        expect(value).toBe(fround(fround(sum * fround(factor * (scales[column] ?? 0))) + (before[index] ?? 0)));
      }
    });
  }

  for (const [tokens, o, f] of [
    [9, 12, 8],
    [24, 64, 16],
    [1, 4, 12],
    [6, 8, 4],
  ] as const) {
    it(`backward, to the gradient's steps: ${tokens} tokens, ${o} outputs, ${f} inputs`, () => {
      const dy = uniform(tokens * o);
      const x = draw(tokens * f, 15);
      const w = draw(o * f, 7);
      const scales = Float32Array.from({ length: o }, (_, row) => 2 ** -(row % 3));
      const { back, ratios, largest } = packed(w, o, f, scales);
      const limit = 20000;
      const pairs = Math.ceil(tokens / 2);
      const [panels, rows, steps, sums] = [halves(2 * pairs * o), halves(2 * pairs * o), floats(4), floats(o)];
      const panel = halves(16 * pairs).at;
      const g = floats(dy).at;
      const encode = (adds: boolean) =>
        kernels.encodeGradient(
          g,
          tokens,
          o,
          0,
          limit,
          panels.at,
          rows.at,
          ratios.at,
          largest.at,
          steps.at,
          sums.at,
          adds,
        );
      encode(false);
      const top = Math.max(...dy.map(Math.abs));
      const step = fround(fround(top) / limit);
      expect([...steps.view.subarray(0, 2)]).toEqual([step, step]);
      const inverse = fround(1 / step);
      // The nearest integer, ties to even, as f32 rounds it.
      const nearest = (value: number) => fround(fround(value) + 12582912) - 12582912;
      const code = (t: number, r: number, ratio: number) =>
        nearest(fround(fround((dy[t * o + r] ?? 0) * inverse) * ratio));
      const dw = floats(o * f);
      const dx = floats(tokens * f);
      const record = floats([0.25, 4, 0, -8, 7]).at;
      kernels.dotTransposed(panels.at, halves(x).at, 2 * f, dw.at, 4 * f, o, f, tokens, steps.at, record, false, panel);
      kernels.dot(rows.at, 2 * o, back.at, dx.at, 4 * f, 0, tokens, f, o, steps.at + 4, 0, 0, 0, false, 0);
      for (let r = 0; r < o; r++) {
        let bias = 0;
        for (let t = 0; t < tokens; t++) bias += dy[t * o + r] ?? 0;
        expect(sums.view[r]).toBeCloseTo(bias, 5);
        for (let i = 0; i < f; i++) {
          let sum = 0;
          for (let t = 0; t < tokens; t++) sum += code(t, r, 1) * (x[t * f + i] ?? 0);
          expect(dw.view[r * f + i]).toBe(fround(fround(sum) * fround(step * 0.25)));
        }
      }
      for (let t = 0; t < tokens; t++) {
        for (let i = 0; i < f; i++) {
          let sum = 0;
          for (let r = 0; r < o; r++) sum += code(t, r, scales[r] ?? 0) * (w[r * f + i] ?? 0);
          expect(dx.view[t * f + i]).toBe(fround(fround(sum) * step));
        }
      }
      const [once, summed] = [dw.view.slice(), sums.view.slice()];
      encode(true);
      kernels.dotTransposed(panels.at, halves(x).at, 2 * f, dw.at, 4 * f, o, f, tokens, steps.at, record, true, panel);
      expect([...dw.view]).toEqual([...once.map((value) => 2 * value)]);
      for (const [r, value] of summed.entries()) expect(sums.view[r]).toBeCloseTo(2 * value, 5);
    });
  }

  it("a gradient of zeros is zeros, one that is not a number stays one", () => {
    const [panels, steps, sums] = [halves(64), floats(4), floats(4)];
    const encode = (g: number[]) =>
      kernels.encodeGradient(floats(g).at, 2, 4, 0, 32767, panels.at, 0, 0, 0, steps.at, sums.at, false);
    encode([0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...panels.view.subarray(0, 8)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...sums.view]).toEqual([0, 0, 0, 0]);
    encode([0, Number.NaN, 0, 0, 1, 1, 1, 1]);
    expect([...sums.view]).toEqual([1, Number.NaN, 1, 1]);
  });
});
