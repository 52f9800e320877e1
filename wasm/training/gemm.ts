// Matrix products on small matrices, strict f32 SIMD. The order of every sum is fixed by the shapes alone.
//
// Both kernels hold a tile of 4 rows x 8 columns of C in eight registers and run over k. B is read in panels of eight
// columns: row stride `br`, panel stride `bp` (bytes). A row-major B has br = its row's bytes and bp = 32; a packed B
// ([panel][k][8], `packPanels`) has br = 32 and bp = 32 K, which keeps a panel in consecutive cache lines.
// N is a multiple of 4; a last panel of four columns uses half a tile.

/**
 * C[m][n] = sum over k of A[m][k] B[k][n], plus bias[n] (0: none), plus C itself where `accumulate`.
 * am, cm: row strides of A and C in bytes.
 */
export function gemm(
  a: usize,
  am: usize,
  b: usize,
  br: usize,
  bp: usize,
  c: usize,
  cm: usize,
  M: i32,
  N: i32,
  K: i32,
  bias: usize,
  accumulate: bool,
): void {
  let n = 0;
  for (; n + 8 <= N; n += 8) {
    const panel = b + <usize>(n >> 3) * bp;
    const bias0 = bias != 0 ? v128.load(bias + ((<usize>n) << 2)) : f32x4.splat(0);
    const bias1 = bias != 0 ? v128.load(bias + ((<usize>n) << 2), 16) : f32x4.splat(0);
    let m = 0;
    for (; m + 4 <= M; m += 4) {
      let a0 = a + <usize>m * am;
      let a1 = a0 + am;
      let a2 = a1 + am;
      let a3 = a2 + am;
      let c0 = c + <usize>m * cm + ((<usize>n) << 2);
      const c1 = c0 + cm;
      const c2 = c1 + cm;
      const c3 = c2 + cm;
      let x00 = bias0,
        x01 = bias1,
        x10 = bias0,
        x11 = bias1,
        x20 = bias0,
        x21 = bias1,
        x30 = bias0,
        x31 = bias1;
      if (accumulate) {
        x00 = f32x4.add(x00, v128.load(c0));
        x01 = f32x4.add(x01, v128.load(c0, 16));
        x10 = f32x4.add(x10, v128.load(c1));
        x11 = f32x4.add(x11, v128.load(c1, 16));
        x20 = f32x4.add(x20, v128.load(c2));
        x21 = f32x4.add(x21, v128.load(c2, 16));
        x30 = f32x4.add(x30, v128.load(c3));
        x31 = f32x4.add(x31, v128.load(c3, 16));
      }
      let pb = panel;
      let k = 0;
      for (; k + 2 <= K; k += 2) {
        let b0 = v128.load(pb);
        let b1 = v128.load(pb, 16);
        let s = v128.load32_splat(a0);
        x00 = f32x4.add(x00, f32x4.mul(s, b0));
        x01 = f32x4.add(x01, f32x4.mul(s, b1));
        s = v128.load32_splat(a1);
        x10 = f32x4.add(x10, f32x4.mul(s, b0));
        x11 = f32x4.add(x11, f32x4.mul(s, b1));
        s = v128.load32_splat(a2);
        x20 = f32x4.add(x20, f32x4.mul(s, b0));
        x21 = f32x4.add(x21, f32x4.mul(s, b1));
        s = v128.load32_splat(a3);
        x30 = f32x4.add(x30, f32x4.mul(s, b0));
        x31 = f32x4.add(x31, f32x4.mul(s, b1));
        pb += br;
        b0 = v128.load(pb);
        b1 = v128.load(pb, 16);
        s = v128.load32_splat(a0, 4);
        x00 = f32x4.add(x00, f32x4.mul(s, b0));
        x01 = f32x4.add(x01, f32x4.mul(s, b1));
        s = v128.load32_splat(a1, 4);
        x10 = f32x4.add(x10, f32x4.mul(s, b0));
        x11 = f32x4.add(x11, f32x4.mul(s, b1));
        s = v128.load32_splat(a2, 4);
        x20 = f32x4.add(x20, f32x4.mul(s, b0));
        x21 = f32x4.add(x21, f32x4.mul(s, b1));
        s = v128.load32_splat(a3, 4);
        x30 = f32x4.add(x30, f32x4.mul(s, b0));
        x31 = f32x4.add(x31, f32x4.mul(s, b1));
        pb += br;
        a0 += 8;
        a1 += 8;
        a2 += 8;
        a3 += 8;
      }
      if (k < K) {
        const b0 = v128.load(pb);
        const b1 = v128.load(pb, 16);
        let s = v128.load32_splat(a0);
        x00 = f32x4.add(x00, f32x4.mul(s, b0));
        x01 = f32x4.add(x01, f32x4.mul(s, b1));
        s = v128.load32_splat(a1);
        x10 = f32x4.add(x10, f32x4.mul(s, b0));
        x11 = f32x4.add(x11, f32x4.mul(s, b1));
        s = v128.load32_splat(a2);
        x20 = f32x4.add(x20, f32x4.mul(s, b0));
        x21 = f32x4.add(x21, f32x4.mul(s, b1));
        s = v128.load32_splat(a3);
        x30 = f32x4.add(x30, f32x4.mul(s, b0));
        x31 = f32x4.add(x31, f32x4.mul(s, b1));
      }
      v128.store(c0, x00);
      v128.store(c0, x01, 16);
      v128.store(c1, x10);
      v128.store(c1, x11, 16);
      v128.store(c2, x20);
      v128.store(c2, x21, 16);
      v128.store(c3, x30);
      v128.store(c3, x31, 16);
    }
    for (; m < M; m++) {
      let a0 = a + <usize>m * am;
      const c0 = c + <usize>m * cm + ((<usize>n) << 2);
      let x0 = bias0,
        x1 = bias1;
      if (accumulate) {
        x0 = f32x4.add(x0, v128.load(c0));
        x1 = f32x4.add(x1, v128.load(c0, 16));
      }
      let pb = panel;
      for (let k = 0; k < K; k++) {
        const s = v128.load32_splat(a0);
        x0 = f32x4.add(x0, f32x4.mul(s, v128.load(pb)));
        x1 = f32x4.add(x1, f32x4.mul(s, v128.load(pb, 16)));
        pb += br;
        a0 += 4;
      }
      v128.store(c0, x0);
      v128.store(c0, x1, 16);
    }
  }
  if (n < N) {
    const panel = b + <usize>(n >> 3) * bp;
    const bias0 = bias != 0 ? v128.load(bias + ((<usize>n) << 2)) : f32x4.splat(0);
    let m = 0;
    for (; m + 4 <= M; m += 4) {
      let a0 = a + <usize>m * am;
      let a1 = a0 + am;
      let a2 = a1 + am;
      let a3 = a2 + am;
      const c0 = c + <usize>m * cm + ((<usize>n) << 2);
      const c1 = c0 + cm;
      const c2 = c1 + cm;
      const c3 = c2 + cm;
      let x0 = bias0,
        x1 = bias0,
        x2 = bias0,
        x3 = bias0;
      if (accumulate) {
        x0 = f32x4.add(x0, v128.load(c0));
        x1 = f32x4.add(x1, v128.load(c1));
        x2 = f32x4.add(x2, v128.load(c2));
        x3 = f32x4.add(x3, v128.load(c3));
      }
      let pb = panel;
      for (let k = 0; k < K; k++) {
        const b0 = v128.load(pb);
        x0 = f32x4.add(x0, f32x4.mul(v128.load32_splat(a0), b0));
        x1 = f32x4.add(x1, f32x4.mul(v128.load32_splat(a1), b0));
        x2 = f32x4.add(x2, f32x4.mul(v128.load32_splat(a2), b0));
        x3 = f32x4.add(x3, f32x4.mul(v128.load32_splat(a3), b0));
        pb += br;
        a0 += 4;
        a1 += 4;
        a2 += 4;
        a3 += 4;
      }
      v128.store(c0, x0);
      v128.store(c1, x1);
      v128.store(c2, x2);
      v128.store(c3, x3);
    }
    for (; m < M; m++) {
      let a0 = a + <usize>m * am;
      const c0 = c + <usize>m * cm + ((<usize>n) << 2);
      let x0 = accumulate ? f32x4.add(bias0, v128.load(c0)) : bias0;
      let pb = panel;
      for (let k = 0; k < K; k++) {
        x0 = f32x4.add(x0, f32x4.mul(v128.load32_splat(a0), v128.load(pb)));
        pb += br;
        a0 += 4;
      }
      v128.store(c0, x0);
    }
  }
}

/**
 * C[m][n] = sum over k of A[k][m] B[k][n], plus C itself where `accumulate`: the product with A transposed, for the gradient
 * of weights. ak: bytes between rows of A. Where M is not a multiple of 4, the rest of the rows is done one by one.
 */
export function gemmTransposed(
  a: usize,
  ak: usize,
  b: usize,
  br: usize,
  bp: usize,
  c: usize,
  cm: usize,
  M: i32,
  N: i32,
  K: i32,
  accumulate: bool,
): void {
  const zero = f32x4.splat(0);
  let n = 0;
  for (; n + 8 <= N; n += 8) {
    const panel = b + <usize>(n >> 3) * bp;
    let m = 0;
    for (; m + 4 <= M; m += 4) {
      let pa = a + ((<usize>m) << 2);
      const c0 = c + <usize>m * cm + ((<usize>n) << 2);
      const c1 = c0 + cm;
      const c2 = c1 + cm;
      const c3 = c2 + cm;
      let x00 = zero,
        x01 = zero,
        x10 = zero,
        x11 = zero,
        x20 = zero,
        x21 = zero,
        x30 = zero,
        x31 = zero;
      if (accumulate) {
        x00 = v128.load(c0);
        x01 = v128.load(c0, 16);
        x10 = v128.load(c1);
        x11 = v128.load(c1, 16);
        x20 = v128.load(c2);
        x21 = v128.load(c2, 16);
        x30 = v128.load(c3);
        x31 = v128.load(c3, 16);
      }
      let pb = panel;
      let k = 0;
      for (; k + 2 <= K; k += 2) {
        let b0 = v128.load(pb);
        let b1 = v128.load(pb, 16);
        let s = v128.load32_splat(pa);
        x00 = f32x4.add(x00, f32x4.mul(s, b0));
        x01 = f32x4.add(x01, f32x4.mul(s, b1));
        s = v128.load32_splat(pa, 4);
        x10 = f32x4.add(x10, f32x4.mul(s, b0));
        x11 = f32x4.add(x11, f32x4.mul(s, b1));
        s = v128.load32_splat(pa, 8);
        x20 = f32x4.add(x20, f32x4.mul(s, b0));
        x21 = f32x4.add(x21, f32x4.mul(s, b1));
        s = v128.load32_splat(pa, 12);
        x30 = f32x4.add(x30, f32x4.mul(s, b0));
        x31 = f32x4.add(x31, f32x4.mul(s, b1));
        pa += ak;
        pb += br;
        b0 = v128.load(pb);
        b1 = v128.load(pb, 16);
        s = v128.load32_splat(pa);
        x00 = f32x4.add(x00, f32x4.mul(s, b0));
        x01 = f32x4.add(x01, f32x4.mul(s, b1));
        s = v128.load32_splat(pa, 4);
        x10 = f32x4.add(x10, f32x4.mul(s, b0));
        x11 = f32x4.add(x11, f32x4.mul(s, b1));
        s = v128.load32_splat(pa, 8);
        x20 = f32x4.add(x20, f32x4.mul(s, b0));
        x21 = f32x4.add(x21, f32x4.mul(s, b1));
        s = v128.load32_splat(pa, 12);
        x30 = f32x4.add(x30, f32x4.mul(s, b0));
        x31 = f32x4.add(x31, f32x4.mul(s, b1));
        pa += ak;
        pb += br;
      }
      if (k < K) {
        const b0 = v128.load(pb);
        const b1 = v128.load(pb, 16);
        let s = v128.load32_splat(pa);
        x00 = f32x4.add(x00, f32x4.mul(s, b0));
        x01 = f32x4.add(x01, f32x4.mul(s, b1));
        s = v128.load32_splat(pa, 4);
        x10 = f32x4.add(x10, f32x4.mul(s, b0));
        x11 = f32x4.add(x11, f32x4.mul(s, b1));
        s = v128.load32_splat(pa, 8);
        x20 = f32x4.add(x20, f32x4.mul(s, b0));
        x21 = f32x4.add(x21, f32x4.mul(s, b1));
        s = v128.load32_splat(pa, 12);
        x30 = f32x4.add(x30, f32x4.mul(s, b0));
        x31 = f32x4.add(x31, f32x4.mul(s, b1));
      }
      v128.store(c0, x00);
      v128.store(c0, x01, 16);
      v128.store(c1, x10);
      v128.store(c1, x11, 16);
      v128.store(c2, x20);
      v128.store(c2, x21, 16);
      v128.store(c3, x30);
      v128.store(c3, x31, 16);
    }
    for (; m < M; m++) {
      let pa = a + ((<usize>m) << 2);
      const c0 = c + <usize>m * cm + ((<usize>n) << 2);
      let x0 = accumulate ? v128.load(c0) : zero;
      let x1 = accumulate ? v128.load(c0, 16) : zero;
      let pb = panel;
      for (let k = 0; k < K; k++) {
        const s = v128.load32_splat(pa);
        x0 = f32x4.add(x0, f32x4.mul(s, v128.load(pb)));
        x1 = f32x4.add(x1, f32x4.mul(s, v128.load(pb, 16)));
        pa += ak;
        pb += br;
      }
      v128.store(c0, x0);
      v128.store(c0, x1, 16);
    }
  }
  if (n < N) {
    const panel = b + <usize>(n >> 3) * bp;
    let m = 0;
    for (; m + 4 <= M; m += 4) {
      let pa = a + ((<usize>m) << 2);
      const c0 = c + <usize>m * cm + ((<usize>n) << 2);
      const c1 = c0 + cm;
      const c2 = c1 + cm;
      const c3 = c2 + cm;
      let x0 = accumulate ? v128.load(c0) : zero;
      let x1 = accumulate ? v128.load(c1) : zero;
      let x2 = accumulate ? v128.load(c2) : zero;
      let x3 = accumulate ? v128.load(c3) : zero;
      let pb = panel;
      for (let k = 0; k < K; k++) {
        const b0 = v128.load(pb);
        x0 = f32x4.add(x0, f32x4.mul(v128.load32_splat(pa), b0));
        x1 = f32x4.add(x1, f32x4.mul(v128.load32_splat(pa, 4), b0));
        x2 = f32x4.add(x2, f32x4.mul(v128.load32_splat(pa, 8), b0));
        x3 = f32x4.add(x3, f32x4.mul(v128.load32_splat(pa, 12), b0));
        pa += ak;
        pb += br;
      }
      v128.store(c0, x0);
      v128.store(c1, x1);
      v128.store(c2, x2);
      v128.store(c3, x3);
    }
    for (; m < M; m++) {
      let pa = a + ((<usize>m) << 2);
      const c0 = c + <usize>m * cm + ((<usize>n) << 2);
      let x0 = accumulate ? v128.load(c0) : zero;
      let pb = panel;
      for (let k = 0; k < K; k++) {
        x0 = f32x4.add(x0, f32x4.mul(v128.load32_splat(pa), v128.load(pb)));
        pa += ak;
        pb += br;
      }
      v128.store(c0, x0);
    }
  }
}

/** Packs B [K][N] (element (k, n) at b + k * bk + n * bn bytes) into panels [ceil(N / 8)][K][8], zero-filled behind N. */
export function packPanels(b: usize, bk: usize, bn: usize, out: usize, K: i32, N: i32): void {
  for (let n = 0; n < N; n += 8) {
    const columns = min(8, N - n);
    for (let k = 0; k < K; k++) {
      let source = b + <usize>k * bk + <usize>n * bn;
      for (let j = 0; j < 8; j++) {
        store<f32>(out + ((<usize>j) << 2), j < columns ? load<f32>(source) : 0);
        source += bn;
      }
      out += 32;
    }
  }
}
