// Two rows in one multiplication, for weights of up to 4 bits: most of what inference is made of.
import { packPairs, scaleNarrow, SHARE } from "./lanes";
import { Linear } from "./linear";

/**
 * Eight rows of two tokens at a time, where the sums over a chunk are proven to fit s = SHARE bits and weights are narrow enough
 * that w[o] + 2^s w[o + 1] fits 16. A sum starts from h = 2^(s-1); then its low s bits are the even row's plus h, the rest the
 * odd row's. After each chunk but the last the low bits are set aside, and become h again.
 */
export function multiplyShared(op: Linear, x0: usize, x1: usize, bias0: usize, bias1: usize, acc0: usize, acc1: usize, y0: usize, y1: usize): void {
  let w = op.weights;
  let m = op.direct ? op.requantiser.multipliers : 0;
  const chunk = <usize>op.chunk << 4;
  const last = x0 + (<usize>op.pairs << 4);
  for (let row = 0; row < op.rows; row += 8) {
    let a0 = i32x4.splat(1 << (SHARE - 1));
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let b0 = a0;
    let b1 = a0;
    let b2 = a0;
    let b3 = a0;
    let p0 = x0;
    let p1 = x1;
    let end = min(p0 + chunk, last);
    while (true) {
      while (p0 < end) {
        const u = v128.load(p0);
        const v = v128.load(p1);
        let s = v128.load32_splat(w);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(u, s));
        b0 = i32x4.add(b0, i32x4.dot_i16x8_s(v, s));
        s = v128.load32_splat(w, 4);
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(u, s));
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(v, s));
        s = v128.load32_splat(w, 8);
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(u, s));
        b2 = i32x4.add(b2, i32x4.dot_i16x8_s(v, s));
        s = v128.load32_splat(w, 12);
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(u, s));
        b3 = i32x4.add(b3, i32x4.dot_i16x8_s(v, s));
        w += 16;
        p0 += 16;
        p1 += 16;
      }
      if (end == last) break;
      const first = end == x0 + chunk;
      a0 = setAside(op.low, 0, a0, first);
      a1 = setAside(op.low, 16, a1, first);
      a2 = setAside(op.low, 32, a2, first);
      a3 = setAside(op.low, 48, a3, first);
      b0 = setAside(op.low, 64, b0, first);
      b1 = setAside(op.low, 80, b1, first);
      b2 = setAside(op.low, 96, b2, first);
      b3 = setAside(op.low, 112, b3, first);
      end = min(end + chunk, last);
    }
    if (op.direct) {
      direct(op, 0, a0, b0, m, bias0, bias1, y0, y1);
      direct(op, 1, a1, b1, m, bias0, bias1, y0, y1);
      direct(op, 2, a2, b2, m, bias0, bias1, y0, y1);
      direct(op, 3, a3, b3, m, bias0, bias1, y0, y1);
      m += 32;
      y0 += op.tokenPairs ? 128 : 64;
      y1 += 64;
    } else {
      accumulators(op, 0, a0, b0, bias0, bias1, acc0, acc1);
      accumulators(op, 1, a1, b1, bias0, bias1, acc0, acc1);
      accumulators(op, 2, a2, b2, bias0, bias1, acc0, acc1);
      accumulators(op, 3, a3, b3, bias0, bias1, acc0, acc1);
      acc0 += 128;
      acc1 += 128;
    }
    bias0 += 32;
    bias1 += 32;
  }
}

/** The same where one chunk is all, and goes on to its codes: in a loop of its own, which the compiler does better. */
export function multiplyOnce(op: Linear, x0: usize, x1: usize, bias0: usize, bias1: usize, y0: usize, y1: usize): void {
  let w = op.weights;
  let m = op.requantiser.multipliers;
  const end = x0 + (<usize>op.pairs << 4);
  for (let row = 0; row < op.rows; row += 8) {
    let a0 = i32x4.splat(1 << (SHARE - 1));
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let b0 = a0;
    let b1 = a0;
    let b2 = a0;
    let b3 = a0;
    let p0 = x0;
    let p1 = x1;
    while (p0 < end) {
      const u = v128.load(p0);
      const v = v128.load(p1);
      let s = v128.load32_splat(w);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(u, s));
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(v, s));
      s = v128.load32_splat(w, 4);
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(u, s));
      b1 = i32x4.add(b1, i32x4.dot_i16x8_s(v, s));
      s = v128.load32_splat(w, 8);
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(u, s));
      b2 = i32x4.add(b2, i32x4.dot_i16x8_s(v, s));
      s = v128.load32_splat(w, 12);
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(u, s));
      b3 = i32x4.add(b3, i32x4.dot_i16x8_s(v, s));
      w += 16;
      p0 += 16;
      p1 += 16;
    }
    direct(op, 0, a0, b0, m, bias0, bias1, y0, y1);
    direct(op, 1, a1, b1, m, bias0, bias1, y0, y1);
    direct(op, 2, a2, b2, m, bias0, bias1, y0, y1);
    direct(op, 3, a3, b3, m, bias0, bias1, y0, y1);
    m += 32;
    bias0 += 32;
    bias1 += 32;
    y0 += op.tokenPairs ? 128 : 64;
    y1 += 64;
  }
}

/** Moves the low bits of a shared sum to `low`; what is left starts from h again. */
// @ts-ignore: decorator
@inline
function setAside(low: usize, at: usize, sum: v128, first: bool): v128 {
  const mask = i32x4.splat((1 << SHARE) - 1);
  const part = v128.and(sum, mask);
  v128.store(low + at, first ? part : i32x4.add(part, v128.load(low + at)));
  return v128.or(v128.andnot(sum, mask), i32x4.splat(1 << (SHARE - 1)));
}

/** The sum of an even row: its low bits, and those that were set aside (0 where there is one chunk). */
// @ts-ignore: decorator
@inline
function evenRow(op: Linear, at: usize, sum: v128): v128 {
  return i32x4.add(v128.and(sum, i32x4.splat((1 << SHARE) - 1)), v128.load(op.low + at));
}

/** Accumulators of rows 2i and 2i + 1 of two tokens from their shared sums. */
// @ts-ignore: decorator
@inline
function accumulators(op: Linear, i: i32, sum0: v128, sum1: v128, bias0: usize, bias1: usize, acc0: usize, acc1: usize): void {
  const at = <usize>i << 3;
  const to = <usize>i << 5;
  const low = <usize>i << 4;
  v128.store(acc0 + to, i32x4.add(v128.load32_splat(bias0 + at), evenRow(op, low, sum0)));
  v128.store(acc0 + to, i32x4.add(v128.load32_splat(bias0 + at, 4), i32x4.shr_s(sum0, SHARE)), 16);
  v128.store(acc1 + to, i32x4.add(v128.load32_splat(bias1 + at), evenRow(op, low + 64, sum1)));
  v128.store(acc1 + to, i32x4.add(v128.load32_splat(bias1 + at, 4), i32x4.shr_s(sum1, SHARE)), 16);
}

/** Their codes: of token 0 to y0, of token 1 to y1; or in pairs of tokens to y0. */
// @ts-ignore: decorator
@inline
function direct(op: Linear, i: i32, sum0: v128, sum1: v128, m: usize, bias0: usize, bias1: usize, y0: usize, y1: usize): void {
  const lo = i16x8.splat(<i16>op.requantiser.lo);
  const hi = i16x8.splat(<i16>op.requantiser.hi);
  const at = <usize>i << 3;
  const to = <usize>i << 4;
  const even = v128.load32_splat(m + at);
  const odd = v128.load32_splat(m + at, 4);
  const even0 = scaleNarrow(evenRow(op, to, sum0), even, v128.load32_splat(bias0 + at));
  const odd0 = scaleNarrow(i32x4.shr_s(sum0, SHARE), odd, v128.load32_splat(bias0 + at, 4));
  const even1 = scaleNarrow(evenRow(op, to + 64, sum1), even, v128.load32_splat(bias1 + at));
  const odd1 = scaleNarrow(i32x4.shr_s(sum1, SHARE), odd, v128.load32_splat(bias1 + at, 4));
  if (op.tokenPairs) {
    v128.store(y0 + (to << 1), packPairs(even0, even1, lo, hi));
    v128.store(y0 + (to << 1), packPairs(odd0, odd1, lo, hi), 16);
  } else {
    v128.store(y0 + to, packPairs(even0, odd0, lo, hi));
    v128.store(y1 + to, packPairs(even1, odd1, lo, hi));
  }
}
