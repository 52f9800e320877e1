// Matrix products of integers: i16 codes, eight products an instruction, sums in i32 and so exact in any order; the scales go on
// the result. Operands hold pairs along the direction of the sum: a pair of i16 in one 32-bit word.
//
// B lies in panels of eight columns, [panel][pairs][8] words; a last panel of four columns has eight too. The planner
// (src/training/operators/linear.ts) makes sure that no sum leaves 32 bits.

/** Added to a float of less than 2^22 it leaves the nearest integer, ties to even, in the low bits of the word. */
const MAGIC: f32 = 12582912;
const MAGIC_BITS: i32 = 0x4b400000;

/**
 * C[m][n] = factor * scales[n] * (A B)[m][n] + bias[n], plus C itself where `accumulate`. Where `codes` is given, C is quantised as
 * well: codes minus the zero point, i16.
 *
 * a: M rows of K i16 (K a multiple of 4), am bytes apart. c: rows of N floats (a multiple of 4), cm bytes apart; codes: rows of i16,
 * cm / 2 bytes apart. factor: address of a float; rowFactors (0: all 1): addresses of M more, for the rows; scales (0: all 1),
 * bias (0: none): addresses of N floats; quantiser: a record, with `codes` only.
 */
export function dot(
  a: usize,
  am: usize,
  b: usize,
  c: usize,
  cm: usize,
  codes: usize,
  M: i32,
  N: i32,
  K: i32,
  factor: usize,
  rowFactors: usize,
  scales: usize,
  bias: usize,
  accumulate: bool,
  quantiser: usize,
): void {
  // One copy of the loops for each use, without a branch in it; whatever columns are left go through a general one.
  const whole = N & ~7;
  const rf = rowFactors;
  const q = quantiser;
  if (codes != 0) {
    if (rf != 0) panels(a, am, b, c, cm, codes, M, 0, whole, K, factor, rf, scales, bias, q, true, false, true, true);
    else panels(a, am, b, c, cm, codes, M, 0, whole, K, factor, 0, scales, bias, q, true, false, true, false);
  } else if (accumulate) {
    panels(a, am, b, c, cm, 0, M, 0, whole, K, factor, 0, scales, bias, 0, true, true, false, false);
  } else if (rf != 0) {
    panels(a, am, b, c, cm, 0, M, 0, whole, K, factor, rf, scales, bias, 0, true, false, false, true);
  } else panels(a, am, b, c, cm, 0, M, 0, whole, K, factor, 0, scales, bias, 0, true, false, false, false);
  if (whole < N) {
    panels(a, am, b, c, cm, codes, M, whole, N, K, factor, rf, scales, bias, q, false, accumulate, codes != 0, rf != 0);
  }
}

/** Columns [from, to) of `dot`. */
// @ts-ignore: decorator
@inline
function panels(
  a: usize,
  am: usize,
  b: usize,
  c: usize,
  cm: usize,
  codes: usize,
  M: i32,
  from: i32,
  to: i32,
  K: i32,
  factor: usize,
  rowFactors: usize,
  scales: usize,
  bias: usize,
  quantiser: usize,
  whole: bool,
  accumulate: bool,
  encode: bool,
  byRow: bool,
): void {
  const em = cm >> 1;
  const bp = (<usize>K) << 4;
  const end = (<usize>K) << 1;
  const k = v128.load32_splat(factor);
  let inverse = k,
    lo = k,
    hi = k;
  if (encode) {
    const zero = v128.load32_splat(quantiser, 8);
    inverse = v128.load32_splat(quantiser, 4);
    lo = f32x4.sub(v128.load32_splat(quantiser, 12), zero);
    hi = f32x4.sub(v128.load32_splat(quantiser, 16), zero);
  }
  for (let n = from; n < to; n += 8) {
    const panel = b + <usize>(n >> 3) * bp;
    const at = (<usize>n) << 2;
    const s0 = scales != 0 ? f32x4.mul(k, v128.load(scales + at)) : k;
    const s1 = scales != 0 && whole ? f32x4.mul(k, v128.load(scales + at, 16)) : k;
    const bias0 = bias != 0 ? v128.load(bias + at) : f32x4.splat(0);
    const bias1 = bias != 0 && whole ? v128.load(bias + at, 16) : f32x4.splat(0);
    let m = 0;
    for (; m + 4 <= M; m += 4) {
      let a0 = a + <usize>m * am;
      let a1 = a0 + am;
      let a2 = a1 + am;
      let a3 = a2 + am;
      let x00 = i32x4.splat(0),
        x01 = x00,
        x10 = x00,
        x11 = x00,
        x20 = x00,
        x21 = x00,
        x30 = x00,
        x31 = x00;
      let pb = panel;
      const stop = a0 + end;
      while (a0 < stop) {
        let b0 = v128.load(pb);
        let b1 = v128.load(pb, 16);
        let s = v128.load32_splat(a0);
        x00 = i32x4.add(x00, i32x4.dot_i16x8_s(b0, s));
        x01 = i32x4.add(x01, i32x4.dot_i16x8_s(b1, s));
        s = v128.load32_splat(a1);
        x10 = i32x4.add(x10, i32x4.dot_i16x8_s(b0, s));
        x11 = i32x4.add(x11, i32x4.dot_i16x8_s(b1, s));
        s = v128.load32_splat(a2);
        x20 = i32x4.add(x20, i32x4.dot_i16x8_s(b0, s));
        x21 = i32x4.add(x21, i32x4.dot_i16x8_s(b1, s));
        s = v128.load32_splat(a3);
        x30 = i32x4.add(x30, i32x4.dot_i16x8_s(b0, s));
        x31 = i32x4.add(x31, i32x4.dot_i16x8_s(b1, s));
        b0 = v128.load(pb, 32);
        b1 = v128.load(pb, 48);
        s = v128.load32_splat(a0, 4);
        x00 = i32x4.add(x00, i32x4.dot_i16x8_s(b0, s));
        x01 = i32x4.add(x01, i32x4.dot_i16x8_s(b1, s));
        s = v128.load32_splat(a1, 4);
        x10 = i32x4.add(x10, i32x4.dot_i16x8_s(b0, s));
        x11 = i32x4.add(x11, i32x4.dot_i16x8_s(b1, s));
        s = v128.load32_splat(a2, 4);
        x20 = i32x4.add(x20, i32x4.dot_i16x8_s(b0, s));
        x21 = i32x4.add(x21, i32x4.dot_i16x8_s(b1, s));
        s = v128.load32_splat(a3, 4);
        x30 = i32x4.add(x30, i32x4.dot_i16x8_s(b0, s));
        x31 = i32x4.add(x31, i32x4.dot_i16x8_s(b1, s));
        pb += 64;
        a0 += 8;
        a1 += 8;
        a2 += 8;
        a3 += 8;
      }
      let y = c + <usize>m * cm + at;
      let e = encode ? codes + <usize>m * em + (at >> 1) : 0;
      finish(y, e, x00, x01, rowed(s0, byRow, rowFactors, m), rowed(s1, byRow, rowFactors, m), bias0, bias1, inverse, lo, hi, accumulate, whole, encode);
      y += cm;
      if (encode) e += em;
      finish(y, e, x10, x11, rowed(s0, byRow, rowFactors, m + 1), rowed(s1, byRow, rowFactors, m + 1), bias0, bias1, inverse, lo, hi, accumulate, whole, encode);
      y += cm;
      if (encode) e += em;
      finish(y, e, x20, x21, rowed(s0, byRow, rowFactors, m + 2), rowed(s1, byRow, rowFactors, m + 2), bias0, bias1, inverse, lo, hi, accumulate, whole, encode);
      y += cm;
      if (encode) e += em;
      finish(y, e, x30, x31, rowed(s0, byRow, rowFactors, m + 3), rowed(s1, byRow, rowFactors, m + 3), bias0, bias1, inverse, lo, hi, accumulate, whole, encode);
    }
    for (; m < M; m++) {
      let a0 = a + <usize>m * am;
      let x0 = i32x4.splat(0);
      let x1 = x0;
      let pb = panel;
      const stop = a0 + end;
      while (a0 < stop) {
        const s = v128.load32_splat(a0);
        x0 = i32x4.add(x0, i32x4.dot_i16x8_s(v128.load(pb), s));
        x1 = i32x4.add(x1, i32x4.dot_i16x8_s(v128.load(pb, 16), s));
        pb += 32;
        a0 += 4;
      }
      const e = encode ? codes + <usize>m * em + (at >> 1) : 0;
      const f0 = rowed(s0, byRow, rowFactors, m);
      const f1 = rowed(s1, byRow, rowFactors, m);
      finish(c + <usize>m * cm + at, e, x0, x1, f0, f1, bias0, bias1, inverse, lo, hi, accumulate, whole, encode);
    }
  }
}

/** A row's own factor on its scale, where rows have one. */
// @ts-ignore: decorator
@inline
function rowed(scale: v128, byRow: bool, rowFactors: usize, row: i32): v128 {
  return byRow ? f32x4.mul(scale, v128.load32_splat(rowFactors + ((<usize>row) << 2))) : scale;
}

/** Writes eight results of a row (four where not `whole`). */
// @ts-ignore: decorator
@inline
function finish(
  y: usize,
  e: usize,
  x0: v128,
  x1: v128,
  s0: v128,
  s1: v128,
  bias0: v128,
  bias1: v128,
  inverse: v128,
  lo: v128,
  hi: v128,
  accumulate: bool,
  whole: bool,
  encode: bool,
): void {
  let r0 = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(x0), s0), bias0);
  let r1 = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(x1), s1), bias1);
  if (accumulate) {
    r0 = f32x4.add(r0, v128.load(y));
    if (whole) r1 = f32x4.add(r1, v128.load(y, 16));
  }
  v128.store(y, r0);
  if (whole) v128.store(y, r1, 16);
  if (encode) {
    const half = f32x4.splat(0.5);
    r0 = f32x4.pmin(f32x4.pmax(f32x4.floor(f32x4.add(f32x4.mul(r0, inverse), half)), lo), hi);
    r1 = f32x4.pmin(f32x4.pmax(f32x4.floor(f32x4.add(f32x4.mul(r1, inverse), half)), lo), hi);
    const packed = i16x8.narrow_i32x4_s(integers(r0), integers(r1));
    if (whole) v128.store(e, packed);
    else v128.store64_lane(e, packed, 0);
  }
}

/** Integers of less than 2^22, given as floats; others to the nearest. */
// @ts-ignore: decorator
@inline
function integers(x: v128): v128 {
  return i32x4.sub(f32x4.add(x, f32x4.splat(MAGIC)), i32x4.splat(MAGIC_BITS));
}

/**
 * C[m][n] = factor[0] * quantiser's scale (0: 1) * sum over the tokens of A[token][m] B[token][n], plus C itself where `accumulate`: the
 * gradient of weights.
 *
 * a: [M / 4, rounded up][pairs of tokens][4] words, as `encodeGradient` leaves them; b: rows of N i16 (a multiple of 4), bm bytes apart;
 * c: rows of N floats, cm bytes apart. panel: scratch of 32 bytes a pair.
 */
export function dotTransposed(
  a: usize,
  b: usize,
  bm: usize,
  c: usize,
  cm: usize,
  M: i32,
  N: i32,
  tokens: i32,
  factor: usize,
  quantiser: usize,
  accumulate: bool,
  panel: usize,
): void {
  const pairs = (tokens + 1) >> 1;
  const ap = (<usize>pairs) << 4;
  const s = f32x4.splat(quantiser != 0 ? load<f32>(factor) * load<f32>(quantiser) : load<f32>(factor));
  const zero = f32x4.splat(0);
  for (let n = 0; n < N; n += 8) {
    const whole = n + 8 <= N;
    packTokens(b + ((<usize>n) << 1), bm, panel, tokens, whole);
    const at = c + ((<usize>n) << 2);
    for (let m = 0; m < M; m += 4) {
      let pa = a + <usize>(m >> 2) * ap;
      let pb = panel;
      const stop = pa + ap;
      let x00 = i32x4.splat(0),
        x01 = x00,
        x10 = x00,
        x11 = x00,
        x20 = x00,
        x21 = x00,
        x30 = x00,
        x31 = x00;
      while (pa < stop) {
        const b0 = v128.load(pb);
        const b1 = v128.load(pb, 16);
        let s = v128.load32_splat(pa);
        x00 = i32x4.add(x00, i32x4.dot_i16x8_s(b0, s));
        x01 = i32x4.add(x01, i32x4.dot_i16x8_s(b1, s));
        s = v128.load32_splat(pa, 4);
        x10 = i32x4.add(x10, i32x4.dot_i16x8_s(b0, s));
        x11 = i32x4.add(x11, i32x4.dot_i16x8_s(b1, s));
        s = v128.load32_splat(pa, 8);
        x20 = i32x4.add(x20, i32x4.dot_i16x8_s(b0, s));
        x21 = i32x4.add(x21, i32x4.dot_i16x8_s(b1, s));
        s = v128.load32_splat(pa, 12);
        x30 = i32x4.add(x30, i32x4.dot_i16x8_s(b0, s));
        x31 = i32x4.add(x31, i32x4.dot_i16x8_s(b1, s));
        pa += 16;
        pb += 32;
      }
      let y = at + <usize>m * cm;
      finish(y, 0, x00, x01, s, s, zero, zero, s, s, s, accumulate, whole, false);
      y += cm;
      if (m + 1 < M) finish(y, 0, x10, x11, s, s, zero, zero, s, s, s, accumulate, whole, false);
      y += cm;
      if (m + 2 < M) finish(y, 0, x20, x21, s, s, zero, zero, s, s, s, accumulate, whole, false);
      y += cm;
      if (m + 3 < M) finish(y, 0, x30, x31, s, s, zero, zero, s, s, s, accumulate, whole, false);
    }
  }
}

/** Eight (or four) columns of `rows` rows of i16, `bytes` apart, as pairs along the rows: [pairs][8] words. */
export function packTokens(b: usize, bytes: usize, out: usize, rows: i32, whole: bool): void {
  let t = 0;
  for (; t + 2 <= rows; t += 2) {
    const r0 = whole ? v128.load(b) : v128.load64_zero(b);
    b += bytes;
    const r1 = whole ? v128.load(b) : v128.load64_zero(b);
    b += bytes;
    v128.store(out, v128.shuffle<i16>(r0, r1, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(out, v128.shuffle<i16>(r0, r1, 4, 12, 5, 13, 6, 14, 7, 15), 16);
    out += 32;
  }
  if (t < rows) {
    const r0 = whole ? v128.load(b) : v128.load64_zero(b);
    const none = i16x8.splat(0);
    v128.store(out, v128.shuffle<i16>(r0, none, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(out, v128.shuffle<i16>(r0, none, 4, 12, 5, 13, 6, 14, 7, 15), 16);
  }
}

/**
 * Weights [rows][columns] (rows padded to a multiple of 4, columns one) as codes clamp(floor(x / scales[r] + 1/2), +-limit), packed for
 * `dot` twice: with their columns along the sum (forward) and, where `back` is given, with their rows along it. There the
 * rows' scales cannot go on the result, so `ratios` gets each row's scale over the largest one, which goes to largest[0].
 * codes: scratch of rows * columns i16.
 */
export function encodeWeights(
  x: usize,
  rows: i32,
  columns: i32,
  scales: usize,
  limit: f32,
  codes: usize,
  forward: usize,
  back: usize,
  ratios: usize,
  largest: usize,
  used: i32,
): void {
  const half = f32x4.splat(0.5);
  const hi = f32x4.splat(limit);
  const lo = f32x4.splat(-limit);
  const row = (<usize>columns) << 1;
  let top: f32 = 0;
  let e = codes;
  for (let r = 0; r < rows; r++) {
    const s = r < used ? load<f32>(scales + ((<usize>r) << 2)) : 1;
    if (r < used) top = max(top, s);
    const inverse = f32x4.splat(1 / s);
    for (let c = 0; c < columns; c += 4) {
      const code = integers(
        f32x4.pmin(f32x4.pmax(f32x4.floor(f32x4.add(f32x4.mul(v128.load(x), inverse), half)), lo), hi),
      );
      v128.store64_lane(e, i16x8.narrow_i32x4_s(code, code), 0);
      x += 16;
      e += 8;
    }
  }
  for (let r = 0; r < rows; r += 8) {
    const count = min(8, rows - r);
    for (let c: usize = 0; c < row; c += 4) {
      let p = codes + <usize>r * row + c;
      for (let j = 0; j < count; j++) {
        store<i32>(forward + ((<usize>j) << 2), load<i32>(p));
        p += row;
      }
      forward += 32;
    }
  }
  if (back == 0) return;
  store<f32>(largest, top);
  for (let r = 0; r < rows; r++) {
    store<f32>(ratios + ((<usize>r) << 2), r < used ? load<f32>(scales + ((<usize>r) << 2)) / top : 0);
  }
  for (let c = 0; c < columns; c += 8) {
    packTokens(codes + ((<usize>c) << 1), row, back, rows, c + 8 <= columns);
    back += (<usize>rows) << 4;
  }
}

/**
 * A gradient g [tokens][features] as i16: its largest magnitude (at `top`; 0: not known yet) becomes `limit`. Twice: pairs of tokens in panels of four features,
 * [features / 4][pairs][4] words, for the gradient of weights; and, where `rows` is given, token by token, each feature times its
 * ratio (ratios 0: all 1), for the gradient of the input. Their steps go to steps[0], and times largest[0] to steps[1].
 * sums [features], if given: the sum over the tokens, added to what is there where `accumulate`.
 */
export function encodeGradient(
  g: usize,
  tokens: i32,
  features: i32,
  top: usize,
  limit: f32,
  panels: usize,
  rows: usize,
  ratios: usize,
  largest: usize,
  steps: usize,
  sums: usize,
  accumulate: bool,
): void {
  const row = (<usize>features) << 2;
  const step = (top != 0 ? load<f32>(top) : magnitude(g, g + row * <usize>tokens)) / limit;
  store<f32>(steps, step);
  if (ratios != 0) store<f32>(steps, step * load<f32>(largest), 4);
  if (sums != 0 && !accumulate) memory.fill(sums, 0, row);
  const k = inverseOf(step);
  const magic = f32x4.splat(MAGIC);
  const bits = i32x4.splat(MAGIC_BITS);
  const low = i32x4.splat(0xffff);
  if (sums != 0 && !accumulate) memory.fill(sums, 0, row);
  const panel = (<usize>((tokens + 1) >> 1)) << 4;
  let q = rows;
  for (let t = 0; t < tokens; t += 2) {
    const pair = t + 1 < tokens;
    let out = panels + ((<usize>(t >> 1)) << 4);
    for (let c: usize = 0; c < row; c += 16) {
      const x0 = v128.load(g + c);
      const x1 = pair ? v128.load(g + row + c) : f32x4.splat(0);
      if (sums != 0) v128.store(sums + c, f32x4.add(f32x4.add(v128.load(sums + c), x0), x1));
      const y0 = f32x4.mul(x0, k);
      const y1 = f32x4.mul(x1, k);
      v128.store(
        out,
        v128.or(v128.and(f32x4.add(y0, magic), low), i32x4.shl(f32x4.add(y1, magic), 16)),
      );
      out += panel;
      if (rows != 0) {
        const ratio = ratios != 0 ? v128.load(ratios + c) : f32x4.splat(1);
        const r0 = i32x4.sub(f32x4.add(f32x4.mul(y0, ratio), magic), bits);
        const r1 = i32x4.sub(f32x4.add(f32x4.mul(y1, ratio), magic), bits);
        const packed = i16x8.narrow_i32x4_s(r0, r1);
        v128.store64_lane(q + (c >> 1), packed, 0);
        if (pair) v128.store64_lane(q + ((row + c) >> 1), packed, 1);
      }
    }
    g += 2 * row;
    q += row;
  }
}

/**
 * A gradient g of `tokens` rows of `features` floats, `bytes` apart, each row times its factor, as i16: rows of `features`. The largest
 * magnitude becomes `limit`; the step goes to steps[0].
 */
export function encodeRows(
  g: usize,
  bytes: usize,
  tokens: i32,
  features: i32,
  limit: f32,
  factors: usize,
  out: usize,
  steps: usize,
): void {
  const row = (<usize>features) << 2;
  const positive = i32x4.splat(0x7fffffff);
  let tops = f32x4.splat(0);
  let p = g;
  for (let t = 0; t < tokens; t++) {
    const factor = v128.load32_splat(factors + ((<usize>t) << 2));
    for (let c: usize = 0; c < row; c += 16) {
      tops = f32x4.pmax(tops, v128.and(f32x4.mul(v128.load(p + c), factor), positive));
    }
    p += bytes;
  }
  const step = max4(tops) / limit;
  store<f32>(steps, step);
  const k = inverseOf(step);
  p = g;
  for (let t = 0; t < tokens; t++) {
    const factor = v128.load32_splat(factors + ((<usize>t) << 2));
    for (let c: usize = 0; c < row; c += 16) {
      const code = integers(f32x4.mul(f32x4.mul(v128.load(p + c), factor), k));
      v128.store64_lane(out, i16x8.narrow_i32x4_s(code, code), 0);
      out += 8;
    }
    p += bytes;
  }
}

/** Rows of `columns` i16 (a multiple of 4) as pairs of rows, [columns / 4][pairs][4] words: the first operand of `dotTransposed`. */
export function packPairs(x: usize, rows: i32, columns: i32, out: usize): void {
  const row = (<usize>columns) << 1;
  const panel = (<usize>((rows + 1) >> 1)) << 4;
  for (let t = 0; t < rows; t += 2) {
    let to = out;
    for (let c: usize = 0; c < row; c += 8) {
      const r0 = v128.load64_zero(x + c);
      const r1 = t + 1 < rows ? v128.load64_zero(x + row + c) : i16x8.splat(0);
      v128.store(to, v128.shuffle<i16>(r0, r1, 0, 8, 1, 9, 2, 10, 3, 11));
      to += panel;
    }
    x += 2 * row;
    out += 16;
  }
}

/** The largest magnitude from an address to another, a multiple of 16 bytes apart. */
function magnitude(g: usize, end: usize): f32 {
  const positive = i32x4.splat(0x7fffffff);
  let top0 = f32x4.splat(0);
  let top1 = top0;
  for (; g + 32 <= end; g += 32) {
    top0 = f32x4.pmax(top0, v128.and(v128.load(g), positive));
    top1 = f32x4.pmax(top1, v128.and(v128.load(g, 16), positive));
  }
  if (g < end) top0 = f32x4.pmax(top0, v128.and(v128.load(g), positive));
  return max4(f32x4.pmax(top0, top1));
}

/** The largest lane. */
// @ts-ignore: decorator
@inline
function max4(v: v128): f32 {
  return max(
    max(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
    max(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
  );
}

/** 1 / step in all lanes; 0 where all is 0, or so small that it overflows: then the codes are 0. */
// @ts-ignore: decorator
@inline
function inverseOf(step: f32): v128 {
  const inverse: f32 = <f32>1 / step;
  return f32x4.splat(inverse < <f32>Infinity ? inverse : <f32>0);
}
