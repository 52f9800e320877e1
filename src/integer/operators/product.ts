/** Tokens that the kernel multiplies at a time, so that a weight is read once for all of them. */
const LANES = 4;
/** Rows at a time, so that a sample is read once for both. */
const ROWS = 2;

/**
 * The matrix product of every operator: sums[t][o] = bias[t or 0][o] + sum over i of left[t][i] * right[o][i], in 32-bit
 * integers.
 *
 * Where every sum without its bias is proven to fit 16 bits, two tokens share a lane: with p = x_t + 2^16 x_(t+1), the sum over w * p is
 * S_t + 2^16 S_(t+1) modulo 2^32, from which both sums are read back exactly. That halves the multiplications.
 */
export class Product {
  /** [tokens][rows]: the result. */
  readonly sums: Int32Array;
  readonly #tokens: number;
  readonly #rows: number;
  readonly #columns: number;
  /** Tokens per lane. */
  readonly #share: 1 | 2;
  /** Copies of the operands and of the result, filled up with zeros to whole blocks. */
  readonly #left: Int32Array;
  readonly #right: Int32Array;
  readonly #blocks: Int32Array;
  readonly #lanes: number;
  readonly #paddedRows: number;

  readonly #bias: Int32Array;
  /** From one token's bias to the next one's. */
  readonly #biasStep: number;

  /**
   * @param bound largest absolute value of any sum without its bias; below 2^31
   * @param bias [tokens][rows] or [rows]
   */
  constructor(tokens: number, rows: number, columns: number, bound: number, bias = new Int32Array(rows)) {
    this.#bias = bias;
    this.#biasStep = bias.length === rows ? 0 : rows;
    this.#tokens = tokens;
    this.#rows = rows;
    this.#columns = columns;
    this.#share = bound <= 32767 ? 2 : 1;
    this.#lanes = roundUp(Math.ceil(tokens / this.#share), LANES);
    this.#paddedRows = roundUp(rows, ROWS);
    this.sums = new Int32Array(tokens * rows);
    this.#left = new Int32Array(this.#lanes * columns);
    this.#right = new Int32Array(this.#paddedRows * columns);
    this.#blocks = new Int32Array(this.#lanes * this.#paddedRows);
  }

  /** left[t][i] = data[first + t * tokenStep + i]. */
  setLeft(data: ArrayLike<number>, first: number, tokenStep: number): void {
    const columns = this.#columns;
    for (let t = 0; t < this.#tokens; t += this.#share) {
      const from = first + t * tokenStep;
      const to = (t / this.#share) * columns;
      const paired = this.#share === 2 && t + 1 < this.#tokens;
      for (let i = 0; i < columns; i++) {
        const even = data[from + i] as number;
        this.#left[to + i] = paired ? even + ((data[from + tokenStep + i] as number) << 16) : even;
      }
    }
  }

  /** right[o][i] = data[first + o * rowStep + i * columnStep]. */
  setRight(data: ArrayLike<number>, first: number, rowStep: number, columnStep: number): void {
    for (let o = 0; o < this.#rows; o++) {
      for (let i = 0; i < this.#columns; i++) {
        this.#right[o * this.#columns + i] = data[first + o * rowStep + i * columnStep] as number;
      }
    }
  }

  /** Multiplies, and leaves the result in `sums`. */
  run(): void {
    if (this.#tokens === 1) {
      multiplyVector(this.#left, this.#right, this.#bias, this.sums, this.#rows, this.#columns);
      return;
    }
    multiplyBlocks(this.#left, this.#right, this.#blocks, this.#lanes, this.#paddedRows, this.#columns);
    if (this.#share === 2) this.#collectPairs();
    else this.#collect();
  }

  #collect(): void {
    const rows = this.#rows;
    const padded = this.#paddedRows;
    const step = this.#biasStep;
    const { sums } = this;
    const blocks = this.#blocks;
    const bias = this.#bias;
    for (let t = 0; t < this.#tokens; t++) {
      for (let o = 0; o < rows; o++) {
        sums[t * rows + o] = (bias[t * step + o] as number) + (blocks[t * padded + o] as number);
      }
    }
  }

  #collectPairs(): void {
    const rows = this.#rows;
    const padded = this.#paddedRows;
    const step = this.#biasStep;
    const { sums } = this;
    const blocks = this.#blocks;
    const bias = this.#bias;
    for (let t = 0; t < this.#tokens; t += 2) {
      const from = (t / 2) * padded;
      const to = t * rows;
      const paired = t + 1 < this.#tokens;
      for (let o = 0; o < rows; o++) {
        const both = blocks[from + o] as number;
        const even = (both << 16) >> 16;
        sums[to + o] = (bias[t * step + o] as number) + even;
        if (paired) sums[to + rows + o] = (bias[(t + 1) * step + o] as number) + (((both - even) | 0) >> 16);
      }
    }
  }
}

function roundUp(x: number, multiple: number): number {
  return Math.ceil(x / multiple) * multiple;
}

/** Four lanes by two rows: eight sums from six numbers read. */
function multiplyBlocks(
  x: Int32Array,
  w: Int32Array,
  sums: Int32Array,
  lanes: number,
  rows: number,
  columns: number,
): void {
  for (let lane = 0; lane < lanes; lane += LANES) {
    const x0 = lane * columns;
    const x1 = x0 + columns;
    const x2 = x1 + columns;
    const x3 = x2 + columns;
    for (let o = 0; o < rows; o += ROWS) {
      const w0 = o * columns;
      const w1 = w0 + columns;
      let sum00 = 0;
      let sum01 = 0;
      let sum10 = 0;
      let sum11 = 0;
      let sum20 = 0;
      let sum21 = 0;
      let sum30 = 0;
      let sum31 = 0;
      for (let i = 0; i < columns; i++) {
        const p = w[w0 + i] as number;
        const q = w[w1 + i] as number;
        const a = x[x0 + i] as number;
        const b = x[x1 + i] as number;
        const c = x[x2 + i] as number;
        const d = x[x3 + i] as number;
        sum00 = (sum00 + Math.imul(p, a)) | 0;
        sum01 = (sum01 + Math.imul(q, a)) | 0;
        sum10 = (sum10 + Math.imul(p, b)) | 0;
        sum11 = (sum11 + Math.imul(q, b)) | 0;
        sum20 = (sum20 + Math.imul(p, c)) | 0;
        sum21 = (sum21 + Math.imul(q, c)) | 0;
        sum30 = (sum30 + Math.imul(p, d)) | 0;
        sum31 = (sum31 + Math.imul(q, d)) | 0;
      }
      const to = lane * rows + o;
      sums[to] = sum00;
      sums[to + 1] = sum01;
      sums[to + rows] = sum10;
      sums[to + rows + 1] = sum11;
      sums[to + 2 * rows] = sum20;
      sums[to + 2 * rows + 1] = sum21;
      sums[to + 3 * rows] = sum30;
      sums[to + 3 * rows + 1] = sum31;
    }
  }
}

/** One token alone. */
function multiplyVector(
  x: Int32Array,
  w: Int32Array,
  bias: Int32Array,
  sums: Int32Array,
  rows: number,
  columns: number,
): void {
  for (let o = 0; o < rows; o++) {
    let sum = bias[o] as number;
    for (let i = 0; i < columns; i++) sum = (sum + Math.imul(w[o * columns + i] as number, x[i] as number)) | 0;
    sums[o] = sum;
  }
}
