// Fake quantisation, the float mirror of docs/arithmetic.md, and its derivative.
//
// A quantiser is a record of five f32: scale, 1 / scale, zero point, lowest and highest code.

/**
 * Codes scale * (clamp(floor(x / scale + 1/2) + zero) - zero) of `count` floats, a multiple of 4: as floats to y, and without
 * the scale as i16 to `codes`; either may be 0.
 */
export function quantise(x: usize, y: usize, codes: usize, count: i32, q: usize): void {
  const scale = v128.load32_splat(q);
  const inverse = v128.load32_splat(q, 4);
  const zero = v128.load32_splat(q, 8);
  const lo = f32x4.sub(v128.load32_splat(q, 12), zero);
  const hi = f32x4.sub(v128.load32_splat(q, 16), zero);
  const half = f32x4.splat(0.5);
  const end = x + ((<usize>count) << 2);
  while (x < end) {
    const rounded = f32x4.floor(f32x4.add(f32x4.mul(v128.load(x), inverse), half));
    const code = f32x4.pmin(f32x4.pmax(rounded, lo), hi);
    if (y != 0) {
      v128.store(y, f32x4.mul(scale, code));
      y += 16;
    }
    if (codes != 0) {
      const integers = i32x4.trunc_sat_f32x4_s(code);
      v128.store64_lane(codes, i16x8.narrow_i32x4_s(integers, integers), 0);
      codes += 8;
    }
    x += 16;
  }
}

/**
 * Straight-through derivative with learned step sizes (LSQ, Esser et al. 2020; LSQ+, Bhalgat et al. 2020). `g` holds dL/dy
 * and becomes dL/dx: itself inside the range, 0 where the code was clamped. partial[0] = dL/dscale, partial[1] = dL/dzero, added
 * to what is there where `accumulate`; partial[2] = the largest magnitude of dL/dx.
 */
export function quantiseBackward(x: usize, g: usize, count: i32, q: usize, partial: usize, accumulate: bool): void {
  const scale = v128.load32_splat(q);
  const inverse = v128.load32_splat(q, 4);
  const zero = v128.load32_splat(q, 8);
  const lo = f32x4.sub(v128.load32_splat(q, 12), zero);
  const hi = f32x4.sub(v128.load32_splat(q, 16), zero);
  const half = f32x4.splat(0.5);
  const positive = i32x4.splat(0x7fffffff);
  let ds = f32x4.splat(0);
  let dz = f32x4.splat(0);
  let top = f32x4.splat(0);
  const end = x + ((<usize>count) << 2);
  while (x < end) {
    const v = f32x4.mul(v128.load(x), inverse);
    const code = f32x4.floor(f32x4.add(v, half));
    const clamped = f32x4.pmin(f32x4.pmax(code, lo), hi);
    const inside = f32x4.eq(code, clamped);
    const gradient = v128.load(g);
    const passed = v128.and(gradient, inside);
    // inside: code - zero - v; outside: the clamped code - zero
    ds = f32x4.add(ds, f32x4.mul(gradient, f32x4.sub(clamped, v128.and(v, inside))));
    dz = f32x4.add(dz, f32x4.sub(gradient, passed));
    top = f32x4.pmax(top, v128.and(passed, positive));
    v128.store(g, passed);
    x += 16;
    g += 16;
  }
  store<f32>(partial, sum4(ds) + (accumulate ? load<f32>(partial) : 0));
  store<f32>(partial, (accumulate ? load<f32>(partial, 4) : 0) - sum4(f32x4.mul(dz, scale)), 4);
  const most = max(
    max(f32x4.extract_lane(top, 0), f32x4.extract_lane(top, 1)),
    max(f32x4.extract_lane(top, 2), f32x4.extract_lane(top, 3)),
  );
  store<f32>(partial, most, 8);
}

/** The lanes added in pairs. (One in each file: asc warns of v128 in exported functions.) */
function sum4(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** Each of `rows` rows of `columns` (a multiple of 4) on its own scale: y = scale[r] * clamp(floor(x / scale[r] + 1/2), +-limit). */
export function quantiseRows(x: usize, y: usize, rows: i32, columns: i32, scales: usize, limit: f32): void {
  const half = f32x4.splat(0.5);
  const hi = f32x4.splat(limit);
  const lo = f32x4.splat(-limit);
  for (let r = 0; r < rows; r++) {
    const s = load<f32>(scales + ((<usize>r) << 2));
    const scale = f32x4.splat(s);
    const inverse = f32x4.splat(1 / s);
    const end = x + ((<usize>columns) << 2);
    while (x < end) {
      const code = f32x4.floor(f32x4.add(f32x4.mul(v128.load(x), inverse), half));
      v128.store(y, f32x4.mul(scale, f32x4.pmin(f32x4.pmax(code, lo), hi)));
      x += 16;
      y += 16;
    }
  }
}

/** As `quantiseBackward`, row by row; ds[r] is written. */
export function quantiseRowsBackward(
  x: usize,
  g: usize,
  rows: i32,
  columns: i32,
  scales: usize,
  limit: f32,
  ds: usize,
): void {
  const half = f32x4.splat(0.5);
  const hi = f32x4.splat(limit);
  const lo = f32x4.splat(-limit);
  for (let r = 0; r < rows; r++) {
    const inverse = f32x4.splat(1 / load<f32>(scales + ((<usize>r) << 2)));
    let sum = f32x4.splat(0);
    const end = x + ((<usize>columns) << 2);
    while (x < end) {
      const v = f32x4.mul(v128.load(x), inverse);
      const code = f32x4.floor(f32x4.add(v, half));
      const clamped = f32x4.pmin(f32x4.pmax(code, lo), hi);
      const inside = f32x4.eq(code, clamped);
      const gradient = v128.load(g);
      sum = f32x4.add(sum, f32x4.mul(gradient, f32x4.sub(clamped, v128.and(v, inside))));
      v128.store(g, v128.and(gradient, inside));
      x += 16;
      g += 16;
    }
    store<f32>(ds + ((<usize>r) << 2), sum4(sum));
  }
}
