import { kernelBytes } from "./kernels.generated.js";

/**
 * The compiled kernels of wasm/training. Every pointer is a byte address in the one memory they are bound to, counts are in floats,
 * strides in bytes; see the sources for shapes.
 */
export interface Kernels {
  gemm(
    a: number,
    am: number,
    b: number,
    br: number,
    bp: number,
    c: number,
    cm: number,
    m: number,
    n: number,
    k: number,
    bias: number,
    accumulate: boolean,
  ): void;
  gemmTransposed(
    a: number,
    ak: number,
    b: number,
    br: number,
    bp: number,
    c: number,
    cm: number,
    m: number,
    n: number,
    k: number,
    accumulate: boolean,
  ): void;
  dot(
    a: number,
    am: number,
    b: number,
    c: number,
    cm: number,
    codes: number,
    m: number,
    n: number,
    k: number,
    factor: number,
    rowFactors: number,
    scales: number,
    bias: number,
    accumulate: boolean,
    quantiser: number,
  ): void;
  dotTransposed(
    a: number,
    b: number,
    bm: number,
    c: number,
    cm: number,
    m: number,
    n: number,
    tokens: number,
    factor: number,
    quantiser: number,
    accumulate: boolean,
    panel: number,
  ): void;
  encodeWeights(
    x: number,
    rows: number,
    columns: number,
    scales: number,
    limit: number,
    codes: number,
    forward: number,
    back: number,
    ratios: number,
    largest: number,
    used: number,
  ): void;
  encodeGradient(
    g: number,
    tokens: number,
    features: number,
    top: number,
    limit: number,
    panels: number,
    rows: number,
    ratios: number,
    largest: number,
    steps: number,
    sums: number,
    accumulate: boolean,
  ): void;
  packPanels(b: number, bk: number, bn: number, out: number, k: number, n: number): void;
  quantise(x: number, y: number, codes: number, count: number, quantiser: number): void;
  quantiseBackward(x: number, g: number, count: number, quantiser: number, partial: number, accumulate: boolean): void;
  quantiseRows(x: number, y: number, rows: number, columns: number, scales: number, limit: number): void;
  quantiseRowsBackward(
    x: number,
    g: number,
    rows: number,
    columns: number,
    scales: number,
    limit: number,
    ds: number,
  ): void;
  fill(x: number, count: number, value: number): void;
  copy(x: number, y: number, count: number): void;
  add(a: number, b: number, y: number, count: number): void;
  repeat(x: number, y: number, count: number, times: number): void;
  sumRows(x: number, y: number, count: number, times: number, accumulate: boolean): void;
  relu(x: number, count: number): void;
  reluBackward(y: number, g: number, count: number): void;
  meanTokens(x: number, y: number, windows: number, n: number, features: number): void;
  meanTokensBackward(dy: number, dx: number, windows: number, n: number, features: number, accumulate: boolean): void;
  lastToken(
    x: number,
    y: number,
    columns: number,
    windows: number,
    n: number,
    features: number,
    count: number,
    stride: number,
  ): void;
  lastTokenBackward(
    dy: number,
    dx: number,
    columns: number,
    windows: number,
    n: number,
    features: number,
    count: number,
    stride: number,
  ): void;
  squaredError(f: number, y: number, g: number, count: number, factor: number, partial: number): void;
  statistics(x: number, mean: number, m2: number, tokens: number, features: number): void;
  combine(
    partials: number,
    counts: number,
    shards: number,
    features: number,
    epsilon: number,
    momentum: number,
    batch: number,
    runningMean: number,
    runningVariance: number,
  ): void;
  foldNorm(batch: number, gamma: number, beta: number, scale: number, offset: number, features: number): void;
  useRunning(runningMean: number, runningVariance: number, batch: number, features: number, epsilon: number): void;
  affine(x: number, y: number, scale: number, offset: number, tokens: number, features: number): void;
  normSums(
    dy: number,
    x: number,
    batch: number,
    dgamma: number,
    dbeta: number,
    tokens: number,
    features: number,
    accumulate: boolean,
  ): void;
  normBackward(
    g: number,
    x: number,
    batch: number,
    scale: number,
    dgamma: number,
    dbeta: number,
    tokens: number,
    features: number,
    total: number,
  ): void;
  scaleFeatures(g: number, scale: number, tokens: number, features: number): void;
  attention(
    q: number,
    k: number,
    v: number,
    out: number,
    probabilities: number,
    raw: number,
    windows: number,
    n: number,
    ld: number,
    heads: number,
    dh: number,
    factor: number,
    quantiser: number,
    table: number,
    scratch: number,
  ): void;
  attentionBackward(
    q: number,
    k: number,
    v: number,
    dout: number,
    dq: number,
    dk: number,
    dv: number,
    probabilities: number,
    raw: number,
    windows: number,
    n: number,
    ld: number,
    heads: number,
    dh: number,
    factor: number,
    quantiser: number,
    partial: number,
    accumulate: number,
    scratch: number,
  ): void;
  attentionCodes(
    q: number,
    k: number,
    v: number,
    out: number,
    codes: number,
    exponents: number,
    shares: number,
    raw: number,
    windows: number,
    n: number,
    ld: number,
    heads: number,
    dh: number,
    factor: number,
    qq: number,
    kq: number,
    vq: number,
    sq: number,
    oq: number,
    table: number,
    scratch: number,
  ): void;
  attentionCodesBackward(
    q: number,
    k: number,
    v: number,
    dout: number,
    dq: number,
    dk: number,
    dv: number,
    exponents: number,
    shares: number,
    raw: number,
    windows: number,
    n: number,
    ld: number,
    heads: number,
    dh: number,
    factor: number,
    qq: number,
    kq: number,
    vq: number,
    sq: number,
    partial: number,
    accumulate: number,
    limit: number,
    scratch: number,
  ): void;
  /** Runs all shards of a stage (engine/tape.ts); with `threads` above 1, together with helpers at the same control block. */
  runStage(control: number, stage: number, shards: number, threads: number): void;
  /** A helper's life; returns when the control block says stop. */
  help(control: number): void;
  sumOfSquares(x: number, count: number): number;
  adam(
    p: number,
    g: number,
    m: number,
    v: number,
    count: number,
    rate: number,
    correction: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    clip: number,
    decay: number,
  ): void;
}

let compiled: WebAssembly.Module | undefined;

/** The compiled module of the kernels. */
export function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(kernelBytes), (character) => character.charCodeAt(0)));
  return compiled;
}

/** Binds the kernels to a (shared) memory. */
export function bindKernels(memory: WebAssembly.Memory): Kernels {
  const { exports } = new WebAssembly.Instance(kernelModule(), { env: { memory } });
  return exports as unknown as Kernels;
}
