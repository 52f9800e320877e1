// residual: y[c] = clamp((sum over addends of coefficient[a][c] * x_a[c] + constant[c]) >> shift), the rounding constant inside `constant`.
import { evenCodes, lowWords, NARROW_SHIFT, oddCodes, packPairs } from "./lanes";

@unmanaged
export class Addend {
  x: usize;
  /** Bytes from one token to the next. */
  token: usize;
  /** Whether x holds pairs of codes, instead of accumulators. */
  codes: i32;
  /** One i32 per feature. */
  coefficients: usize;
}

@unmanaged
export class Residual {
  /** Per feature: i32, or i64 where `wide`. */
  constants: usize;
  /** `Addend`s, one after the other. */
  addends: usize;
  count: i32;
  tokens: i32;
  /** Pairs of features. */
  pairs: i32;
  /** Read where `wide`; otherwise it is NARROW_SHIFT. */
  shift: i32;
  lo: i32;
  hi: i32;
  wide: i32;
  y: usize;
  yToken: usize;
  /**
   * Where the addends are codes and then accumulators, and 32 bits do, for each pair of features: two constants, two coefficients of
   * the codes, two of the accumulators. Otherwise 0.
   */
  common: usize;
}

export function residual(op: Residual): void {
  for (let t = 0; t < op.tokens; t++) {
    if (op.common) tokenCommon(op, t);
    else if (op.wide) tokenWide(op, t);
    else tokenNarrow(op, t);
  }
}

/** The residual connections of a layer: codes plus accumulators. */
function tokenCommon(op: Residual, t: i32): void {
  const lo = i16x8.splat(<i16>op.lo);
  const hi = i16x8.splat(<i16>op.hi);
  const codes = changetype<Addend>(op.addends);
  const sums = changetype<Addend>(op.addends + offsetof<Addend>());
  let x = codes.x + <usize>t * codes.token;
  let acc = sums.x + <usize>t * sums.token;
  let by = op.common;
  let y = op.y + <usize>t * op.yToken;
  const end = y + (<usize>op.pairs << 4);
  while (y < end) {
    const pair = v128.load(x);
    const u = i32x4.mul(evenCodes(pair), v128.load32_splat(by, 8));
    const v = i32x4.mul(oddCodes(pair), v128.load32_splat(by, 12));
    const a = i32x4.add(i32x4.mul(v128.load(acc), v128.load32_splat(by, 16)), v128.load32_splat(by));
    const b = i32x4.add(i32x4.mul(v128.load(acc, 16), v128.load32_splat(by, 20)), v128.load32_splat(by, 4));
    const even = i32x4.shr_s(i32x4.add(a, u), NARROW_SHIFT);
    const odd = i32x4.shr_s(i32x4.add(b, v), NARROW_SHIFT);
    v128.store(y, packPairs(even, odd, lo, hi));
    x += 16;
    acc += 32;
    by += 24;
    y += 16;
  }
}

function tokenNarrow(op: Residual, t: i32): void {
  const lo = i16x8.splat(<i16>op.lo);
  const hi = i16x8.splat(<i16>op.hi);
  const end = op.addends + <usize>op.count * offsetof<Addend>();
  let y = op.y + <usize>t * op.yToken;
  for (let c = 0; c < op.pairs; c++) {
    let a = v128.load32_splat(op.constants + (<usize>c << 3));
    let b = v128.load32_splat(op.constants + (<usize>c << 3), 4);
    for (let p = op.addends; p < end; p += offsetof<Addend>()) {
      const addend = changetype<Addend>(p);
      const x = addend.x + <usize>t * addend.token;
      const by = addend.coefficients + (<usize>c << 3);
      let u: v128;
      let v: v128;
      if (addend.codes) {
        const pair = v128.load(x + (<usize>c << 4));
        u = evenCodes(pair);
        v = oddCodes(pair);
      } else {
        u = v128.load(x + (<usize>c << 5));
        v = v128.load(x + (<usize>c << 5), 16);
      }
      a = i32x4.add(a, i32x4.mul(u, v128.load32_splat(by)));
      b = i32x4.add(b, i32x4.mul(v, v128.load32_splat(by, 4)));
    }
    v128.store(y, packPairs(i32x4.shr_s(a, NARROW_SHIFT), i32x4.shr_s(b, NARROW_SHIFT), lo, hi));
    y += 16;
  }
}

function tokenWide(op: Residual, t: i32): void {
  const lo = i16x8.splat(<i16>op.lo);
  const hi = i16x8.splat(<i16>op.hi);
  let y = op.y + <usize>t * op.yToken;
  for (let c = 0; c < op.pairs; c++) {
    const even = featureWide(op, t, c << 1);
    const odd = featureWide(op, t, (c << 1) + 1);
    v128.store(y, packPairs(even, odd, lo, hi));
    y += 16;
  }
}

/** One feature by way of 64 bits; the shifted sum is proven to fit 32 again. */
function featureWide(op: Residual, t: i32, c: i32): v128 {
  const end = op.addends + <usize>op.count * offsetof<Addend>();
  let low = v128.load64_splat(op.constants + (<usize>c << 3));
  let high = low;
  for (let p = op.addends; p < end; p += offsetof<Addend>()) {
    const addend = changetype<Addend>(p);
    const x = addend.x + <usize>t * addend.token;
    const by = v128.load32_splat(addend.coefficients + (<usize>c << 2));
    let u: v128;
    if (addend.codes) {
      const pair = v128.load(x + (<usize>(c >> 1) << 4));
      u = c & 1 ? oddCodes(pair) : evenCodes(pair);
    } else {
      u = v128.load(x + (<usize>c << 4));
    }
    low = i64x2.add(low, i64x2.extmul_low_i32x4_s(u, by));
    high = i64x2.add(high, i64x2.extmul_high_i32x4_s(u, by));
  }
  return lowWords(i64x2.shr_s(low, op.shift), i64x2.shr_s(high, op.shift));
}
