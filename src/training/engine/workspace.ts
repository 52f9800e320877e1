import { codeRange, type Graph, type Tensor } from "../../model/index.js";
import { Arena } from "./arena.js";

/** A fixed part of the batch. Sums go shard by shard in a fixed order, so that threads would not change a bit. */
export interface Shard {
  readonly index: number;
  /** First window of the batch that belongs to it, and how many do. */
  readonly first: number;
  readonly windows: number;
}

/** Largest number of shards of a batch. */
const SHARDS = 8;

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
  readonly shards: readonly Shard[];
  readonly tensors = new Map<string, TensorBuffers>();
  readonly slots: ParameterSlot[] = [];
  readonly quantisers: QuantiserTraits[] = [];
  readonly rowScales: RowScales[] = [];
  /** Running statistics of the norms: name -> address, features, not trained by gradient. */
  readonly statistics = new Map<string, { readonly address: number; readonly features: number }>();
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
    const count = Math.min(SHARDS, batch);
    const bounds = Array.from({ length: count + 1 }, (_, index) => Math.floor((index * batch) / count));
    this.shards = bounds
      .slice(1)
      .map((end, index) => ({ index, first: bounds[index] ?? 0, windows: end - (bounds[index] ?? 0) }));
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
        gradient: this.arena.floats(batch * size),
        quantiser:
          tensor.kind === "code" ? this.quantiser(tensor.name, tensor.bits ?? 0, tensor.symmetric, tensor.relu) : -1,
      });
    }
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
    this.partials = arena.floats(floats * this.shards.length);
    const records = this.quantisers.length * QUANTISER_FLOATS;
    this.quantiserRecords = arena.floats(records);
    this.quantiserPartials = arena.floats(records * this.shards.length);
    this.quantiserGradients = arena.floats(records);
    this.lossPartials = arena.floats(4 * this.shards.length);
    this.targets = arena.floats(this.batch * this.buffers(this.graph.output).size);
    this.#scratch = arena.floats(this.#scratchFloats * this.shards.length);
    this.control = arena.floats(CONTROL_WORDS);
    return arena.allocate();
  }

  /** Address of a shard's part of a per-window buffer. */
  at(address: number, floatsPerWindow: number, shard: Shard): number {
    return address + 4 * floatsPerWindow * shard.first;
  }

  partialOf(slot: ParameterSlot, shard: Shard): number {
    return this.partials + 4 * (shard.index * this.#parameterFloats + slot.offset);
  }

  valueOf(slot: ParameterSlot): number {
    return this.parameters + 4 * slot.offset;
  }

  gradientOf(slot: ParameterSlot): number {
    return this.gradients + 4 * slot.offset;
  }

  scratchOf(shard: Shard): number {
    return this.#scratch + 4 * shard.index * this.#scratchFloats;
  }

  quantiserRecord(index: number): number {
    return this.quantiserRecords + 4 * QUANTISER_FLOATS * index;
  }

  quantiserPartial(index: number, shard: Shard): number {
    return this.quantiserPartials + 4 * QUANTISER_FLOATS * (shard.index * this.quantisers.length + index);
  }
}
