import type { FitNode, Instance, Memory, ModuleGraph, Node, Port, ReadNode, RegNode } from "../core/graph.js";
import { BIT } from "../core/make.js";
import type { Type } from "../core/types.js";
import { operandsOf, orderedNodes } from "../core/walk.js";
import { isOperation } from "./toggles.js";

/** One value of the flat design: a node in one instance. Inputs, wires, results and proved fits are not here but their sources. */
export interface Flat {
  readonly node: Node;
  readonly type: Type;
  readonly scope: Scope;
  /** In the order of the node's fields. */
  operands: readonly Flat[];
  /** How many values and clocked things read it. */
  uses: number;
}

/** An instance of the tree. */
export interface Scope {
  readonly graph: ModuleGraph;
  readonly path: string;
  readonly parent: { readonly scope: Scope; readonly instance: Instance; readonly copy: number } | undefined;
  readonly children: Map<Instance, Scope[]>;
  readonly flats: Map<Node, Flat>;
}

/** The clock enables of an instance, its own and those of the instances around it: all must be high. */
export type Gates = readonly Flat[];

export interface FlatRegister {
  readonly node: RegNode;
  readonly q: Flat;
  readonly next: Flat;
  readonly enable: Flat | undefined;
  readonly gates: Gates;
}

export interface FlatRead {
  readonly node: ReadNode;
  readonly q: Flat;
  readonly memory: FlatMemory;
  readonly address: Flat;
  readonly enable: Flat | undefined;
  readonly gates: Gates;
}

export interface FlatMemory {
  readonly memory: Memory;
  readonly path: string;
  readonly scope: Scope;
  readonly gates: Gates;
  write: { readonly enable: Flat; readonly address: Flat; readonly data: Flat } | undefined;
}

/** A claim of `fit` that is not proved. */
export interface FlatClaim {
  readonly node: FitNode;
  readonly path: string;
  readonly value: Flat;
  readonly when: Flat | undefined;
}

/** An output stream of an instance, whose laws are watched. */
export interface FlatStream {
  readonly path: string;
  readonly valid: Flat;
  readonly ready: Flat;
  readonly data: readonly Flat[];
  /** While it is low the laws rest. */
  readonly enable: Flat | undefined;
}

/** A module and all its instances as one net of values, in an order in which each comes after what it reads. */
export interface FlatDesign {
  readonly graph: ModuleGraph;
  readonly order: readonly Flat[];
  readonly inputs: ReadonlyMap<string, Flat>;
  readonly outputs: ReadonlyMap<string, Flat>;
  readonly registers: readonly FlatRegister[];
  readonly reads: readonly FlatRead[];
  readonly memories: ReadonlyMap<string, FlatMemory>;
  readonly claims: readonly FlatClaim[];
  readonly streams: readonly FlatStream[];
  /** Every value that is computed, in all instances, where they were asked for. */
  readonly operations: readonly Flat[];
  /** The memory that a combinational read reads. */
  memoryOf(read: Flat): FlatMemory;
  /** Named values by path (`top.lane.sum`). */
  readonly named: ReadonlyMap<string, Flat>;
}

function scopeOf(graph: ModuleGraph, path: string, parent: Scope["parent"]): Scope {
  const scope: Scope = { graph, path, parent, children: new Map(), flats: new Map() };
  for (const instance of graph.instances) {
    const copies = Array.from({ length: instance.copies }, (_, copy) => {
      const name = instance.repeated ? `${instance.label}[${copy}]` : instance.label;
      return scopeOf(instance.module, `${path}.${name}`, { scope, instance, copy });
    });
    scope.children.set(instance, copies);
  }
  return scope;
}

/** The value behind ports, wires and proved fits. */
function resolve(scope: Scope, node: Node): Flat {
  let [at, now] = [scope, node];
  for (;;) {
    if (now.kind === "input" && at.parent !== undefined) {
      const { scope: outer, instance, copy } = at.parent;
      const nodes = instance.inputs.get(now.port) ?? [];
      [at, now] = [outer, defined(nodes.length === 1 ? nodes[0] : nodes[copy], instance.label)];
    } else if (now.kind === "wire") {
      now = defined(now.source, now.name ?? "wire");
    } else if (now.kind === "result") {
      const child = defined(at.children.get(now.instance)?.[now.copy], now.instance.label);
      [at, now] = [child, defined(child.graph.outputs.get(now.port), now.port)];
    } else if (now.kind === "fit" && now.mode === "fit" && now.type.contains(now.a.type)) {
      now = now.a;
    } else break;
  }
  const known = at.flats.get(now);
  if (known !== undefined) return known;
  const flat: Flat = { node: now, type: now.type, scope: at, operands: [], uses: 0 };
  at.flats.set(now, flat);
  return flat;
}

function defined<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} has no source`);
  return value;
}

/**
 * Flattens the tree of instances: valid and ready cross instances both ways, so modules cannot be scheduled as units.
 * With `operations` all values that any instance computes are in it, even if nothing reads them.
 */
export function flatten(graph: ModuleGraph, options: { readonly operations?: boolean } = {}): FlatDesign {
  const top = scopeOf(graph, graph.name, undefined);
  const registers: FlatRegister[] = [];
  const reads: FlatRead[] = [];
  const memories = new Map<string, FlatMemory>();
  const byScope = new Map<Scope, Map<Memory, FlatMemory>>();
  const claims: FlatClaim[] = [];
  const streams: FlatStream[] = [];
  const operations: Flat[] = [];
  const named = new Map<string, Flat>();
  const roots: Flat[] = [];
  const use = (scope: Scope, node: Node): Flat => {
    const flat = resolve(scope, node);
    flat.uses += 1;
    roots.push(flat);
    return flat;
  };

  const collect = (scope: Scope, gates: Gates): void => {
    const own = new Map<Memory, FlatMemory>();
    byScope.set(scope, own);
    for (const memory of scope.graph.memories) {
      const path = `${scope.path}.${memory.label}`;
      const flat: FlatMemory = { memory, path, scope, gates, write: undefined };
      own.set(memory, flat);
      memories.set(path, flat);
      if (memory.write !== undefined) {
        const { enable, address, data } = memory.write;
        flat.write = { enable: use(scope, enable), address: use(scope, address), data: use(scope, data) };
      }
      for (const node of memory.latency === 1 ? memory.reads : []) {
        const enable = node.enable === undefined ? undefined : use(scope, node.enable);
        reads.push({ node, q: resolve(scope, node), memory: flat, address: use(scope, node.address), enable, gates });
      }
    }
    for (const node of scope.graph.registers) {
      const enable = node.enable === undefined ? undefined : use(scope, node.enable);
      registers.push({
        node,
        q: resolve(scope, node),
        next: use(scope, defined(node.next, node.label)),
        enable,
        gates,
      });
    }
    for (const node of orderedNodes(scope.graph)) {
      if (options.operations === true && isOperation(node)) operations.push(use(scope, node));
      if (node.name !== undefined) named.set(`${scope.path}.${node.name}`, resolve(scope, node));
      if (node.kind !== "fit" || node.mode !== "fit" || node.type.contains(node.a.type)) continue;
      const when = node.when === undefined ? undefined : use(scope, node.when);
      claims.push({ node, path: scope.path, value: use(scope, node.a), when });
    }
    for (const port of scope.graph.ports) {
      if (port.stream?.role === "valid" && port.direction === "out") streams.push(streamOf(scope, port, use));
    }
    for (const [{ clockEnable }, copies] of scope.children) {
      const inside = clockEnable === undefined ? gates : [...gates, use(scope, clockEnable)];
      for (const child of copies) collect(child, inside);
    }
  };
  collect(top, []);
  const outputs = new Map<string, Flat>();
  for (const [port, node] of graph.outputs) outputs.set(port, use(top, node));
  const inputs = new Map<string, Flat>();
  for (const [port, node] of graph.inputs) inputs.set(port, resolve(top, node));
  if (graph.resettable) {
    const node = { kind: "input", type: BIT, owner: undefined, name: "reset", port: "reset" } as const;
    inputs.set("reset", { node, type: BIT, scope: top, operands: [], uses: 1 });
  }
  return {
    graph,
    order: sort(roots),
    inputs,
    outputs,
    registers,
    reads,
    memories,
    claims,
    streams,
    operations,
    named,
    memoryOf: (read) => {
      if (read.node.kind !== "read") throw new Error("not a read");
      return defined(byScope.get(read.scope)?.get(read.node.memory), read.node.label);
    },
  };
}

function streamOf(scope: Scope, port: Port, use: (scope: Scope, node: Node) => Flat): FlatStream {
  const name = port.stream?.name ?? "";
  const { graph } = scope;
  const pausedBy = port.stream?.pausedBy;
  const data = graph.ports.filter((p) => p.stream?.name === name && p.stream.role === "data" && p.direction === "out");
  return {
    path: `${scope.path}.${name}`,
    valid: use(scope, defined(graph.outputs.get(port.name), port.name)),
    ready: use(scope, defined(graph.inputs.get(`${name}_ready`), `${name}_ready`)),
    data: data.map((p) => use(scope, defined(graph.outputs.get(p.name), p.name))),
    enable: pausedBy === undefined ? undefined : use(scope, defined(graph.inputs.get(pausedBy), pausedBy)),
  };
}

/** Orders the values that the roots need, each after its operands, and counts uses. */
function sort(roots: readonly Flat[]): Flat[] {
  const order: Flat[] = [];
  const seen = new Set<Flat>();
  for (const root of roots) {
    const stack: { flat: Flat; at: number }[] = [];
    const open = (flat: Flat): void => {
      if (seen.has(flat)) return;
      seen.add(flat);
      flat.operands = operandsOf(flat.node).map((node) => resolve(flat.scope, node));
      for (const operand of flat.operands) operand.uses += 1;
      stack.push({ flat, at: 0 });
    };
    open(root);
    for (let last = stack.at(-1); last !== undefined; last = stack.at(-1)) {
      const operand = last.flat.operands[last.at++];
      if (operand !== undefined) open(operand);
      else {
        order.push(last.flat);
        stack.pop();
      }
    }
  }
  return order;
}
