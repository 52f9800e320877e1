// Batch normalisation over tokens x features (features a multiple of 4, token by token).

/** Per feature the mean of `tokens` rows and the sum of squared differences from it. */
export function statistics(x: usize, mean: usize, m2: usize, tokens: i32, features: i32): void {
  const row = (<usize>features) << 2;
  const share = f32x4.splat(1 / <f32>tokens);
  for (let c: usize = 0; c < row; c += 16) {
    let sum = f32x4.splat(0);
    let p = x + c;
    for (let t = 0; t < tokens; t++) {
      sum = f32x4.add(sum, v128.load(p));
      p += row;
    }
    const centre = f32x4.mul(sum, share);
    let squares = f32x4.splat(0);
    p = x + c;
    for (let t = 0; t < tokens; t++) {
      const e = f32x4.sub(v128.load(p), centre);
      squares = f32x4.add(squares, f32x4.mul(e, e));
      p += row;
    }
    v128.store(mean + c, centre);
    v128.store(m2 + c, squares);
  }
}

/**
 * Joins the statistics of the shards (Chan et al. 1979, in f64, in the shards' order), moves the running statistics, and leaves
 * mean and 1 / sqrt(var + epsilon) in `batch` [2][features]. `partials`: per shard [2][features]; tokens of shard s: counts[s].
 */
export function combine(
  partials: usize,
  counts: usize,
  shards: i32,
  features: i32,
  epsilon: f64,
  momentum: f64,
  batch: usize,
  runningMean: usize,
  runningVariance: usize,
): void {
  const row = (<usize>features) << 2;
  for (let c: usize = 0; c < row; c += 4) {
    let n: f64 = 0;
    let mean: f64 = 0;
    let m2: f64 = 0;
    for (let s = 0; s < shards; s++) {
      const k = <f64>load<i32>(counts + ((<usize>s) << 2));
      const at = partials + 2 * row * <usize>s + c;
      const delta = <f64>load<f32>(at) - mean;
      const total = n + k;
      mean += (delta * k) / total;
      m2 += <f64>load<f32>(at + row) + (delta * delta * n * k) / total;
      n = total;
    }
    store<f32>(batch + c, <f32>mean);
    store<f32>(batch + row + c, <f32>(1 / sqrt(m2 / n + epsilon)));
    const unbiased = n > 1 ? m2 / (n - 1) : m2;
    store<f32>(runningMean + c, <f32>((1 - momentum) * <f64>load<f32>(runningMean + c) + momentum * mean));
    store<f32>(runningVariance + c, <f32>((1 - momentum) * <f64>load<f32>(runningVariance + c) + momentum * unbiased));
  }
}

/** scale = gamma * istd, offset = beta - mean * scale. */
export function foldNorm(batch: usize, gamma: usize, beta: usize, scale: usize, offset: usize, features: i32): void {
  const row = (<usize>features) << 2;
  for (let c: usize = 0; c < row; c += 16) {
    const k = f32x4.mul(v128.load(gamma + c), v128.load(batch + row + c));
    v128.store(scale + c, k);
    v128.store(offset + c, f32x4.sub(v128.load(beta + c), f32x4.mul(v128.load(batch + c), k)));
  }
}

/** batch = running mean and 1 / sqrt(running variance + epsilon): the statistics of evaluation. */
export function useRunning(
  runningMean: usize,
  runningVariance: usize,
  batch: usize,
  features: i32,
  epsilon: f64,
): void {
  const row = (<usize>features) << 2;
  for (let c: usize = 0; c < row; c += 4) {
    store<f32>(batch + c, load<f32>(runningMean + c));
    store<f32>(batch + row + c, <f32>(1 / sqrt(<f64>load<f32>(runningVariance + c) + epsilon)));
  }
}

/** y = x * scale + offset, per feature. */
export function affine(x: usize, y: usize, scale: usize, offset: usize, tokens: i32, features: i32): void {
  const row = (<usize>features) << 2;
  for (let t = 0; t < tokens; t++) {
    for (let c: usize = 0; c < row; c += 16) {
      v128.store(y + c, f32x4.add(f32x4.mul(v128.load(x + c), v128.load(scale + c)), v128.load(offset + c)));
    }
    x += row;
    y += row;
  }
}

/** dbeta = sum of dy, dgamma = sum of dy * xhat, per feature; added to what is there where `accumulate`. */
export function normSums(
  dy: usize,
  x: usize,
  batch: usize,
  dgamma: usize,
  dbeta: usize,
  tokens: i32,
  features: i32,
  accumulate: bool,
): void {
  const row = (<usize>features) << 2;
  for (let c: usize = 0; c < row; c += 16) {
    const mean = v128.load(batch + c);
    let sum = f32x4.splat(0);
    let product = f32x4.splat(0);
    let p = x + c;
    let g = dy + c;
    for (let t = 0; t < tokens; t++) {
      const d = v128.load(g);
      sum = f32x4.add(sum, d);
      product = f32x4.add(product, f32x4.mul(d, f32x4.sub(v128.load(p), mean)));
      p += row;
      g += row;
    }
    product = f32x4.mul(product, v128.load(batch + row + c));
    v128.store(dbeta + c, accumulate ? f32x4.add(v128.load(dbeta + c), sum) : sum);
    v128.store(dgamma + c, accumulate ? f32x4.add(v128.load(dgamma + c), product) : product);
  }
}

/**
 * dx = scale * (dy - dbeta / N - xhat * dgamma / N), in place of dy: the derivative through the batch statistics.
 * dgamma and dbeta are the sums over the whole batch of N tokens.
 */
export function normBackward(
  g: usize,
  x: usize,
  batch: usize,
  scale: usize,
  dgamma: usize,
  dbeta: usize,
  tokens: i32,
  features: i32,
  total: i32,
): void {
  const row = (<usize>features) << 2;
  const share = f32x4.splat(1 / <f32>total);
  for (let c: usize = 0; c < row; c += 16) {
    const mean = v128.load(batch + c);
    const k = v128.load(scale + c);
    const a = f32x4.mul(v128.load(dbeta + c), share);
    const b = f32x4.mul(f32x4.mul(v128.load(dgamma + c), share), v128.load(batch + row + c));
    let p = x + c;
    let d = g + c;
    for (let t = 0; t < tokens; t++) {
      const centred = f32x4.sub(v128.load(p), mean);
      v128.store(d, f32x4.mul(k, f32x4.sub(f32x4.sub(v128.load(d), a), f32x4.mul(centred, b))));
      p += row;
      d += row;
    }
  }
}

/** g = g * scale, per feature: the derivative with fixed statistics. */
export function scaleFeatures(g: usize, scale: usize, tokens: i32, features: i32): void {
  const row = (<usize>features) << 2;
  for (let t = 0; t < tokens; t++) {
    for (let c: usize = 0; c < row; c += 16) v128.store(g + c, f32x4.mul(v128.load(g + c), v128.load(scale + c)));
    g += row;
  }
}
