import type { Kernels } from "../kernels.js";

/**
 * The kernels a tape may call, in the order of their numbers (wasm/training/tape.ts), with a letter for each argument's word: i(nteger
 * or boolean) or f(loat).
 */
const signatures = {
  gemm: "iiiiiiiiiiii",
  gemmTransposed: "iiiiiiiiiii",
  quantise: "iiiii",
  quantiseBackward: "iiiiii",
  fill: "iif",
  copy: "iii",
  add: "iiii",
  repeat: "iiii",
  sumRows: "iiiii",
  relu: "ii",
  reluBackward: "iii",
  meanTokens: "iiiii",
  meanTokensBackward: "iiiiii",
  lastToken: "iiiiiiii",
  lastTokenBackward: "iiiiiiii",
  squaredError: "iiiifi",
  statistics: "iiiii",
  affine: "iiiiii",
  normSums: "iiiiiiii",
  normBackward: "iiiiiiiii",
  scaleFeatures: "iiii",
  attention: "iiiiiiiiiiifiii",
  attentionBackward: "iiiiiiiiiiiiiifiiii",
  dot: "iiiiiiiiiiiiiii",
  dotTransposed: "iiiiiiiiiiii",
  encodeGradient: "iiiifiiiiiii",
  attentionCodes: "iiiiiiiiiiiiifiiiiiii",
  attentionCodesBackward: "iiiiiiiiiiiiiiifiiiiiifi",
} as const satisfies Partial<Record<keyof Kernels, string>>;

type TapeKernel = keyof typeof signatures;
/** The kernels as a recorder sees them: a call is written down, not done. */
export type TapeKernels = Pick<Kernels, TapeKernel>;

interface Call {
  readonly kernel: number;
  readonly signature: string;
  readonly values: readonly number[];
}

/** Calls of kernels with fixed arguments, written down to be repeated from the memory the kernels work in. */
export class Tape {
  readonly #calls: Call[] = [];
  readonly kernels: TapeKernels;

  constructor() {
    const record = (kernel: number, name: TapeKernel) => {
      const signature = signatures[name];
      return (...values: (number | boolean)[]): void => {
        if (values.length !== signature.length) throw new Error(`${name} has ${signature.length} arguments`);
        this.#calls.push({ kernel, signature, values: values.map(Number) });
      };
    };
    const names = Object.keys(signatures) as TapeKernel[];
    this.kernels = Object.fromEntries(
      names.map((name, index) => [name, record(index, name)]),
    ) as unknown as TapeKernels;
  }

  /** Appends the calls of others. */
  append(...others: readonly Tape[]): this {
    for (const other of others) this.#calls.push(...other.#calls);
    return this;
  }

  get bytes(): number {
    return this.#calls.reduce((sum, { values }) => sum + 4 * (1 + values.length), 0);
  }

  /** Writes it to an address; returns the address behind it. */
  write(memory: DataView, address: number): number {
    let at = address;
    for (const { kernel, signature, values } of this.#calls) {
      memory.setInt32(at, kernel, true);
      at += 4;
      for (const [index, value] of values.entries()) {
        if (signature[index] === "f") memory.setFloat32(at, value, true);
        else memory.setInt32(at, value, true);
        at += 4;
      }
    }
    return at;
  }
}

const PAGE = 65536;
/** Bytes that are kept together: a table's entry holds a tape's first and last address. */
const ENTRY = 8;

/** Appends stages to a memory, which grows for them: shared memory keeps its place, and every view of it. */
export class TapeWriter {
  #next = 0;
  #end = 0;

  constructor(readonly memory: WebAssembly.Memory) {}

  /** Writes a stage, one tape a shard; returns the address of its table. */
  write(tapes: readonly Tape[]): number {
    const bytes = tapes.reduce((sum, tape) => sum + tape.bytes + ENTRY, 0);
    if (this.#next + bytes > this.#end) {
      const pages = Math.ceil(bytes / PAGE);
      this.#next = PAGE * this.memory.grow(pages);
      this.#end = this.#next + PAGE * pages;
    }
    const table = this.#next;
    const view = new DataView(this.memory.buffer);
    let at = table + ENTRY * tapes.length;
    for (const [index, tape] of tapes.entries()) {
      view.setUint32(table + ENTRY * index, at, true);
      at = tape.write(view, at);
      view.setUint32(table + ENTRY * index + 4, at, true);
    }
    this.#next = at;
    return table;
  }
}
