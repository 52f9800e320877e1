// linear: acc[t][o] = bias[t or 0][o] + sum over i of weight[o][i] * x[t][i], two tokens at a time; then requantised where wanted.
import { packPairs, Requantiser, scaleNarrow, scaleWide } from "./lanes";
import { multiplyOnce, multiplyShared } from "./shared";

@unmanaged
export class Linear {
  /** [tokens][pairs] of codes. */
  x: usize;
  /** Bytes from one token of x to the next. */
  xToken: usize;
  /** As i16 pairs: [rows / 4][pairs][4 rows], or where two rows share a weight [rows / 8][pairs][4 shared]. */
  weights: usize;
  /** i32; of the even rows less 2^(SHARE-1) for each chunk where rows are shared. */
  bias: usize;
  /** Bytes from one token's bias to the next one's: 0 where there is one for all. */
  biasToken: usize;
  /** [tokens][rows], or [2][rows] where they are requantised. */
  acc: usize;
  accToken: usize;
  /** Rows, rounded up to 4, or to 8 where they are shared. */
  rows: i32;
  pairs: i32;
  tokens: i32;
  /** Whether a weight holds w[o] + 2^SHARE w[o + 1]. */
  share: i32;
  /** Pairs after which the shared sums have to be taken apart. */
  chunk: i32;
  /**
   * Whether shared sums become codes without being stored in between: with 32-bit requantisation. The bias then holds
   * bias * multiplier + offset.
   */
  direct: i32;
  /** Room for 8 registers: low bits of shared sums that were set aside; 0 where there is one chunk. */
  low: usize;
  /** Output codes, 0 where accumulators are the output. */
  y: usize;
  yToken: usize;
  /** Whether a pair of codes is two tokens of one row, instead of two rows of one token. */
  tokenPairs: i32;
  requantiser: Requantiser;
}

export function linear(op: Linear): void {
  let x = op.x;
  let bias = op.bias;
  let acc = op.acc;
  let y = op.y;
  const codes = op.y != 0;
  for (let t = 0; t < op.tokens; t += 2) {
    // A last token alone is done twice over.
    const alone = t + 1 == op.tokens;
    const x1 = alone ? x : x + op.xToken;
    const bias1 = alone ? bias : bias + op.biasToken;
    const acc1 = alone ? acc : acc + op.accToken;
    const y1 = alone ? y : y + op.yToken;
    if (op.direct && op.chunk >= op.pairs) multiplyOnce(op, x, x1, bias, bias1, y, y1);
    else if (op.share) multiplyShared(op, x, x1, bias, bias1, acc, acc1, y, y1);
    else multiply(op, x, x1, bias, bias1, acc, acc1);
    if (codes && !op.direct) {
      if (op.tokenPairs) {
        finish(op.requantiser, acc, acc1, 16, 1, op.rows, y);
      } else {
        finish(op.requantiser, acc, acc + 16, 32, 2, op.rows >> 1, y);
        if (!alone) finish(op.requantiser, acc1, acc1 + 16, 32, 2, op.rows >> 1, y1);
      }
    }
    x += op.xToken << 1;
    bias += op.biasToken << 1;
    if (codes) y += op.tokenPairs ? op.yToken : op.yToken << 1;
    else acc += op.accToken << 1;
  }
}

/** Four rows of two tokens at a time. */
function multiply(op: Linear, x0: usize, x1: usize, bias0: usize, bias1: usize, acc0: usize, acc1: usize): void {
  let w = op.weights;
  const end = x0 + (<usize>op.pairs << 4);
  for (let row = 0; row < op.rows; row += 4) {
    let a0 = v128.load32_splat(bias0);
    let a1 = v128.load32_splat(bias0, 4);
    let a2 = v128.load32_splat(bias0, 8);
    let a3 = v128.load32_splat(bias0, 12);
    let b0 = v128.load32_splat(bias1);
    let b1 = v128.load32_splat(bias1, 4);
    let b2 = v128.load32_splat(bias1, 8);
    let b3 = v128.load32_splat(bias1, 12);
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
    v128.store(acc0, a0);
    v128.store(acc0, a1, 16);
    v128.store(acc0, a2, 32);
    v128.store(acc0, a3, 48);
    v128.store(acc1, b0);
    v128.store(acc1, b1, 16);
    v128.store(acc1, b2, 32);
    v128.store(acc1, b3, 48);
    acc0 += 64;
    acc1 += 64;
    bias0 += 16;
    bias1 += 16;
  }
}

/**
 * `count` pairs of codes from the accumulators at a and b, which lie `step` bytes apart each; a pair takes `rows` rows (1: both
 * are of one row, 2: of two).
 */
function finish(by: Requantiser, a: usize, b: usize, step: usize, rows: i32, count: i32, y: usize): void {
  const lo = i16x8.splat(<i16>by.lo);
  const hi = i16x8.splat(<i16>by.hi);
  const second: usize = rows == 2 ? 4 : 0;
  const next = <usize>rows << 2;
  let m = by.multipliers;
  const end = y + (<usize>count << 4);
  if (by.mode) {
    const offset = i64x2.splat(by.offset);
    if (by.mode == 1) {
      for (; y < end; y += 16) {
        const u = scaleWide(v128.load(a), v128.load32_splat(m), offset, 32);
        const v = scaleWide(v128.load(b), v128.load32_splat(m + second), offset, 32);
        v128.store(y, packPairs(u, v, lo, hi));
        a += step;
        b += step;
        m += next;
      }
      return;
    }
    const shift = by.shift;
    for (; y < end; y += 16) {
      const u = scaleWide(v128.load(a), v128.load32_splat(m), offset, shift);
      const v = scaleWide(v128.load(b), v128.load32_splat(m + second), offset, shift);
      v128.store(y, packPairs(u, v, lo, hi));
      a += step;
      b += step;
      m += next;
    }
    return;
  }
  const offset = i32x4.splat(<i32>by.offset);
  for (; y < end; y += 16) {
    const u = scaleNarrow(v128.load(a), v128.load32_splat(m), offset);
    const v = scaleNarrow(v128.load(b), v128.load32_splat(m + second), offset);
    v128.store(y, packPairs(u, v, lo, hi));
    a += step;
    b += step;
    m += next;
  }
}
