// Attention on codes: queries, keys and values are i16 (codes minus the zero point), the exponentials are integers, and so are all
// products; the counterpart in floats is attention.ts. Backward, the gradients of context and scores become i16 window by window
// and head by head.
import { dot, dotTransposed, encodeGradient, encodeRows, packPairs, packTokens } from "./dot";

/** The lanes added in pairs. (One in each file: asc warns of v128 in exported functions.) */
function sum4(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** Rows of i16, `bytes` apart, as panels for `dot` whose columns they are: [rows / 8][pairs][8] words, zeros behind the last row. */
function packRows(x: usize, bytes: usize, out: usize, rows: i32, columns: i32): void {
  const row = (<usize>columns) << 1;
  for (let r = 0; r < rows; r += 8) {
    const count = min(8, rows - r);
    for (let c: usize = 0; c < row; c += 8) {
      let p = x + c;
      let to = out;
      for (let j = 0; j < count; j++) {
        store<i32>(to, load<i32>(p));
        store<i32>(to, load<i32>(p, 4), 32);
        p += bytes;
        to += 4;
      }
      for (let j = count; j < 8; j++) {
        store<i32>(to, 0);
        store<i32>(to, 0, 32);
        to += 4;
      }
      out += 64;
    }
    x += bytes << 3;
  }
}

/**
 * Score codes [n][np] become exponentials by the table (i16) of (top - code), in place; their sums' inverses go to `shares`.
 * Columns behind n become 0.
 */
function exponentials(e: usize, n: i32, np: i32, table: usize, shares: usize): void {
  const used = (<usize>n) << 1;
  const row = (<usize>np) << 1;
  for (let t = 0; t < n; t++) {
    let top: i32 = load<i16>(e);
    let c: usize = 0;
    if (n >= 8) {
      let tops = v128.load(e);
      for (c = 16; c + 16 <= used; c += 16) tops = i16x8.max_s(tops, v128.load(e + c));
      tops = i16x8.max_s(tops, v128.shuffle<i64>(tops, tops, 1, 0));
      tops = i16x8.max_s(tops, v128.shuffle<i32>(tops, tops, 1, 0, 3, 2));
      top = max(<i32>i16x8.extract_lane_s(tops, 0), <i32>i16x8.extract_lane_s(tops, 1));
    }
    for (; c < used; c += 2) top = max(top, <i32>load<i16>(e + c));
    const from = table + (<usize>top << 1);
    let sum = 0;
    for (c = 0; c < used; c += 2) {
      const entry = <i32>load<i16>(from - (<usize>(<i32>load<i16>(e + c)) << 1));
      store<i16>(e + c, <i16>entry);
      sum += entry;
    }
    for (; c < row; c += 2) store<i16>(e + c, 0);
    store<f32>(shares, <f32>1 / <f32>sum);
    e += row;
    shares += 4;
  }
}

/**
 * q, k, v: [windows][n][ld] i16, heads side by side, dh features each (a multiple of 4); out: the same shape in floats, and as codes
 * of quantiser `oq` where `codes` is given. qq, kq, vq, sq: quantisers of queries, keys, values and scores; table: i16.
 * exponentials: [windows][heads][n][np] i16, np = n rounded up to 4; shares: [windows][heads][np] floats; raw: the scores (times
 * `factor`), in floats. All three are for the derivative. scratch: see src/training/operators/attention.ts.
 */
export function attentionCodes(
  q: usize,
  k: usize,
  v: usize,
  out: usize,
  codes: usize,
  exponents: usize,
  shares: usize,
  raw: usize,
  windows: i32,
  n: i32,
  ld: i32,
  heads: i32,
  dh: i32,
  factor: f32,
  qq: usize,
  kq: usize,
  vq: usize,
  sq: usize,
  oq: usize,
  table: usize,
  scratch: usize,
): void {
  const np = (n + 3) & ~3;
  const row = (<usize>ld) << 1;
  const window = row * <usize>n;
  const square = <usize>(n * np);
  const panel = scratch + 16;
  const between = (<usize>np) << 4; // bytes of a panel of the values
  store<f32>(scratch, factor * load<f32>(qq) * load<f32>(kq));
  for (let w = 0; w < windows; w++) {
    for (let h = 0; h < heads; h++) {
      const at = <usize>w * window + ((<usize>(h * dh)) << 1);
      packRows(k + at, row, panel, n, dh);
      dot(q + at, row, panel, raw, (<usize>np) << 2, exponents, n, np, dh, scratch, 0, 0, 0, false, sq);
      exponentials(exponents, n, np, table, shares);
      for (let c = 0; c < dh; c += 8) {
        packTokens(v + at + ((<usize>c) << 1), row, panel + <usize>(c >> 3) * between, n, c + 8 <= dh);
      }
      const encoded = codes != 0 ? codes + at : 0;
      dot(exponents, (<usize>np) << 1, panel, out + 2 * at, 2 * row, encoded, n, dh, np, vq, shares, 0, 0, false, oq);
      exponents += square << 1;
      raw += square << 2;
      shares += (<usize>np) << 2;
    }
  }
}

/**
 * The derivative: dq, dk, dv [windows][n][ld] floats from dout and what `attentionCodes` kept. Adds to dq, dk, dv where `accumulate` has bit
 * 0, 1, 2. partial[0] = dL/dscale of the scores, added to what is there with bit 3. limit: largest code of a gradient.
 */
export function attentionCodesBackward(
  q: usize,
  k: usize,
  v: usize,
  dout: usize,
  dq: usize,
  dk: usize,
  dv: usize,
  exponents: usize,
  shares: usize,
  raw: usize,
  windows: i32,
  n: i32,
  ld: i32,
  heads: i32,
  dh: i32,
  factor: f32,
  qq: usize,
  kq: usize,
  vq: usize,
  sq: usize,
  partial: usize,
  accumulate: i32,
  limit: f32,
  scratch: usize,
): void {
  const np = (n + 3) & ~3;
  const prow = (<usize>np) << 2;
  const row = (<usize>ld) << 1;
  const window = row * <usize>n;
  const square = <usize>(n * np);
  const between = (<usize>np) << 4;
  const dh2 = (<usize>dh) << 1;
  // Scratch: steps; dP and then dS; their codes twice; the context's gradient as codes; its rows' factors; panels.
  const steps = scratch;
  const sums = steps + 16;
  const ds = sums + prow;
  const rows = ds + (square << 2);
  const words = rows + (square << 1) + 16;
  const context = words + ((<usize>(np * np)) << 1) + 16;
  const panel = (context + <usize>np * dh2 + 63) & ~63;
  const inverse = v128.load32_splat(sq, 4);
  const lo = v128.load32_splat(sq, 12);
  const hi = v128.load32_splat(sq, 16);
  const half = f32x4.splat(0.5);
  const vfactor = f32x4.splat(factor);
  const one = f32x4.splat(1);
  let dscale = f32x4.splat(0);
  for (let w = 0; w < windows; w++) {
    for (let h = 0; h < heads; h++) {
      const at = <usize>w * window + ((<usize>(h * dh)) << 1);
      const at4: usize = 2 * at;
      // The context's gradient with each row times its share, as codes: then dV = E^T (that), and dP = (that) V^T over the shares.
      encodeRows(dout + at4, 2 * row, n, dh, limit, shares, context, steps);
      for (let c: usize = 0; c < prow; c += 16) v128.store(sums + c, f32x4.div(one, v128.load(shares + c)));
      packPairs(exponents, n, np, words);
      dotTransposed(words, context, dh2, dv + at4, 2 * row, n, dh, n, steps, 0, (accumulate & 4) != 0, panel);
      packRows(v + at, row, panel, n, dh);
      store<f32>(steps, load<f32>(steps) * load<f32>(vq), 4);
      dot(context, dh2, panel, ds, prow, 0, n, np, dh, steps + 4, sums, 0, 0, false, 0);
      // dS = P (dP - sum of P dP), then through the scores' quantiser, times the factor
      let e = exponents;
      let d = ds;
      let s = raw;
      for (let t = 0; t < n; t++) {
        const share = v128.load32_splat(shares + ((<usize>t) << 2));
        let total = f32x4.splat(0);
        for (let c: usize = 0; c < prow; c += 16) {
          const p = f32x4.convert_i32x4_s(v128.load16x4_s(e + (c >> 1)));
          total = f32x4.add(total, f32x4.mul(p, v128.load(d + c)));
        }
        const mean = f32x4.mul(f32x4.splat(sum4(total)), share);
        for (let c: usize = 0; c < prow; c += 16) {
          const p = f32x4.mul(f32x4.convert_i32x4_s(v128.load16x4_s(e + (c >> 1))), share);
          const g = f32x4.mul(p, f32x4.sub(v128.load(d + c), mean));
          const x = f32x4.mul(v128.load(s + c), inverse);
          const code = f32x4.floor(f32x4.add(x, half));
          const clamped = f32x4.pmin(f32x4.pmax(code, lo), hi);
          const inside = f32x4.eq(code, clamped);
          dscale = f32x4.add(dscale, f32x4.mul(g, f32x4.sub(clamped, v128.and(x, inside))));
          v128.store(d + c, f32x4.mul(v128.and(g, inside), vfactor));
        }
        e += prow >> 1;
        d += prow;
        s += prow;
      }
      encodeGradient(ds, n, np, 0, limit, words, rows, 0, 0, steps, 0, false);
      dotTransposed(words, q + at, row, dk + at4, 2 * row, n, dh, n, steps, qq, (accumulate & 2) != 0, panel);
      for (let c = 0; c < dh; c += 8) {
        packTokens(k + at + ((<usize>c) << 1), row, panel + <usize>(c >> 3) * between, n, c + 8 <= dh);
      }
      store<f32>(steps, load<f32>(steps) * load<f32>(kq), 4);
      dot(rows, prow >> 1, panel, dq + at4, 2 * row, 0, n, dh, np, steps + 4, 0, 0, 0, (accumulate & 1) != 0, 0);
      exponents += square << 1;
      raw += square << 2;
      shares += (<usize>np) << 2;
    }
  }
  store<f32>(partial, sum4(dscale) + ((accumulate & 8) != 0 ? load<f32>(partial) : 0));
}
