/** Sum of squares of `count` floats (a multiple of 4) in f64, in their order. */
export function sumOfSquares(x: usize, count: i32): f64 {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  const end = x + ((<usize>count) << 2);
  for (; x < end; x += 16) {
    const v = v128.load(x);
    const low = f64x2.promote_low_f32x4(v);
    const high = f64x2.promote_low_f32x4(v128.shuffle<i32>(v, v, 2, 3, 2, 3));
    a = f64x2.add(a, f64x2.mul(low, low));
    b = f64x2.add(b, f64x2.mul(high, high));
  }
  const s = f64x2.add(a, b);
  return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
}

/**
 * One step of Adam (Kingma and Ba 2015) over `count` parameters (a multiple of 4). `clip` scales the gradients first; `rate` is the
 * learning rate over the first moment's bias correction, `correction` 1 / sqrt of the second's; `decay` shrinks the parameters
 * (decoupled, Loshchilov and Hutter 2019).
 */
export function adam(
  p: usize,
  g: usize,
  m: usize,
  v: usize,
  count: i32,
  rate: f32,
  correction: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  clip: f32,
  decay: f32,
): void {
  const r = f32x4.splat(rate);
  const k = f32x4.splat(correction);
  const b1 = f32x4.splat(beta1);
  const b2 = f32x4.splat(beta2);
  const c1 = f32x4.splat(1 - beta1);
  const c2 = f32x4.splat(1 - beta2);
  const e = f32x4.splat(epsilon);
  const factor = f32x4.splat(clip);
  const keep = f32x4.splat(1 - decay);
  const end = p + ((<usize>count) << 2);
  while (p < end) {
    const grad = f32x4.mul(v128.load(g), factor);
    const first = f32x4.add(f32x4.mul(b1, v128.load(m)), f32x4.mul(c1, grad));
    const second = f32x4.add(f32x4.mul(b2, v128.load(v)), f32x4.mul(c2, f32x4.mul(grad, grad)));
    v128.store(m, first);
    v128.store(v, second);
    const step = f32x4.div(f32x4.mul(r, first), f32x4.add(f32x4.mul(f32x4.sqrt(second), k), e));
    v128.store(p, f32x4.sub(f32x4.mul(v128.load(p), keep), step));
    p += 16;
    g += 16;
    m += 16;
    v += 16;
  }
}
