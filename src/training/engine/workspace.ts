import { codeRange, type Graph, type Operator, type Tensor } from "../../model/index.js";
import { Arena } from "./arena.js";

/**
 * Some consecutive windows of the batch, few enough that their tensors stay in the cache. The blocks of a shard run one after the other,
 * on one thread, and share partial sums; shards are independent. Both are fixed by graph and batch alone and sums go in their order,
 * so that threads do not change a bit.
 */
export interface Block {
  readonly index: number;
  readonly shard: number;
  /** First window of the batch that belongs to it, and how many do. */
  readonly first: number;
  readonly windows: number;
  /** Whether an earlier block of the shard has left partial sums, to which this one's are added. */
  readonly adds: boolean;
}

/** Largest number of shards of a batch. */
const SHARDS = 8;
/** Bytes of the largest tensor of a block, about. */
const BLOCK_BYTES = 2 ** 17;

/** Rounded up to a multiple of 4: every row of a buffer fills whole SIMD registers, its tail is 0 and stays 0. */
export const pad4 = (count: number): number => (count + 3) & ~3;

/** Where a tensor of the graph lives: [batch][tokens][stride] floats each. */
export interface TensorBuffers {
  readonly tensor: Tensor;
  /** Floats of a row: features, padded. */
  readonly stride: number;
  /** Floats of a window. */
  readonly size: number;
  /** What readers of the tensor see. */
  readonly value: number;
  /** The value before its fake quantisation (code tensors only, else the value itself). */
  readonly raw: number;
  readonly gradient: number;
  /** Index of its quantiser; -1 for accumulators. */
  readonly quantiser: number;
}

/** A trainable parameter inside the block of parameters: `rows` rows of `stride` floats. */
export interface ParameterSlot {
  readonly name: string;
  /** Floats from the start of the block. */
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
  /** Place of column c in a row. */
  readonly place: (column: number) => number;
  /** A matrix (a weight that is quantised), not a bias or a norm's parameter. */
  readonly matrix: boolean;
}

/** A quantiser's fixed traits; `name` is a tensor's, or an attention operator's for its scores. */
export interface QuantiserTraits {
  readonly name: string;
  readonly lo: number;
  readonly hi: number;
  readonly symmetric: boolean;
  readonly relu: boolean;
}

/** Words the threads share, on six cache lines (wasm/training/tape.ts). */
const CONTROL_WORDS = 96;

/** Floats of one quantiser's record: scale, 1 / scale, zero point, lo, hi, and padding. */
export const QUANTISER_FLOATS = 8;

/** Per linear operator: scales of its weight's rows. */
export interface RowScales {
  readonly weight: string;
  readonly rows: number;
  readonly limit: number;
  /** [rows, padded] floats each. */
  readonly scales: number;
  readonly gradients: number;
}

/**
 * All buffers of a graph at a batch size, reserved while the operators are planned. After `close` the addresses of the
 * blocks that grew meanwhile are known and the memory exists.
 */
export class Workspace {
  readonly arena = new Arena();
  readonly shards: number;
  readonly blocks: readonly Block[];
  readonly tensors = new Map<string, TensorBuffers>();
  readonly slots: ParameterSlot[] = [];
  readonly quantisers: QuantiserTraits[] = [];
  readonly rowScales: RowScales[] = [];
  /** Running statistics of the norms: name -> address, features, not trained by gradient. */
  readonly statistics = new Map<string, { readonly address: number; readonly features: number }>();
  readonly #codes = new Map<string, number>();
  readonly #floats = new Set<string>();
  #parameterFloats = 0;
  #scratchFloats = 0;
  /** Addresses set by `close`. */
  parameters = 0;
  gradients = 0;
  firstMoments = 0;
  secondMoments = 0;
  partials = 0;
  quantiserRecords = 0;
  quantiserPartials = 0;
  quantiserGradients = 0;
  lossPartials = 0;
  targets = 0;
  control = 0;
  #scratch = 0;

  constructor(
    readonly graph: Graph,
    readonly batch: number,
    /** Whether the derivative for the window is wanted too (tests of single operators). */
    readonly inputGradient: boolean,
  ) {
    this.shards = Math.min(SHARDS, batch);
    this.blocks = divide(graph, batch, this.shards);
    const gradients = this.#gradients();
    for (const tensor of graph.tensors.values()) {
      const stride = pad4(tensor.features);
      const size = tensor.tokens * stride;
      const value = this.arena.floats(batch * size);
      this.tensors.set(tensor.name, {
        tensor,
        stride,
        size,
        value,
        raw: tensor.kind === "code" ? this.arena.floats(batch * size) : value,
        gradient: gradients(tensor.name),
        quantiser:
          tensor.kind === "code" ? this.quantiser(tensor.name, tensor.bits ?? 0, tensor.symmetric, tensor.relu) : -1,
      });
    }
  }

  /**
   * Where gradients live: that of an accumulator which only a residual reads is the residual's own, so that nothing is copied; nobody
   * writes to it any more.
   */
  #gradients(): (name: string) => number {
    const { operators, tensors } = this.graph;
    const reads = operators.flatMap((operator) => inputsOf(operator));
    const shared = new Map<string, string>();
    for (const operator of operators) {
      if (operator.kind !== "residual") continue;
      for (const name of operator.addends) {
        const once = reads.filter((read) => read === name).length === 1;
        if (once && tensors.get(name)?.kind === "accumulator") shared.set(name, operator.output);
      }
    }
    const addresses = new Map<string, number>();
    const addressOf = (name: string): number => {
      const other = shared.get(name);
      if (other !== undefined) return addressOf(other);
      const { tokens = 0, features = 0 } = tensors.get(name) ?? {};
      const address = addresses.get(name) ?? this.arena.floats(this.batch * tokens * pad4(features));
      addresses.set(name, address);
      return address;
    };
    return addressOf;
  }

  /** Windows of the largest block. */
  get blockWindows(): number {
    return Math.max(...this.blocks.map(({ windows }) => windows));
  }

  /** Reserves a tensor's codes as i16, minus the zero point, [batch][tokens][stride], for a reader of those. */
  wantCodes(name: string): number {
    const { size } = this.buffers(name);
    const address = this.#codes.get(name) ?? this.arena.floats((this.batch * size) / 2);
    this.#codes.set(name, address);
    return address;
  }

  /** Says that the tensor's fake-quantised values are read as floats. */
  wantValues(name: string): void {
    this.#floats.add(name);
  }

  /** Where a code tensor's readers expect it when quantised: addresses, or 0 where nobody reads it so. */
  readers({ tensor, value }: TensorBuffers): { values: number; codes: number } {
    const values = this.#floats.has(tensor.name) || tensor.name === this.graph.output ? value : 0;
    return { values, codes: this.#codes.get(tensor.name) ?? 0 };
  }

  buffers(name: string): TensorBuffers {
    const found = this.tensors.get(name);
    if (!found) throw new Error(`workspace has no tensor "${name}"`);
    return found;
  }

  /** Whether a derivative flows into the tensor. */
  wantsGradient(name: string): boolean {
    return this.inputGradient || name !== this.graph.input;
  }

  parameter(
    name: string,
    rows: number,
    columns: number,
    options: { stride?: number; place?: (column: number) => number; matrix?: boolean } = {},
  ): ParameterSlot {
    const stride = options.stride ?? pad4(columns);
    const slot = {
      name,
      offset: this.#parameterFloats,
      rows,
      columns,
      stride,
      place: options.place ?? ((column: number) => column),
      matrix: options.matrix ?? false,
    };
    this.#parameterFloats += (options.matrix === true ? pad4(rows) : rows) * stride;
    this.slots.push(slot);
    return slot;
  }

  quantiser(name: string, bits: number, symmetric: boolean, relu: boolean): number {
    this.quantisers.push({ name, ...codeRange(bits, symmetric), symmetric, relu });
    return this.quantisers.length - 1;
  }

  /** A scratch buffer, one per shard, that operators share because they do not run at the same time within a shard. */
  reserveScratch(floats: number): void {
    this.#scratchFloats = Math.max(this.#scratchFloats, pad4(floats));
  }

  /** Floats of the block of parameters (a multiple of 4). */
  get parameterFloats(): number {
    return this.#parameterFloats;
  }

  close(): WebAssembly.Memory {
    const { arena } = this;
    const floats = Math.max(this.#parameterFloats, 4);
    this.parameters = arena.floats(floats);
    this.gradients = arena.floats(floats);
    this.firstMoments = arena.floats(floats);
    this.secondMoments = arena.floats(floats);
    this.partials = arena.floats(floats * this.shards);
    const records = this.quantisers.length * QUANTISER_FLOATS;
    this.quantiserRecords = arena.floats(records);
    this.quantiserPartials = arena.floats(records * this.shards);
    this.quantiserGradients = arena.floats(records);
    this.lossPartials = arena.floats(4 * this.blocks.length);
    this.targets = arena.floats(this.batch * this.buffers(this.graph.output).size);
    this.#scratch = arena.floats(this.#scratchFloats * this.shards);
    this.control = arena.floats(CONTROL_WORDS);
    return arena.allocate();
  }

  /** Address of a block's part of a per-window buffer. */
  at(address: number, floatsPerWindow: number, block: Block): number {
    return address + 4 * floatsPerWindow * block.first;
  }

  /** The same in a buffer of i16. */
  atCodes(address: number, codesPerWindow: number, block: Block): number {
    return address + 2 * codesPerWindow * block.first;
  }

  partialOf(slot: ParameterSlot, { shard }: Block): number {
    return this.partials + 4 * (shard * this.#parameterFloats + slot.offset);
  }

  valueOf(slot: ParameterSlot): number {
    return this.parameters + 4 * slot.offset;
  }

  gradientOf(slot: ParameterSlot): number {
    return this.gradients + 4 * slot.offset;
  }

  scratchOf({ shard }: Block): number {
    return this.#scratch + 4 * shard * this.#scratchFloats;
  }

  quantiserRecord(index: number): number {
    return this.quantiserRecords + 4 * QUANTISER_FLOATS * index;
  }

  quantiserPartial(index: number, { shard }: Block): number {
    return this.quantiserPartials + 4 * QUANTISER_FLOATS * (shard * this.quantisers.length + index);
  }
}

function inputsOf(operator: Operator): readonly string[] {
  switch (operator.kind) {
    case "residual":
      return operator.addends;
    case "attention":
      return [operator.query, operator.key, operator.value];
    default:
      return [operator.input];
  }
}

function divide(graph: Graph, batch: number, shards: number): Block[] {
  const largest = Math.max(...[...graph.tensors.values()].map(({ tokens, features }) => 4 * tokens * pad4(features)));
  const most = Math.max(1, Math.floor(BLOCK_BYTES / largest));
  const blocks: Block[] = [];
  for (let shard = 0; shard < shards; shard++) {
    const start = Math.floor((shard * batch) / shards);
    const windows = Math.floor(((shard + 1) * batch) / shards) - start;
    const count = Math.ceil(windows / most);
    for (let part = 0; part < count; part++) {
      const first = start + Math.floor((part * windows) / count);
      const end = start + Math.floor(((part + 1) * windows) / count);
      blocks.push({ index: blocks.length, shard, first, windows: end - first, adds: part > 0 });
    }
  }
  return blocks;
}
