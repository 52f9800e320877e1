// Passes over whole buffers; every count is a multiple of 4 floats.

/** The lanes added in pairs. (One in each file: asc warns of v128 in exported functions.) */
function sum4(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

export function fill(x: usize, count: i32, value: f32): void {
  const v = f32x4.splat(value);
  const end = x + ((<usize>count) << 2);
  for (; x < end; x += 16) v128.store(x, v);
}

export function copy(x: usize, y: usize, count: i32): void {
  memory.copy(y, x, (<usize>count) << 2);
}

/** y = a + b */
export function add(a: usize, b: usize, y: usize, count: i32): void {
  const end = a + ((<usize>count) << 2);
  while (a < end) {
    v128.store(y, f32x4.add(v128.load(a), v128.load(b)));
    a += 16;
    b += 16;
    y += 16;
  }
}

/** Writes the same `count` floats `times` times, one behind the other. */
export function repeat(x: usize, y: usize, count: i32, times: i32): void {
  const bytes = (<usize>count) << 2;
  for (let i = 0; i < times; i++) {
    memory.copy(y, x, bytes);
    y += bytes;
  }
}

/** y[count] = sum of `times` consecutive rows of `count` floats, in their order; behind y itself where `accumulate`. */
export function sumRows(x: usize, y: usize, count: i32, times: i32, accumulate: bool): void {
  const bytes = (<usize>count) << 2;
  let column = 0;
  for (; column + 16 <= count; column += 16) {
    let p = x + ((<usize>column) << 2);
    const out = y + ((<usize>column) << 2);
    let s0 = accumulate ? v128.load(out) : f32x4.splat(0);
    let s1 = accumulate ? v128.load(out, 16) : f32x4.splat(0);
    let s2 = accumulate ? v128.load(out, 32) : f32x4.splat(0);
    let s3 = accumulate ? v128.load(out, 48) : f32x4.splat(0);
    for (let i = 0; i < times; i++) {
      s0 = f32x4.add(s0, v128.load(p));
      s1 = f32x4.add(s1, v128.load(p, 16));
      s2 = f32x4.add(s2, v128.load(p, 32));
      s3 = f32x4.add(s3, v128.load(p, 48));
      p += bytes;
    }
    v128.store(out, s0);
    v128.store(out, s1, 16);
    v128.store(out, s2, 32);
    v128.store(out, s3, 48);
  }
  for (; column < count; column += 4) {
    let p = x + ((<usize>column) << 2);
    const out = y + ((<usize>column) << 2);
    let s = accumulate ? v128.load(out) : f32x4.splat(0);
    for (let i = 0; i < times; i++) {
      s = f32x4.add(s, v128.load(p));
      p += bytes;
    }
    v128.store(out, s);
  }
}

/** x = max(x, 0) */
export function relu(x: usize, count: i32): void {
  const zero = f32x4.splat(0);
  const end = x + ((<usize>count) << 2);
  for (; x < end; x += 16) v128.store(x, f32x4.pmax(v128.load(x), zero));
}

/** g = 0 where the output y of the ReLU is 0 */
export function reluBackward(y: usize, g: usize, count: i32): void {
  const zero = f32x4.splat(0);
  const end = y + ((<usize>count) << 2);
  while (y < end) {
    v128.store(g, v128.and(v128.load(g), f32x4.gt(v128.load(y), zero)));
    y += 16;
    g += 16;
  }
}

/** Mean over the n tokens of each window: y [windows][features]. */
export function meanTokens(x: usize, y: usize, windows: i32, n: i32, features: i32): void {
  const share = f32x4.splat(1 / <f32>n);
  const row = (<usize>features) << 2;
  for (let w = 0; w < windows; w++) {
    for (let c: usize = 0; c < row; c += 16) {
      let p = x + c;
      let sum = f32x4.splat(0);
      for (let t = 0; t < n; t++) {
        sum = f32x4.add(sum, v128.load(p));
        p += row;
      }
      v128.store(y + c, f32x4.mul(sum, share));
    }
    x += row * <usize>n;
    y += row;
  }
}

/** The derivative of `meanTokens`: dx = dy / n for each token, added to dx where `accumulate`. */
export function meanTokensBackward(dy: usize, dx: usize, windows: i32, n: i32, features: i32, accumulate: bool): void {
  const share = f32x4.splat(1 / <f32>n);
  const row = (<usize>features) << 2;
  for (let w = 0; w < windows; w++) {
    for (let c: usize = 0; c < row; c += 16) {
      const g = f32x4.mul(v128.load(dy + c), share);
      let p = dx + c;
      for (let t = 0; t < n; t++) {
        v128.store(p, accumulate ? f32x4.add(g, v128.load(p)) : g);
        p += row;
      }
    }
    dx += row * <usize>n;
    dy += row;
  }
}

/** y[w][i] = x[w][n - 1][columns[i]] for i < count; rows of x have `features` floats, rows of y `stride`. */
export function lastToken(
  x: usize,
  y: usize,
  columns: usize,
  windows: i32,
  n: i32,
  features: i32,
  count: i32,
  stride: i32,
): void {
  const window = (<usize>(n * features)) << 2;
  let p = x + window - ((<usize>features) << 2);
  for (let w = 0; w < windows; w++) {
    for (let i = 0; i < count; i++) {
      store<f32>(y + ((<usize>i) << 2), load<f32>(p + ((<usize>load<i32>(columns + ((<usize>i) << 2))) << 2)));
    }
    p += window;
    y += (<usize>stride) << 2;
  }
}

/** The derivative of `lastToken`, added to dx. */
export function lastTokenBackward(
  dy: usize,
  dx: usize,
  columns: usize,
  windows: i32,
  n: i32,
  features: i32,
  count: i32,
  stride: i32,
): void {
  const window = (<usize>(n * features)) << 2;
  let p = dx + window - ((<usize>features) << 2);
  for (let w = 0; w < windows; w++) {
    for (let i = 0; i < count; i++) {
      const at = p + ((<usize>load<i32>(columns + ((<usize>i) << 2))) << 2);
      store<f32>(at, load<f32>(at) + load<f32>(dy + ((<usize>i) << 2)));
    }
    p += window;
    dy += (<usize>stride) << 2;
  }
}

/** Squared error: partial[0] = sum (f - y)^2; g = factor (f - y). */
export function squaredError(f: usize, y: usize, g: usize, count: i32, factor: f32, partial: usize): void {
  const k = f32x4.splat(factor);
  let sum = f32x4.splat(0);
  const end = f + ((<usize>count) << 2);
  while (f < end) {
    const e = f32x4.sub(v128.load(f), v128.load(y));
    sum = f32x4.add(sum, f32x4.mul(e, e));
    v128.store(g, f32x4.mul(k, e));
    f += 16;
    y += 16;
    g += 16;
  }
  store<f32>(partial, sum4(sum));
}
