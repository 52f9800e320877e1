// Softmax attention, window by window and head by head, and its derivative.
import { gemm, gemmTransposed, packPanels } from "./gemm";

/** The lanes added in pairs. (One in each file: asc warns of v128 in exported functions.) */
function sum4(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** e^x for x <= 0 in f32: 2^k times a polynomial on |r| <= ln 2 / 2 (relative error about 2e-7). Below -87 the result is e^-87. */
function exp4(x: v128): v128 {
  x = f32x4.pmax(x, f32x4.splat(-87));
  const k = f32x4.floor(f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504)), f32x4.splat(0.5)));
  let r = f32x4.sub(x, f32x4.mul(k, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(k, f32x4.splat(-2.1219444e-4)));
  let y = f32x4.splat(1.0 / 720);
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(1.0 / 120));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(1.0 / 24));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(1.0 / 6));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(0.5));
  y = f32x4.add(f32x4.mul(y, f32x4.mul(r, r)), f32x4.add(r, f32x4.splat(1)));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(k), i32x4.splat(127)), 23);
  return f32x4.mul(y, power);
}

/** Copies columns [0, dh) of `n` rows into rows of `padded` floats, the rest 0. */
function gather(x: usize, row: usize, y: usize, n: i32, dh: i32, padded: i32): void {
  for (let t = 0; t < n; t++) {
    for (let c = 0; c < padded; c++) {
      store<f32>(y + ((<usize>c) << 2), c < dh ? load<f32>(x + ((<usize>c) << 2)) : 0);
    }
    x += row;
    y += (<usize>padded) << 2;
  }
}

/** The way back of `gather`; adds where `accumulate`. */
function scatter(y: usize, x: usize, row: usize, n: i32, dh: i32, padded: i32, accumulate: bool): void {
  for (let t = 0; t < n; t++) {
    for (let c: usize = 0; c < (<usize>dh) << 2; c += 4) {
      store<f32>(x + c, load<f32>(y + c) + (accumulate ? load<f32>(x + c) : 0));
    }
    x += row;
    y += (<usize>padded) << 2;
  }
}

/** Scores [n][np] (times `factor`, columns behind n ignored) become probabilities, in place. */
function softmaxRows(p: usize, n: i32, np: i32, factor: f32): void {
  const row = (<usize>np) << 2;
  const k = f32x4.splat(factor);
  for (let t = 0; t < n; t++) {
    for (let j = n; j < np; j++) store<f32>(p + ((<usize>j) << 2), -Infinity * factor);
    let top = v128.load(p);
    for (let c: usize = 16; c < row; c += 16) top = f32x4.pmax(top, v128.load(p + c));
    const highest = f32x4.splat(
      max(
        max(f32x4.extract_lane(top, 0), f32x4.extract_lane(top, 1)),
        max(f32x4.extract_lane(top, 2), f32x4.extract_lane(top, 3)),
      ),
    );
    let sum = f32x4.splat(0);
    for (let c: usize = 0; c < row; c += 16) {
      const e = exp4(f32x4.mul(f32x4.sub(v128.load(p + c), highest), k));
      sum = f32x4.add(sum, e);
      v128.store(p + c, e);
    }
    const inverse = f32x4.splat(1 / sum4(sum));
    for (let c: usize = 0; c < row; c += 16) v128.store(p + c, f32x4.mul(v128.load(p + c), inverse));
    for (let j = n; j < np; j++) store<f32>(p + ((<usize>j) << 2), 0);
    p += row;
  }
}

/**
 * The integer softmax in floats: score codes by quantiser q, exp codes by the table (f32) of (top - code), divided by their sum.
 * `raw` keeps the scores (times `factor`) for the derivative.
 */
function softmaxCodes(p: usize, raw: usize, n: i32, np: i32, factor: f32, q: usize, table: usize): void {
  const row = (<usize>np) << 2;
  const k = f32x4.splat(factor);
  const inverse = v128.load32_splat(q, 4);
  const lo = v128.load32_splat(q, 12);
  const hi = v128.load32_splat(q, 16);
  const half = f32x4.splat(0.5);
  for (let t = 0; t < n; t++) {
    for (let j = n; j < np; j++) store<f32>(p + ((<usize>j) << 2), -Infinity * factor);
    let top = lo;
    for (let c: usize = 0; c < row; c += 16) {
      const score = f32x4.mul(v128.load(p + c), k);
      v128.store(raw + c, score);
      const code = f32x4.pmin(f32x4.pmax(f32x4.floor(f32x4.add(f32x4.mul(score, inverse), half)), lo), hi);
      v128.store(p + c, code);
      top = f32x4.pmax(top, code);
    }
    const highest = f32x4.splat(
      max(
        max(f32x4.extract_lane(top, 0), f32x4.extract_lane(top, 1)),
        max(f32x4.extract_lane(top, 2), f32x4.extract_lane(top, 3)),
      ),
    );
    let sum: f32 = 0; // an exact integer: at most 256 * 255
    for (let c: usize = 0; c < row; c += 16) {
      const index = i32x4.shl(i32x4.trunc_sat_f32x4_s(f32x4.sub(highest, v128.load(p + c))), 2);
      let e = v128.load32_zero(table + <usize>i32x4.extract_lane(index, 0));
      e = v128.load_lane<f32>(table + <usize>i32x4.extract_lane(index, 1), e, 1);
      e = v128.load_lane<f32>(table + <usize>i32x4.extract_lane(index, 2), e, 2);
      e = v128.load_lane<f32>(table + <usize>i32x4.extract_lane(index, 3), e, 3);
      v128.store(p + c, e);
    }
    for (let j = n; j < np; j++) store<f32>(p + ((<usize>j) << 2), 0);
    let sums = f32x4.splat(0);
    for (let c: usize = 0; c < row; c += 16) sums = f32x4.add(sums, v128.load(p + c));
    sum = sum4(sums);
    const share = f32x4.splat(1 / sum);
    for (let c: usize = 0; c < row; c += 16) v128.store(p + c, f32x4.mul(v128.load(p + c), share));
    p += row;
    raw += row;
  }
}

/**
 * q, k, v, out: [windows][n][ld] floats, heads side by side, dh features each. probabilities: [windows][heads][n][np], np = n rounded up
 * to 4. raw: the same shape, with a quantiser only. quantiser, table: 0 for float. scratch: `scratchFloats` floats.
 */
export function attention(
  q: usize,
  k: usize,
  v: usize,
  out: usize,
  probabilities: usize,
  raw: usize,
  windows: i32,
  n: i32,
  ld: i32,
  heads: i32,
  dh: i32,
  factor: f32,
  quantiser: usize,
  table: usize,
  scratch: usize,
): void {
  const np = (n + 3) & ~3;
  const row = (<usize>ld) << 2;
  const window = row * <usize>n;
  const square = (<usize>(n * np)) << 2;
  const direct = (dh & 3) == 0;
  const padded = (dh + 3) & ~3;
  const headBytes = (<usize>(n * padded)) << 2;
  const panels = scratch;
  const packedBytes = (<usize>(((n + 7) >> 3) * 8 * padded)) << 2;
  const own = panels + packedBytes;
  const hrow = direct ? row : (<usize>padded) << 2;
  for (let w = 0; w < windows; w++) {
    for (let h = 0; h < heads; h++) {
      const at = <usize>w * window + ((<usize>(h * dh)) << 2);
      let qh = q + at;
      let kh = k + at;
      let vh = v + at;
      let oh = out + at;
      if (!direct) {
        gather(qh, row, own, n, dh, padded);
        gather(kh, row, own + headBytes, n, dh, padded);
        gather(vh, row, own + 2 * headBytes, n, dh, padded);
        qh = own;
        kh = own + headBytes;
        vh = own + 2 * headBytes;
        oh = own + 3 * headBytes;
      }
      packPanels(kh, 4, hrow, panels, padded, n);
      gemm(qh, hrow, panels, 32, (<usize>padded) << 5, probabilities, (<usize>np) << 2, n, np, padded, 0, false);
      if (quantiser != 0) softmaxCodes(probabilities, raw, n, np, factor, quantiser, table);
      else softmaxRows(probabilities, n, np, factor);
      gemm(probabilities, (<usize>np) << 2, vh, hrow, 32, oh, hrow, n, padded, n, 0, false);
      if (!direct) scatter(oh, out + at, row, n, dh, padded, false);
      probabilities += square;
      raw += square;
    }
  }
}

/**
 * The derivative: dq, dk, dv from dout and what `attention` kept. Adds to dq, dk, dv where `accumulate` has bit 0, 1, 2. `raw` is
 * overwritten. With a quantiser, partial[0] = dL/dscale of the scores, added to what is there where `accumulate` has bit 3.
 */
export function attentionBackward(
  q: usize,
  k: usize,
  v: usize,
  dout: usize,
  dq: usize,
  dk: usize,
  dv: usize,
  probabilities: usize,
  raw: usize,
  windows: i32,
  n: i32,
  ld: i32,
  heads: i32,
  dh: i32,
  factor: f32,
  quantiser: usize,
  partial: usize,
  accumulate: i32,
  scratch: usize,
): void {
  const np = (n + 3) & ~3;
  const prow = (<usize>np) << 2;
  const row = (<usize>ld) << 2;
  const window = row * <usize>n;
  const square = (<usize>(n * np)) << 2;
  const direct = (dh & 3) == 0;
  const padded = (dh + 3) & ~3;
  const headBytes = (<usize>(n * padded)) << 2;
  const panels = scratch;
  const ds = panels + ((<usize>(((n + 7) >> 3) * 8 * padded)) << 2);
  const own = ds + square;
  const hrow = direct ? row : (<usize>padded) << 2;
  const addQ = direct && (accumulate & 1) != 0;
  const addK = direct && (accumulate & 2) != 0;
  const addV = direct && (accumulate & 4) != 0;
  const inverse = quantiser != 0 ? v128.load32_splat(quantiser, 4) : f32x4.splat(0);
  const lo = quantiser != 0 ? v128.load32_splat(quantiser, 12) : f32x4.splat(0);
  const hi = quantiser != 0 ? v128.load32_splat(quantiser, 16) : f32x4.splat(0);
  const half = f32x4.splat(0.5);
  const vfactor = f32x4.splat(factor);
  let dscale = f32x4.splat(0);
  for (let w = 0; w < windows; w++) {
    for (let h = 0; h < heads; h++) {
      const at = <usize>w * window + ((<usize>(h * dh)) << 2);
      let qh = q + at;
      let kh = k + at;
      let vh = v + at;
      let gh = dout + at;
      let dqh = dq + at;
      let dkh = dk + at;
      let dvh = dv + at;
      if (!direct) {
        gather(qh, row, own, n, dh, padded);
        gather(kh, row, own + headBytes, n, dh, padded);
        gather(vh, row, own + 2 * headBytes, n, dh, padded);
        gather(gh, row, own + 3 * headBytes, n, dh, padded);
        qh = own;
        kh = own + headBytes;
        vh = own + 2 * headBytes;
        gh = own + 3 * headBytes;
        dqh = own + 4 * headBytes;
        dkh = own + 5 * headBytes;
        dvh = own + 6 * headBytes;
      }
      // dP = dout V^T; dV = P^T dout
      packPanels(vh, 4, hrow, panels, padded, n);
      gemm(gh, hrow, panels, 32, (<usize>padded) << 5, ds, prow, n, np, padded, 0, false);
      gemmTransposed(probabilities, prow, gh, hrow, 32, dvh, hrow, n, padded, n, addV);
      // dS = P (dP - sum of P dP), then through the score's quantiser, times the factor
      let p = probabilities;
      let d = ds;
      let s = raw;
      for (let t = 0; t < n; t++) {
        let dot = f32x4.splat(0);
        for (let c: usize = 0; c < prow; c += 16) dot = f32x4.add(dot, f32x4.mul(v128.load(p + c), v128.load(d + c)));
        const total = f32x4.splat(sum4(dot));
        if (quantiser != 0) {
          for (let c: usize = 0; c < prow; c += 16) {
            const g = f32x4.mul(v128.load(p + c), f32x4.sub(v128.load(d + c), total));
            const x = f32x4.mul(v128.load(s + c), inverse);
            const code = f32x4.floor(f32x4.add(x, half));
            const clamped = f32x4.pmin(f32x4.pmax(code, lo), hi);
            const inside = f32x4.eq(code, clamped);
            dscale = f32x4.add(dscale, f32x4.mul(g, f32x4.sub(clamped, v128.and(x, inside))));
            v128.store(d + c, f32x4.mul(v128.and(g, inside), vfactor));
          }
          s += prow;
        } else {
          for (let c: usize = 0; c < prow; c += 16) {
            const g = f32x4.mul(v128.load(p + c), f32x4.sub(v128.load(d + c), total));
            v128.store(d + c, f32x4.mul(g, vfactor));
          }
        }
        p += prow;
        d += prow;
      }
      gemm(ds, prow, kh, hrow, 32, dqh, hrow, n, padded, n, 0, addQ);
      gemmTransposed(ds, prow, qh, hrow, 32, dkh, hrow, n, padded, n, addK);
      if (!direct) {
        scatter(dqh, dq + at, row, n, dh, padded, (accumulate & 1) != 0);
        scatter(dkh, dk + at, row, n, dh, padded, (accumulate & 2) != 0);
        scatter(dvh, dv + at, row, n, dh, padded, (accumulate & 4) != 0);
      }
      probabilities += square;
      raw += square;
    }
  }
  if (quantiser != 0) store<f32>(partial, sum4(dscale) + ((accumulate & 8) != 0 ? load<f32>(partial) : 0));
}
