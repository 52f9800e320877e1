// attention: two query tokens at a time, head by head.
import { lowWords, packPairs, Requantiser, scaleNarrow, scaleWide, SHARE } from "./lanes";

@unmanaged
export class Attention {
  /** S to r: floor(numerator / S) * scale; `scale` makes up for the shift of the context where it is NARROW_SHIFT. */
  numerator: f64;
  scale: f64;
  /** [tokens][pairs of features], of the first head. */
  query: usize;
  key: usize;
  /** Bytes from one token to the next: of query, key and output. */
  token: usize;
  /** [pairs of tokens][features]. */
  value: usize;
  /** Bytes from one pair of tokens to the next. */
  valueToken: usize;
  output: usize;
  tokens: i32;
  heads: i32;
  /** Pairs of features of a head. */
  pairs: i32;
  /** u16 exp codes. */
  table: usize;
  /** Whether the scores of two keys share a multiplication. */
  share: i32;
  /** [pairs of tokens, rounded up to 4][pairs of features]: keys j and j + 1 as k[j] + 2^SHARE k[j + 1]. */
  sharedKeys: usize;
  /** Two rows of scores, [2][tokens rounded up to 4] i32x4. */
  scores: usize;
  scoresRow: usize;
  /** Two rows of exp codes, [2][pairs of tokens]. */
  exponentials: usize;
  exponentialsRow: usize;
  score: Requantiser;
  /** Of the context; `multipliers` are not used. */
  context: Requantiser;
}

export function attention(op: Attention): void {
  const count = <usize>((op.tokens + 1) >> 1);
  for (let head = 0; head < op.heads; head++) {
    const pairs = <usize>(head * op.pairs) << 4;
    const value = op.value + (pairs << 1);
    if (op.share) shareKeys(op, op.key + pairs);
    for (let t = 0; t < op.tokens; t += 2) {
      const alone = t + 1 == op.tokens;
      const q0 = op.query + pairs + <usize>t * op.token;
      const q1 = alone ? q0 : q0 + op.token;
      if (op.share) dots(q0, q1, op.sharedKeys, <usize>op.pairs << 4, op.pairs, <i32>count, op.scores, op.scoresRow);
      else dots(q0, q1, op.key + pairs, op.token, op.pairs, op.tokens, op.scores, op.scoresRow);
      exponentiate(op, op.scores, op.exponentials);
      if (!alone) exponentiate(op, op.scores + op.scoresRow, op.exponentials + op.exponentialsRow);
      const y = op.output + pairs + <usize>t * op.token;
      context(op, op.exponentials, alone ? op.exponentials : op.exponentials + op.exponentialsRow, value, y, alone ? y : y + op.token);
    }
  }
}

/** Keys j and j + 1 in one, for every even j. What stands behind the last token is 0. */
function shareKeys(op: Attention, key: usize): void {
  let to = op.sharedKeys;
  for (let j = 0; j < op.tokens; j += 2) {
    const next = key + op.token;
    const alone = j + 1 == op.tokens;
    for (let c: usize = 0; c < <usize>op.pairs << 4; c += 16) {
      const even = v128.load(key + c);
      v128.store(to, alone ? even : i16x8.add(even, i16x8.shl(v128.load(next + c), SHARE)));
      to += 16;
    }
    key += op.token << 1;
  }
}

/** Dot products of two queries with `count` keys that lie `token` bytes apart: two rows of sums. Works on four keys at a time. */
function dots(q0: usize, q1: usize, key: usize, token: usize, pairs: i32, count: i32, sums: usize, row: usize): void {
  for (let j = 0; j < count; j += 4) {
    let k0 = key;
    let k1 = k0 + token;
    let k2 = k1 + token;
    let k3 = k2 + token;
    key = k3 + token;
    let a0 = i32x4.splat(0);
    let a1 = i32x4.splat(0);
    let a2 = i32x4.splat(0);
    let a3 = i32x4.splat(0);
    let b0 = i32x4.splat(0);
    let b1 = i32x4.splat(0);
    let b2 = i32x4.splat(0);
    let b3 = i32x4.splat(0);
    for (let c: usize = 0; c < <usize>pairs << 4; c += 16) {
      const u = v128.load(q0 + c);
      const v = v128.load(q1 + c);
      let k = v128.load(k0 + c);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(u, k));
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(v, k));
      k = v128.load(k1 + c);
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(u, k));
      b1 = i32x4.add(b1, i32x4.dot_i16x8_s(v, k));
      k = v128.load(k2 + c);
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(u, k));
      b2 = i32x4.add(b2, i32x4.dot_i16x8_s(v, k));
      k = v128.load(k3 + c);
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(u, k));
      b3 = i32x4.add(b3, i32x4.dot_i16x8_s(v, k));
    }
    v128.store(sums, a0);
    v128.store(sums, a1, 16);
    v128.store(sums, a2, 32);
    v128.store(sums, a3, 48);
    v128.store(sums + row, b0);
    v128.store(sums + row, b1, 16);
    v128.store(sums + row, b2, 32);
    v128.store(sums + row, b3, 48);
    sums += 64;
  }
}

/** One row of dot products becomes exp codes, in pairs of keys: e[j] = table[top - score[j]]. An odd last place is 0. */
function exponentiate(op: Attention, sums: usize, e: usize): void {
  const by = op.score;
  const lo = i16x8.splat(<i16>by.lo);
  const hi = i16x8.splat(<i16>by.hi);
  const multiplier = v128.load32_splat(by.multipliers);
  const shift = by.shift;
  const count = (op.tokens + 1) >> 1;
  const odd = op.tokens & 1;
  const end = e + (<usize>count << 4);
  let top = i16x8.splat(-32768);
  if (op.share) {
    // Sums are from 0 here: adding 2^(s-1) makes the low bits the even sum plus 2^(s-1), which the offset takes back.
    const halves = i32x4.splat(1 << (SHARE - 1));
    const mask = i32x4.splat((1 << SHARE) - 1);
    const offset = i32x4.splat(<i32>by.offset);
    const evenOffset = i32x4.sub(offset, i32x4.mul(multiplier, halves));
    for (let y = e; y < end; y += 16) {
      const both = i32x4.add(v128.load(sums), halves);
      const u = scaleNarrow(v128.and(both, mask), multiplier, evenOffset);
      const v = odd && y + 16 == end ? u : scaleNarrow(i32x4.shr_s(both, SHARE), multiplier, offset);
      const codes = packPairs(u, v, lo, hi);
      v128.store(y, codes);
      top = i16x8.max_s(top, codes);
      sums += 16;
    }
  } else if (by.mode) {
    const offset = i64x2.splat(by.offset);
    for (let y = e; y < end; y += 16) {
      const u = scaleWide(v128.load(sums), multiplier, offset, shift);
      const v = odd && y + 16 == end ? u : scaleWide(v128.load(sums, 16), multiplier, offset, shift);
      const codes = packPairs(u, v, lo, hi);
      v128.store(y, codes);
      top = i16x8.max_s(top, codes);
      sums += 32;
    }
  } else {
    const offset = i32x4.splat(<i32>by.offset);
    for (let y = e; y < end; y += 16) {
      const u = scaleNarrow(v128.load(sums), multiplier, offset);
      const v = odd && y + 16 == end ? u : scaleNarrow(v128.load(sums, 16), multiplier, offset);
      const codes = packPairs(u, v, lo, hi);
      v128.store(y, codes);
      top = i16x8.max_s(top, codes);
      sums += 32;
    }
  }
  top = i16x8.max_s(top, v128.or(i32x4.shl(top, 16), i32x4.shr_u(top, 16)));
  for (let y = e; y < end; y += 16) v128.store(y, i16x8.sub(top, v128.load(y)));
  const table = op.table;
  for (let y = e; y < end; y += 8) {
    const d0 = <usize>load<u16>(y);
    const d1 = <usize>load<u16>(y, 2);
    const d2 = <usize>load<u16>(y, 4);
    const d3 = <usize>load<u16>(y, 6);
    store<u16>(y, load<u16>(table + (d0 << 1)));
    store<u16>(y, load<u16>(table + (d1 << 1)), 2);
    store<u16>(y, load<u16>(table + (d2 << 1)), 4);
    store<u16>(y, load<u16>(table + (d3 << 1)), 6);
  }
  if (odd) v128.store(end - 16, v128.and(v128.load(end - 16), i32x4.splat(0xffff)));
}

/** Context codes of two queries from their exp codes. */
function context(op: Attention, e0: usize, e1: usize, value: usize, y0: usize, y1: usize): void {
  const r0 = reciprocals(op, e0);
  const r1 = reciprocals(op, e1);
  const end = <usize>((op.tokens + 1) >> 1) << 4;
  for (let p = 0; p < op.pairs; p += 2) {
    let a0 = i32x4.splat(0);
    let a1 = i32x4.splat(0);
    let a2 = i32x4.splat(0);
    let a3 = i32x4.splat(0);
    let b0 = i32x4.splat(0);
    let b1 = i32x4.splat(0);
    let b2 = i32x4.splat(0);
    let b3 = i32x4.splat(0);
    let from = value;
    for (let j: usize = 0; j < end; j += 16) {
      const u = v128.load(e0 + j);
      const v = v128.load(e1 + j);
      let x = v128.load(from);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(u, x));
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(v, x));
      x = v128.load(from, 16);
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(u, x));
      b1 = i32x4.add(b1, i32x4.dot_i16x8_s(v, x));
      x = v128.load(from, 32);
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(u, x));
      b2 = i32x4.add(b2, i32x4.dot_i16x8_s(v, x));
      x = v128.load(from, 48);
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(u, x));
      b3 = i32x4.add(b3, i32x4.dot_i16x8_s(v, x));
      from += op.valueToken;
    }
    normalise(op, a0, a1, r0, y0);
    normalise(op, b0, b1, r1, y1);
    // Behind the last pair of a head there is another head's place.
    if (p + 1 < op.pairs) {
      normalise(op, a2, a3, r0, y0 + 16);
      normalise(op, b2, b3, r1, y1 + 16);
    }
    value += 64;
    y0 += 32;
    y1 += 32;
  }
}

/** r = floor(numerator / S), S the sum of a row of exp codes. The quotient's floor is exact: both are integers below 2^53. */
function reciprocals(op: Attention, e: usize): v128 {
  const end = e + (<usize>((op.tokens + 1) >> 1) << 4);
  const ones = i16x8.splat(1);
  let sum = i32x4.splat(0);
  for (; e < end; e += 16) sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load(e), ones));
  const numerator = f64x2.splat(op.numerator);
  const magic = f64x2.splat(4503599627370496); // 2^52: behind it, the low word of a double is the integer
  const low = f64x2.floor(f64x2.div(numerator, f64x2.convert_low_i32x4_s(sum)));
  const high = f64x2.floor(f64x2.div(numerator, f64x2.convert_low_i32x4_s(v128.shuffle<i32>(sum, sum, 2, 3, 2, 3))));
  const scale = f64x2.splat(op.scale);
  return lowWords(f64x2.add(f64x2.mul(low, scale), magic), f64x2.add(f64x2.mul(high, scale), magic));
}

/** clamp((A * r + offset) >> k) of two features. */
// @ts-ignore: decorator
@inline
function normalise(op: Attention, a: v128, b: v128, r: v128, y: usize): void {
  const by = op.context;
  const lo = i16x8.splat(<i16>by.lo);
  const hi = i16x8.splat(<i16>by.hi);
  if (by.mode) {
    const offset = i64x2.splat(by.offset);
    v128.store(y, packPairs(scaleWide(a, r, offset, by.shift), scaleWide(b, r, offset, by.shift), lo, hi));
  } else {
    const offset = i32x4.splat(<i32>by.offset);
    v128.store(y, packPairs(scaleNarrow(a, r, offset), scaleNarrow(b, r, offset), lo, hi));
  }
}
