// Fake quantisation, the float mirror of docs/arithmetic.md, and its derivative.
//
// A quantiser is a record of five f32: scale, 1 / scale, zero point, lowest and highest code.

/** y = scale * (clamp(floor(x / scale + 1/2) + zero) - zero) over `count` floats, a multiple of 4. */
export function quantise(x: usize, y: usize, count: i32, q: usize): void {
  const scale = v128.load32_splat(q);
  const inverse = v128.load32_splat(q, 4);
  const zero = v128.load32_splat(q, 8);
  const lo = v128.load32_splat(q, 12);
  const hi = v128.load32_splat(q, 16);
  const half = f32x4.splat(0.5);
  const end = x + ((<usize>count) << 2);
  while (x < end) {
    const rounded = f32x4.floor(f32x4.add(f32x4.mul(v128.load(x), inverse), half));
    const code = f32x4.pmin(f32x4.pmax(f32x4.add(rounded, zero), lo), hi);
    v128.store(y, f32x4.mul(scale, f32x4.sub(code, zero)));
    x += 16;
    y += 16;
  }
}

/**
 * Straight-through derivative with learned step sizes (LSQ, Esser et al. 2020; LSQ+, Bhalgat et al. 2020). `g` holds dL/dy
 * and becomes dL/dx: itself inside the range, 0 where the code was clamped. partial[0] = dL/dscale, partial[1] = dL/dzero.
 */
export function quantiseBackward(x: usize, g: usize, count: i32, q: usize, partial: usize): void {
  const scale = v128.load32_splat(q);
  const inverse = v128.load32_splat(q, 4);
  const zero = v128.load32_splat(q, 8);
  const lo = v128.load32_splat(q, 12);
  const hi = v128.load32_splat(q, 16);
  const half = f32x4.splat(0.5);
  let ds = f32x4.splat(0);
  let dz = f32x4.splat(0);
  const end = x + ((<usize>count) << 2);
  while (x < end) {
    const v = f32x4.mul(v128.load(x), inverse);
    const code = f32x4.add(f32x4.floor(f32x4.add(v, half)), zero);
    const clamped = f32x4.pmin(f32x4.pmax(code, lo), hi);
    const inside = f32x4.eq(code, clamped);
    const gradient = v128.load(g);
    const passed = v128.and(gradient, inside);
    // inside: code - zero - v; outside: the clamped code - zero
    const slope = f32x4.sub(f32x4.sub(clamped, zero), v128.and(v, inside));
    ds = f32x4.add(ds, f32x4.mul(gradient, slope));
    dz = f32x4.add(dz, f32x4.sub(gradient, passed));
    v128.store(g, passed);
    x += 16;
    g += 16;
  }
  store<f32>(partial, sum4(ds));
  store<f32>(partial, -sum4(f32x4.mul(dz, scale)), 4);
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
