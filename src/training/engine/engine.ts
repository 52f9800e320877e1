import type { Graph, Parameter, Parameters } from "../../model/index.js";
import { outputs, parameterShapes } from "../../model/index.js";
import { bindKernels, type Kernels, kernelModule } from "../kernels.js";
import { type PlannedOperator, planOperator } from "../operators/index.js";
import type { EndHelper, Threads } from "../threads.js";
import { Builder, finish, type Mode, type Program } from "./program.js";
import { TapeWriter } from "./tape.js";
import { type ParameterSlot, QUANTISER_FLOATS, type QuantiserTraits, type RowScales, Workspace } from "./workspace.js";

export interface EngineOptions {
  /** Also the derivative for the window, which training does not need. */
  readonly inputGradient?: boolean;
  /** Threads that share the work; default: the calling one alone. `close` ends them. */
  readonly threads?: Threads | undefined;
}

/** Words of the threads' control block, and the ticket between stages (wasm/training/tape.ts). */
const TICKET = 0;
const STOP = 80;
const CLOSED = 255;

/** The engine's trainable state, laid out as in its memory. */
export interface EngineBlocks {
  readonly parameters: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly statistics: Float32Array;
}

/**
 * The plan of one graph at one batch size: every buffer in one WebAssembly memory, and the programs (forward, loss, derivatives)
 * as tapes of kernel calls with fixed arguments. Running them allocates nothing. Values go in and out through typed views.
 */
export class Engine {
  readonly batch: number;
  readonly memory: WebAssembly.Memory;
  readonly kernels: Kernels;
  readonly #workspace: Workspace;
  readonly #operators: readonly { readonly planned: PlannedOperator; readonly output: string }[];
  readonly #programs = new Map<string, Program>();
  readonly #tapes: TapeWriter;
  readonly #threads: number;
  readonly #helpers: EndHelper[] = [];
  readonly #floats: Float32Array;
  readonly #inputs: { readonly address: number; readonly stride: number; readonly features: number };
  readonly #outputs: { readonly address: number; readonly stride: number; readonly features: number };

  constructor(
    readonly graph: Graph,
    batch: number,
    options: EngineOptions = {},
  ) {
    this.batch = batch;
    const workspace = new Workspace(graph, batch, options.inputGradient ?? false);
    this.#workspace = workspace;
    this.#operators = graph.operators.map((operator) => ({
      planned: planOperator(workspace, operator),
      output: operator.output,
    }));
    this.memory = workspace.close();
    this.kernels = bindKernels(this.memory);
    this.#floats = new Float32Array(this.memory.buffer);
    this.#tapes = new TapeWriter(this.memory);
    this.#control()[TICKET] = CLOSED;
    this.#threads = options.threads?.count ?? 1;
    for (let helper = 1; helper < this.#threads && options.threads; helper++) {
      const task = { module: kernelModule(), memory: this.memory, control: workspace.control };
      this.#helpers.push(options.threads.start(task));
    }
    const input = workspace.buffers(graph.input);
    const output = workspace.buffers(graph.output);
    this.#inputs = { address: input.raw / 4, stride: input.stride, features: input.tensor.features };
    this.#outputs = { address: output.value / 4, stride: output.stride, features: output.tensor.features };
    for (const [index, traits] of workspace.quantisers.entries()) {
      this.quantiserRecord(index).set([1, 1, 0, traits.lo, traits.hi]);
    }
  }

  /** The program of a mode; made at the first call. */
  program(mode: Mode): Program {
    const key = JSON.stringify(mode);
    let program = this.#programs.get(key);
    if (!program) {
      program = this.#build(mode);
      this.#programs.set(key, program);
    }
    return program;
  }

  #build(mode: Mode): Program {
    const workspace = this.#workspace;
    const { kernels } = this;
    const builder = new Builder(workspace, kernels, this.memory, mode);
    for (const { planned } of this.#operators) planned.prepare(builder);
    const input = workspace.buffers(this.graph.input);
    const { codes } = workspace.readers(input);
    builder.sharded((block, kernels) => {
      const raw = workspace.at(input.raw, input.size, block);
      const value = workspace.at(input.value, input.size, block);
      const count = block.windows * input.size;
      const record = workspace.quantiserRecord(input.quantiser);
      const encoded = codes && workspace.atCodes(codes, input.size, block);
      if (mode.quantised) kernels.quantise(raw, value, encoded, count, record);
      else kernels.copy(raw, value, count);
    });
    for (const { planned } of this.#operators) planned.forward(builder);
    if (mode.backward) {
      const output = workspace.buffers(this.graph.output);
      const factor = 2 / (this.batch * output.tensor.tokens * output.tensor.features);
      builder.accumulates(this.graph.output);
      builder.sharded((block, kernels) => {
        const forecast = workspace.at(output.value, output.size, block);
        const target = workspace.at(workspace.targets, output.size, block);
        const gradient = workspace.at(output.gradient, output.size, block);
        const count = block.windows * output.size;
        const partial = workspace.lossPartials + 16 * block.index;
        kernels.squaredError(forecast, target, gradient, count, factor, partial);
      });
      for (const { planned } of [...this.#operators].reverse()) planned.backward(builder);
      const { shards } = workspace;
      builder.once(() =>
        kernels.sumRows(workspace.partials, workspace.gradients, workspace.parameterFloats, shards, false),
      );
      if (mode.quantised) {
        const records = workspace.quantisers.length * QUANTISER_FLOATS;
        builder.once(() =>
          kernels.sumRows(workspace.quantiserPartials, workspace.quantiserGradients, records, shards, false),
        );
      }
      for (const { planned } of this.#operators) planned.finish(builder);
    }
    return finish(builder, this.#tapes, this.#threads);
  }

  #control(): Int32Array {
    return new Int32Array(this.memory.buffer, this.#workspace.control, STOP + 1);
  }

  /** Ends the helping threads. No program may run any more where there were any. */
  close(): void {
    const control = this.#control();
    Atomics.store(control, STOP, 1);
    Atomics.add(control, TICKET, CLOSED + 1); // whatever it was, it changes: no sleeper misses it
    Atomics.notify(control, TICKET);
    for (const end of this.#helpers.splice(0)) end();
  }

  /** Puts windows [count][n][m] in place, `count` at most the batch; where fewer, the last one is repeated. */
  setWindows(x: Float32Array, count: number = this.batch): void {
    const { address, stride, features } = this.#inputs;
    const tokens = this.graph.architecture.window;
    const rows = this.batch * tokens;
    const given = count * tokens;
    const floats = this.#floats;
    for (let row = 0; row < rows; row++) {
      const from = (row < given ? row : given - tokens + (row % tokens)) * features;
      const to = address + row * stride;
      for (let c = 0; c < features; c++) floats[to + c] = x[from + c] ?? 0;
    }
  }

  /** Puts targets [batch][horizon * targets] in place. */
  setTargets(y: Float32Array): void {
    const { stride, features } = this.#outputs;
    const to = this.#workspace.targets / 4;
    const floats = this.#floats;
    for (let row = 0; row < this.batch; row++) {
      for (let c = 0; c < features; c++) floats[to + row * stride + c] = y[row * features + c] ?? 0;
    }
  }

  /** Copies the forecasts [count][horizon * targets] of the last pass to `out` from `start` on. */
  getForecasts(out: Float32Array, start: number, count: number): void {
    const { address, stride, features } = this.#outputs;
    for (let row = 0; row < count; row++) {
      for (let c = 0; c < features; c++)
        out[start + row * features + c] = this.#floats[address + row * stride + c] ?? 0;
    }
  }

  /** Mean squared error of the last pass of a program with `backward`. */
  get loss(): number {
    const { blocks, lossPartials } = this.#workspace;
    let sum = 0;
    for (let index = 0; index < blocks.length; index++) sum += this.#floats[lossPartials / 4 + 4 * index] ?? 0;
    return sum / (this.batch * outputs(this.graph.architecture));
  }

  /** What a tensor holds for the first `count` windows, [count][tokens][features]; `raw`: before fake quantisation. */
  read(name: string, count: number, which: "value" | "raw" | "gradient" = "value"): Float32Array {
    const { tensor, stride, size, ...addresses } = this.#workspace.buffers(name);
    const out = new Float32Array(count * tensor.tokens * tensor.features);
    const from = addresses[which] / 4;
    for (let row = 0; row < count * tensor.tokens; row++) {
      const start = from + row * stride;
      out.set(this.#floats.subarray(start, start + tensor.features), row * tensor.features);
    }
    return out.subarray(0, (count * size * tensor.features) / stride);
  }

  /** Loads every parameter of the graph. */
  load(parameters: Parameters): void {
    for (const slot of this.slots) this.#each(slot, data(parameters, slot.name), this.#workspace.parameters, false);
    for (const [name, { address, features }] of this.#workspace.statistics) {
      this.#floats.set(data(parameters, name).subarray(0, features), address / 4);
    }
  }

  /** A copy of every parameter, with the shapes of `parameterShapes`. */
  parameters(): Map<string, Parameter> {
    return this.#export(this.#workspace.parameters);
  }

  /** A copy of every parameter's gradient (running statistics: 0). */
  gradients(): Map<string, Parameter> {
    return this.#export(this.#workspace.gradients);
  }

  /** A copy of one trained parameter's gradient. */
  gradientOf(name: string): Float32Array {
    const slot = this.slots.find((one) => one.name === name);
    if (!slot) throw new Error(`engine has no trained parameter "${name}"`);
    const array = new Float32Array(slot.rows * slot.columns);
    this.#each(slot, array, this.#workspace.gradients, true);
    return array;
  }

  #export(block: number): Map<string, Parameter> {
    const result = new Map<string, Parameter>();
    const slots = new Map(this.slots.map((slot) => [slot.name, slot]));
    for (const [name, shape] of parameterShapes(this.graph)) {
      const array = new Float32Array(shape.reduce((product, length) => product * length, 1));
      const slot = slots.get(name);
      if (slot) this.#each(slot, array, block, true);
      else if (block === this.#workspace.parameters) {
        const statistics = this.#workspace.statistics.get(name);
        if (!statistics) throw new Error(`engine has no parameter "${name}"`);
        array.set(this.#floats.subarray(statistics.address / 4, statistics.address / 4 + statistics.features));
      }
      result.set(name, { shape, data: array });
    }
    return result;
  }

  #each(slot: ParameterSlot, array: Float32Array, block: number, out: boolean): void {
    for (let row = 0; row < slot.rows; row++) {
      for (let column = 0; column < slot.columns; column++) {
        const at = block / 4 + slot.offset + row * slot.stride + slot.place(column);
        const index = row * slot.columns + column;
        if (out) array[index] = this.#floats[at] ?? 0;
        else this.#floats[at] = array[index] ?? 0;
      }
    }
  }

  /** Copies of the blocks as they are in memory: parameters, moments, running statistics. */
  saveBlocks(): EngineBlocks {
    const { parameters, first, second, floats } = this.blocks;
    const copy = (address: number) => this.#floats.slice(address / 4, address / 4 + floats);
    const statistics = [...this.#workspace.statistics.values()].map(({ address, features }) =>
      this.#floats.slice(address / 4, address / 4 + features),
    );
    const joined = new Float32Array(statistics.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of statistics) {
      joined.set(part, at);
      at += part.length;
    }
    return { parameters: copy(parameters), first: copy(first), second: copy(second), statistics: joined };
  }

  /** Puts blocks of `saveBlocks` back; moments only where they are given. */
  restoreBlocks(saved: Pick<EngineBlocks, "parameters" | "statistics"> & Partial<EngineBlocks>): void {
    const { parameters, first, second } = this.blocks;
    this.#floats.set(saved.parameters, parameters / 4);
    if (saved.first) this.#floats.set(saved.first, first / 4);
    if (saved.second) this.#floats.set(saved.second, second / 4);
    let at = 0;
    for (const { address, features } of this.#workspace.statistics.values()) {
      this.#floats.set(saved.statistics.subarray(at, at + features), address / 4);
      at += features;
    }
  }

  get slots(): readonly ParameterSlot[] {
    return this.#workspace.slots;
  }

  get quantisers(): readonly QuantiserTraits[] {
    return this.#workspace.quantisers;
  }

  get rowScales(): readonly RowScales[] {
    return this.#workspace.rowScales;
  }

  /** The present scale of a code tensor, or of an attention operator's scores. */
  scaleOf(name: string): number {
    const index = this.quantisers.findIndex((quantiser) => quantiser.name === name);
    if (index < 0) throw new Error(`engine has no quantiser of "${name}"`);
    return this.quantiserRecord(index)[0] ?? Number.NaN;
  }

  /** View of a quantiser's record: scale, 1 / scale, zero point, lo, hi. */
  quantiserRecord(index: number): Float32Array {
    return new Float32Array(this.memory.buffer, this.#workspace.quantiserRecord(index), 5);
  }

  /** View of dL/dscale and dL/dzero of all quantisers, `QUANTISER_FLOATS` apart. */
  quantiserGradients(): Float32Array {
    return new Float32Array(
      this.memory.buffer,
      this.#workspace.quantiserGradients,
      this.quantisers.length * QUANTISER_FLOATS,
    );
  }

  /** View of `rows` floats at an address of `rowScales`. */
  rows(address: number, rows: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, rows);
  }

  /** The blocks the optimiser works on: byte addresses and floats. */
  get blocks(): { parameters: number; gradients: number; first: number; second: number; floats: number } {
    const workspace = this.#workspace;
    return {
      parameters: workspace.parameters,
      gradients: workspace.gradients,
      first: workspace.firstMoments,
      second: workspace.secondMoments,
      floats: workspace.parameterFloats,
    };
  }
}

function data(parameters: Parameters, name: string): Float32Array {
  const parameter = parameters.get(name);
  if (!parameter) throw new Error(`parameters lack "${name}"`);
  return parameter.data;
}
