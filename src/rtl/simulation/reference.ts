import type { Instance, Memory, ModuleGraph, Node, ReadNode, RegNode } from "../core/graph.js";
import type { Module } from "../core/ports.js";
import { orderedNodes } from "../core/walk.js";
import { evaluate } from "./semantics.js";
import { claimError, type PortValue, pokeablePorts, pokedValue, type Simulation, unknownPort } from "./simulation.js";
import { changedBits, type InstanceToggles, isOperation, noToggles, resultClass, wordClass } from "./toggles.js";

/** One instance of the tree: its state, and the values known in the present cycle. */
class Place {
  readonly children = new Map<Instance, Place[]>();
  readonly registers = new Map<RegNode | ReadNode, bigint>();
  readonly memories = new Map<Memory, bigint[]>();
  readonly values = new Map<Node, bigint>();
  readonly toggles = noToggles();
  /** Values of operations at the clock edge before. */
  readonly #before = new Map<Node, bigint>();

  constructor(
    readonly graph: ModuleGraph,
    readonly path: string,
    readonly input: (port: string) => bigint,
  ) {
    for (const reg of graph.registers) this.registers.set(reg, reg.init);
    for (const memory of graph.memories) {
      this.memories.set(memory, [...memory.contents]);
      if (memory.latency === 1) for (const read of memory.reads) this.registers.set(read, 0n);
    }
    for (const instance of graph.instances) {
      const copies = Array.from({ length: instance.copies }, (_, copy) => {
        const name = instance.repeated ? `${instance.label}[${copy}]` : instance.label;
        return new Place(instance.module, `${path}.${name}`, (port) => {
          const nodes = instance.inputs.get(port) ?? [];
          const node = nodes.length === 1 ? nodes[0] : nodes[copy];
          if (node === undefined) throw new Error(`${name}.${port} is not connected`);
          return this.value(node);
        });
      });
      this.children.set(instance, copies);
    }
  }

  /** The value of a node in this cycle. */
  value(node: Node): bigint {
    const known = this.values.get(node);
    if (known !== undefined) return known;
    const value = this.#compute(node);
    this.values.set(node, value);
    return value;
  }

  #compute(node: Node): bigint {
    switch (node.kind) {
      case "const":
        return node.value;
      case "input":
        return this.input(node.port);
      case "wire":
        return this.#operand(node.source);
      case "reg":
        return this.registers.get(node) ?? 0n;
      case "read":
        if (node.memory.latency === 1) return this.registers.get(node) ?? 0n;
        return this.#word(node);
      case "result": {
        const child = this.children.get(node.instance)?.[node.copy];
        return child === undefined ? 0n : child.value(child.output(node.port));
      }
      default:
        return evaluate(node, (operand) => this.value(operand));
    }
  }

  output(port: string): Node {
    const node = this.graph.outputs.get(port);
    if (node === undefined) throw new Error(`${this.graph.name} has no output ${port}`);
    return node;
  }

  #operand(node: Node | undefined): bigint {
    if (node === undefined) throw new Error(`${this.path}: a value without a source`);
    return this.value(node);
  }

  #word(read: ReadNode): bigint {
    return this.memories.get(read.memory)?.[Number(this.value(read.address))] ?? 0n;
  }

  /** The claims of this place and those below it. */
  checkClaims(cycle: number): void {
    for (const node of orderedNodes(this.graph)) {
      if (node.kind !== "fit" || node.mode !== "fit") continue;
      const value = this.value(node.a);
      if (node.type.has(value) || (node.when !== undefined && this.value(node.when) === 0n)) continue;
      throw claimError(this.path, node, value, cycle);
    }
    for (const copies of this.children.values()) for (const child of copies) child.checkClaims(cycle);
  }

  /** What the clock edge will store, as an action to be done after all have been computed; `enabled` is the clock enable. */
  edge(reset: boolean, enabled = true): (() => void)[] {
    const actions: (() => void)[] = [];
    for (const reg of this.graph.registers) {
      if (reset && reg.reset !== undefined) {
        const value = reg.reset;
        actions.push(() => this.#store(reg, value));
      } else if (enabled && (reg.enable === undefined || this.value(reg.enable) === 1n)) {
        const value = this.#operand(reg.next);
        actions.push(() => this.#store(reg, value));
      }
    }
    for (const memory of enabled ? this.graph.memories : []) {
      for (const read of memory.latency === 1 ? memory.reads : []) {
        if (read.enable !== undefined && this.value(read.enable) === 0n) continue;
        const value = this.#word(read);
        actions.push(() => this.#store(read, value));
      }
      if (memory.write !== undefined && this.value(memory.write.enable) === 1n) {
        const [address, data] = [Number(this.value(memory.write.address)), this.value(memory.write.data)];
        const words = this.memories.get(memory);
        actions.push(() => {
          if (words === undefined) return;
          this.toggles[wordClass(memory)] += changedBits(memory.type, words[address] ?? 0n, data);
          words[address] = data;
        });
      }
    }
    for (const [{ clockEnable }, copies] of this.children) {
      const on = enabled && (clockEnable === undefined || this.value(clockEnable) === 1n);
      for (const child of copies) actions.push(...child.edge(reset, on));
    }
    return actions;
  }

  #store(node: RegNode | ReadNode, value: bigint): void {
    const old = this.registers.get(node) ?? 0n;
    this.toggles[node.kind === "reg" ? "register" : wordClass(node.memory)] += changedBits(node.type, old, value);
    this.registers.set(node, value);
  }

  /** Counts the operations whose values differ from those at the clock edge before, here and below. */
  countOperations(): void {
    for (const node of orderedNodes(this.graph)) {
      if (!isOperation(node)) continue;
      const [old, now] = [this.#before.get(node), this.value(node)];
      if (old !== undefined) this.toggles[resultClass(node)] += changedBits(node.type, old, now);
      this.#before.set(node, now);
    }
    for (const copies of this.children.values()) for (const child of copies) child.countOperations();
  }

  /** The toggles of this place and those below it. */
  *allToggles(): Iterable<Omit<InstanceToggles, "bits">> {
    yield { path: this.path, module: this.graph.name, ...this.toggles };
    for (const copies of this.children.values()) for (const child of copies) yield* child.allToggles();
  }

  forget(): void {
    this.values.clear();
    for (const copies of this.children.values()) for (const child of copies) child.forget();
  }
}

/**
 * The reference semantics: slow, on BigInt, and by definition right. Use it for tests; `simulate` for work.
 * `checks: false` lets claims of `fit` pass (the value is then its low bits, as in hardware). `countToggles: true` counts
 * what `toggles` gives, by instance: the meaning of the compiled simulation's counts.
 */
export function reference(
  module: Pick<Module, "graph">,
  options: { checks?: boolean; countToggles?: boolean } = {},
): Simulation & { toggles(): Omit<InstanceToggles, "bits">[] } {
  const { graph } = module;
  const ports = new Map(pokeablePorts(graph).map((port) => [port.name, port]));
  const poked = new Map<string, bigint>();
  const top = new Place(graph, graph.name, (port) => poked.get(port) ?? startValue(ports.get(port)?.type));
  let cycle = 0;
  return {
    poke(values: Readonly<Record<string, PortValue>>) {
      for (const [name, value] of Object.entries(values)) {
        const port = ports.get(name);
        if (port === undefined) throw unknownPort(graph, name);
        poked.set(name, pokedValue(port, value));
      }
      top.forget();
    },
    peek() {
      const outputs = graph.ports.filter((port) => port.direction === "out");
      return Object.fromEntries(outputs.map((port) => [port.name, top.value(top.output(port.name))]));
    },
    toggles: () => [...top.allToggles()],
    step(count = 1) {
      for (let i = 0; i < count; i++) {
        if (options.checks !== false) top.checkClaims(cycle);
        if (options.countToggles === true) top.countOperations();
        for (const action of top.edge(poked.get("reset") === 1n)) action();
        top.forget();
        cycle += 1;
      }
    },
  };
}

/** An input that was never poked is 0, or the value of its type nearest to it. */
export function startValue(type: { readonly lo: bigint; readonly hi: bigint } | undefined): bigint {
  if (type === undefined) return 0n;
  return type.lo > 0n ? type.lo : type.hi < 0n ? type.hi : 0n;
}
