import type { Instance, Memory, MemoryStyle, ModuleGraph, Node, Owner, ReadNode, RegNode, WireNode } from "./graph.js";
import { BIT, coerce } from "./make.js";
import { callerPlace, fail } from "./place.js";
import {
  type Given,
  type GivenEach,
  type Module,
  type Ports,
  payloadValues,
  type Results,
  type ResultsEach,
} from "./ports.js";
import { type Payload, type PayloadValues, Stream, type StreamOffer, StreamType } from "./streams.js";
import type { Type } from "./types.js";
import {
  type Bit,
  type BitLike,
  bitNode,
  type LikeOf,
  type Num,
  type NumLike,
  nodeFor,
  numNode,
  pick,
  type ValueOf,
  valueFor,
  wholeNumber,
} from "./values.js";

/** A register: its value, and how it goes on. */
export interface Register<T extends Type> {
  readonly q: ValueOf<T>;
  /** Gives the value after the next enabled clock edge; exactly once. */
  next(value: LikeOf<T>): void;
}

/** A declared value whose source comes later. */
export interface Wire<T extends Type> {
  readonly value: ValueOf<T>;
  drive(value: LikeOf<T>): void;
}

export interface MemoryOptions<T extends Type> {
  readonly type: T;
  /** Number of words; the storage is the next power of two. */
  readonly depth: number;
  /** First words; the rest is 0 (or the value of the type nearest to 0). */
  readonly init?: readonly (number | bigint)[];
  readonly style: MemoryStyle;
  /** 0: read combinationally; 1: registered. Block memories demand 1. */
  readonly latency: 0 | 1;
  /** Where a table comes from, for the text. */
  readonly doc?: string;
}

/** A memory with one write port and any number of reads. A read in the cycle of a write to its word gives the old word. */
export interface MemoryHandle<T extends Type> {
  /** A read port; with latency 1 the word appears after the edge, and stays while `enable` is false. */
  read(address: NumLike, options?: { enable?: Bit; name?: string }): ValueOf<T>;
  write(port: { enable: BitLike; address: NumLike; data: LikeOf<T> }): void;
}

/** What an instance may be given beside its inputs. */
export interface InstanceOptions {
  /**
   * Where it is low, no register and no memory inside changes, at any depth: the instance stands still, and its outputs
   * follow its inputs only where they depend on them combinationally. A reset acts nevertheless.
   */
  readonly clockEnable?: Bit;
}

/** A stream declared before its producer: it is consumed like any other, and its producer sees `ready`. */
export interface StreamLink<P extends Payload> {
  readonly stream: Stream<P>;
  readonly ready: Bit;
  drive(offer: StreamOffer<P>): void;
}

/** What the body of a module builds with. */
export class Builder {
  readonly registers: RegNode[] = [];
  readonly memories: Memory[] = [];
  readonly instances: Instance[] = [];
  readonly wires: WireNode[] = [];
  readonly #labels = new Set<string>();

  constructor(readonly owner: Owner) {}

  #label(label: string): string {
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(label)) {
      fail(`${JSON.stringify(label)} is no name for a register, memory or instance`, "letters, digits, underscores");
    }
    if (this.#labels.has(label)) fail(`${this.owner.name} has two things called ${label}`, "rename one");
    this.#labels.add(label);
    return label;
  }

  /** A register. `reset`: value while the module's reset is high; `init`: value at power-on (else that of reset, else 0). */
  reg<T extends Type>(
    name: string,
    type: T,
    options: { reset?: number | bigint | boolean; init?: number | bigint | boolean; enable?: Bit } = {},
  ): Register<T> {
    const reset = options.reset === undefined ? undefined : constantOf(options.reset, type, `reset of ${name}`);
    const init = constantOf(options.init ?? options.reset ?? 0, type, `initial value of ${name}`);
    const node: RegNode = {
      kind: "reg",
      type,
      owner: this.owner,
      name,
      label: this.#label(name),
      init,
      reset,
      enable: options.enable === undefined ? undefined : this.#own(options.enable.node, `enable of ${name}`),
      next: undefined,
      place: callerPlace(),
    };
    this.registers.push(node);
    return {
      q: valueFor<T>(node),
      next: (value) => {
        if (node.next !== undefined) fail(`register ${name} has two next values`, "give one, made with pick");
        const source = nodeFor(value, type, `next of ${name}`);
        node.next = this.#own(coerce(source, type, `next of register ${name}`), `next of ${name}`);
      },
    };
  }

  /** A value that is used before it is known; drive it once. */
  wire<T extends Type>(name: string, type: T): Wire<T> {
    const node: WireNode = {
      kind: "wire",
      type,
      owner: this.owner,
      name,
      source: undefined,
      place: callerPlace(),
    };
    this.wires.push(node);
    return {
      value: valueFor<T>(node),
      drive: (value) => {
        if (node.source !== undefined) fail(`wire ${name} is driven twice`, "drive it once");
        node.source = this.#own(coerce(nodeFor(value, type, `wire ${name}`), type, `wire ${name}`), `wire ${name}`);
      },
    };
  }

  /** A memory; see MemoryOptions. */
  mem<T extends Type>(name: string, options: MemoryOptions<T>): MemoryHandle<T> {
    const { type, depth, style, latency } = options;
    if (!Number.isInteger(depth) || depth < 1) fail(`memory ${name} has a depth of ${depth}`, "give at least 1 word");
    if (style === "block" && latency !== 1) fail(`block memory ${name} has latency ${latency}`, "use latency 1");
    const storage = 2 ** Math.max(1, Math.ceil(Math.log2(depth)));
    const init = options.init ?? [];
    if (init.length > depth) fail(`memory ${name} of ${depth} words is given ${init.length}`, "give no more");
    const nearest = type.lo > 0n ? type.lo : type.hi < 0n ? type.hi : 0n;
    const contents = Array.from({ length: storage }, (_, i) =>
      constantOf(init[i] ?? nearest, type, `word ${i} of ${name}`),
    );
    if (latency === 1 && !type.has(0n))
      fail(`memory ${name} of ${type} is read as 0 at first`, "include 0 in its type");
    const memory: Memory = {
      label: this.#label(name),
      type,
      depth,
      storage,
      contents,
      style,
      latency,
      note: options.doc,
      owner: this.owner,
      place: callerPlace(),
      reads: [],
      write: undefined,
    };
    this.memories.push(memory);
    return {
      read: (address, port = {}) => valueFor<T>(this.#read(memory, address, port)),
      write: (port) => {
        if (style === "rom") fail(`ROM ${name} is written`, "choose another style");
        if (memory.write !== undefined) fail(`memory ${name} has two write ports`, "share one with pick");
        memory.write = {
          enable: this.#own(bitNode(port.enable), `write enable of ${name}`),
          address: this.#address(memory, port.address),
          data: this.#own(coerce(nodeFor(port.data, type, name), type, `data of ${name}`), `data of ${name}`),
        };
      },
    };
  }

  #address(memory: Memory, address: NumLike): Node {
    const node = this.#own(numNode(address), `address of ${memory.label}`);
    if (node.type.lo < 0n || node.type.hi >= BigInt(memory.storage)) {
      fail(
        `memory ${memory.label} has ${memory.storage} words, but its address is ${node.type}`,
        "narrow the address with .fit or .wrap",
      );
    }
    return node;
  }

  #read(memory: Memory, address: NumLike, port: { enable?: Bit; name?: string }): ReadNode {
    if (memory.latency === 0 && port.enable !== undefined) {
      fail(`${memory.label} is read combinationally, with an enable`, "use latency 1, or no enable");
    }
    const count = memory.reads.length;
    const label = port.name ?? `${memory.label}_word${count === 0 ? "" : `_${count + 1}`}`;
    const node: ReadNode = {
      kind: "read",
      type: memory.type,
      owner: this.owner,
      name: memory.latency === 1 || port.name !== undefined ? label : undefined,
      label,
      memory,
      address: this.#address(memory, address),
      enable: port.enable === undefined ? undefined : this.#own(port.enable.node, `read enable of ${memory.label}`),
    };
    memory.reads.push(node);
    return node;
  }

  /** An instance of a module. Streams are passed as they are; a result stream must be accepted once. */
  use<I extends Ports, O extends Ports>(
    name: string,
    module: Module<I, O>,
    given: Given<I>,
    options: InstanceOptions = {},
  ): Results<O> {
    const instance = this.#instance(name, module.graph, 1, false, options);
    const values: Record<string, unknown> = given;
    for (const [port, type] of Object.entries<Type | StreamType>(module.inputs)) {
      const value = values[port];
      if (!(type instanceof StreamType)) {
        this.#connect(instance, port, [nodeFor(value, type, `${name}.${port}`)], type);
        continue;
      }
      if (!(value instanceof Stream)) fail(`${name}.${port} is a stream, but is given none`, "pass a stream");
      else {
        this.#connect(instance, `${port}_valid`, [value.valid.node], BIT);
        payloadValues(port, type, (flat, fieldType) => {
          const field: unknown = value.data[flat.slice(port.length + 1)];
          this.#connect(instance, flat, [nodeFor(field, fieldType, `${name}.${flat}`)], fieldType);
        });
        value.accept(valueFor<Type<"bit">>(this.#result(instance, `${port}_ready`, 0)));
      }
    }
    const results: Record<string, unknown> = {};
    for (const [port, type] of Object.entries<Type | StreamType>(module.outputs)) {
      if (!(type instanceof StreamType)) {
        results[port] = valueFor(this.#result(instance, port, 0));
        continue;
      }
      results[port] = new Stream(
        `${name}.${port}`,
        valueFor<Type<"bit">>(this.#result(instance, `${port}_valid`, 0)),
        payloadValues(port, type, (flat) => valueFor(this.#result(instance, flat, 0))) as PayloadValues<Payload>,
        (ready) => this.#connect(instance, `${port}_ready`, [bitNode(ready)], BIT),
      );
    }
    return results as Results<O>;
  }

  /** `count` instances of a module without streams: `for ... generate`. An input is one value for all, or one for each. */
  repeat<I extends Ports, O extends Ports>(
    name: string,
    count: number,
    module: Module<I, O>,
    given: GivenEach<I>,
    options: InstanceOptions = {},
  ): ResultsEach<O> {
    if (!Number.isInteger(count) || count < 1) fail(`${name} is repeated ${count} times`, "give at least 1");
    const instance = this.#instance(name, module.graph, count, true, options);
    const values: Record<string, unknown> = given;
    for (const [port, type] of Object.entries<Type | StreamType>(module.inputs)) {
      if (type instanceof StreamType) fail(`${name}.${port} is a stream`, "repeat modules without streams");
      else {
        const value = values[port];
        const each: readonly unknown[] = Array.isArray(value) ? value : [value];
        if (Array.isArray(value) && value.length !== count) {
          fail(`${name}.${port} is given ${value.length} values for ${count} copies`, "give one for each copy, or one");
        }
        const nodes = each.map((one) => nodeFor(one, type, `${name}.${port}`));
        this.#connect(instance, port, nodes, type);
      }
    }
    const results: Record<string, unknown> = {};
    for (const [port, type] of Object.entries<Type | StreamType>(module.outputs)) {
      if (type instanceof StreamType) fail(`${name}.${port} is a stream`, "repeat modules without streams");
      results[port] = Array.from({ length: count }, (_, copy) => valueFor(this.#result(instance, port, copy)));
    }
    return results as ResultsEach<O>;
  }

  #instance(
    name: string,
    module: ModuleGraph,
    copies: number,
    repeated: boolean,
    { clockEnable }: InstanceOptions,
  ): Instance {
    const label = this.#label(name);
    const instance: Instance = {
      label,
      module,
      copies,
      repeated,
      inputs: new Map<string, readonly Node[]>(),
      clockEnable: clockEnable === undefined ? undefined : this.#own(clockEnable.node, `clock enable of ${name}`),
      results: [],
      place: callerPlace(),
    };
    this.instances.push(instance);
    return instance;
  }

  #connect(instance: Instance, port: string, nodes: readonly Node[], type: Type): void {
    const what = `${instance.label}.${port}`;
    instance.inputs.set(
      port,
      nodes.map((node) => this.#own(coerce(node, type, `input ${what}`), what)),
    );
  }

  #result(instance: Instance, port: string, copy: number): Node {
    const type = instance.module.ports.find((p) => p.name === port)?.type;
    if (type === undefined) return fail(`${instance.module.name} has no port ${port}`, "name one of its ports");
    const node = { kind: "result", type, owner: this.owner, name: undefined, instance, port, copy } as const;
    instance.results.push(node);
    return node;
  }

  /** A stream declared before its producer is built. */
  stream<P extends Payload>(name: string, payload: P): StreamLink<P> {
    const valid = this.wire(`${name}_valid`, BIT);
    const ready = this.wire(`${name}_ready`, BIT);
    const fields = Object.entries<Type>(payload).map(([f, type]) => [f, this.wire(`${name}_${f}`, type)] as const);
    const data = Object.fromEntries(fields.map(([field, wire]) => [field, wire.value]));
    return {
      stream: new Stream<P>(name, valid.value, data as unknown as PayloadValues<P>, (taken) => ready.drive(taken)),
      ready: ready.value,
      drive: (offer) => {
        valid.drive(offer.valid);
        const given: Readonly<Record<string, unknown>> = offer.data;
        for (const [field, wire] of fields) wire.drive(given[field] as never);
      },
    };
  }

  /** Names values for the text. The first name of a value stays; registers, ports and instances keep their own. */
  name(values: Readonly<Record<string, Bit | Num | readonly (Bit | Num)[]>>): void {
    for (const [name, value] of Object.entries(values)) {
      if (Array.isArray(value)) {
        value.forEach((one: Bit | Num, i) => {
          one.node.name ??= `${name}_${i}`;
        });
      } else (value as Bit | Num).node.name ??= name;
    }
  }

  /** See `pick` in values.ts. */
  readonly pick = pick;

  #own(node: Node, what: string): Node {
    if (node.owner !== undefined && node.owner !== this.owner) {
      fail(`${what} belongs to module ${node.owner.name}, not ${this.owner.name}`, "pass values through ports");
    }
    return node;
  }
}

function constantOf(value: number | bigint | boolean, type: Type, what: string): bigint {
  const constant = typeof value === "boolean" ? (value ? 1n : 0n) : wholeNumber(value);
  if (!type.has(constant)) fail(`${what} is ${constant}, not a value of ${type}`, "choose a value of the type");
  return constant;
}
