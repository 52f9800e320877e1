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
}

export function residual(op: Residual): void {
  for (let t = 0; t < op.tokens; t++) {
    if (op.wide) tokenWide(op, t);
    else tokenNarrow(op, t);
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
