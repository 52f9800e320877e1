import type { FitNode, Instance, Memory, ModuleGraph, Node, RegNode, ResultNode, SliceNode } from "../core/graph.js";
import { operandsOf, orderedNodes, rootsOf } from "../core/walk.js";
import { type EntityNames, ValueLowering } from "./lower-values.js";
import { Namer } from "./names.js";
import {
  type Actual,
  BIT_SHAPE,
  behind,
  type Condition,
  type EntityText,
  type Expr,
  type InstanceText,
  type MemoryAccess,
  type MemoryText,
  type NameExpr,
  type RegisterGroup,
  type SignalText,
  shapeOf,
} from "./tree.js";

/** The port of the clock enable, in the modules that have one. */
export const CLOCK_ENABLE = "clock_enable";

/** Turns a module into the text tree of one entity; `gated`: the names of the modules that have a clock enable. */
export function lower(graph: ModuleGraph, gated: ReadonlySet<string>): EntityText {
  return new EntityLowering(graph, gated).run();
}

/**
 * How many ports of an instance are joined on one line: clock, reset and clock enable, where it has that of the entity around it
 * and they are the same in every instance.
 */
export function passedThrough({ module, ports }: InstanceText): number {
  const [first] = ports;
  const same =
    first?.port === CLOCK_ENABLE &&
    first.actual.is === "expression" &&
    first.actual.value.is === "name" &&
    first.actual.value.name === CLOCK_ENABLE;
  return same ? (module.resettable ? 3 : 2) : 0;
}

const nameExpr = (name: string, type: Node["type"], index?: number): NameExpr => ({
  is: "name",
  name,
  index,
  shape: shapeOf(type),
});

class EntityLowering implements EntityNames {
  readonly namer: Namer;
  readonly given = new Map<Node, NameExpr>();
  readonly uses = new Map<Node, number>();
  readonly #memories = new Map<Memory, MemoryText>();
  readonly #labels = new Map<Instance, string>();
  readonly #results = new Map<Instance, Map<string, string>>();
  readonly #direct = new Map<ResultNode, string>();
  readonly #signals: SignalText[] = [];
  readonly #values: ValueLowering;
  readonly #clockEnable: Expr | undefined;

  constructor(
    readonly graph: ModuleGraph,
    readonly gated: ReadonlySet<string>,
  ) {
    this.namer = new Namer(["clock", "reset", CLOCK_ENABLE, ...graph.ports.map((port) => port.name)]);
    this.#clockEnable = gated.has(graph.name)
      ? { is: "name", name: CLOCK_ENABLE, index: undefined, shape: BIT_SHAPE }
      : undefined;
    this.#count();
    this.#nameState();
    this.#nameValues();
    this.#values = new ValueLowering(this);
  }

  memory(memory: Memory): MemoryText {
    const text = this.#memories.get(memory);
    if (text === undefined) throw new Error(`no text of memory ${memory.label}`);
    return text;
  }

  result(node: ResultNode): NameExpr {
    const direct = this.#direct.get(node);
    if (direct !== undefined) return nameExpr(direct, node.type);
    const names = this.#results.get(node.instance) ?? new Map<string, string>();
    this.#results.set(node.instance, names);
    let name = names.get(node.port);
    const { copies, repeated, label } = node.instance;
    if (name === undefined) {
      name = this.namer.take(repeated ? `${label}_${node.port}` : (node.name ?? `${label}_${node.port}`));
      names.set(node.port, name);
      const shape = shapeOf(node.type);
      this.#signals.push({ name, shape, init: undefined, count: repeated ? copies : undefined, role: "result" });
    }
    return nameExpr(name, node.type, repeated ? node.copy : undefined);
  }

  /** Counts how often each value is read in the text, through wires. */
  #count(): void {
    const count = (reader: Node): void => {
      const node = behind(reader);
      this.uses.set(node, (this.uses.get(node) ?? 0) + 1);
    };
    for (const node of orderedNodes(this.graph)) {
      if (behind(node) !== node || node.kind === "result") continue;
      for (const operand of node.kind === "fit" ? [node.a] : operandsOf(node)) count(operand);
    }
    for (const root of rootsOf(this.graph)) count(root);
  }

  #nameState(): void {
    for (const [port, node] of this.graph.inputs) this.given.set(node, nameExpr(port, node.type));
    for (const reg of this.graph.registers) {
      const name = this.namer.take(reg.label, "q");
      this.given.set(reg, nameExpr(name, reg.type));
      this.#signals.push({ name, shape: shapeOf(reg.type), init: reg.init, count: undefined, role: "register" });
    }
    for (const memory of this.graph.memories) {
      const { type, contents, style, note } = memory;
      const name = this.namer.take(memory.label, memory.write === undefined ? "table" : "words");
      const written = memory.write !== undefined;
      this.#memories.set(memory, { name, shape: shapeOf(type), contents, style, note, written, type });
      for (const read of memory.latency === 1 ? memory.reads : []) {
        const q = this.namer.take(read.label, "q");
        this.given.set(read, nameExpr(q, read.type));
        this.#signals.push({ name: q, shape: shapeOf(type), init: 0n, count: undefined, role: "register" });
      }
    }
    for (const instance of this.graph.instances) this.#labels.set(instance, this.namer.take(instance.label, "i"));
  }

  #nameValues(): void {
    for (const [port, node] of this.graph.outputs) {
      const source = behind(node);
      if (source.kind === "result") {
        if (!source.instance.repeated && this.uses.get(source) === 1) this.#direct.set(source, port);
      } else if (!this.given.has(source) && source.kind !== "const") {
        // A value that is an output and read inside too bears the port's name: VHDL-2008 can read it.
        const same = source.name === undefined || source.name === port;
        const shared = (this.uses.get(source) ?? 0) > 1;
        if (same && (shared || source.name !== undefined)) this.given.set(source, nameExpr(port, source.type));
      }
    }
    for (const node of orderedNodes(this.graph)) {
      const named = behind(node);
      if (node.name === undefined || this.given.has(named) || named.kind === "result") continue;
      if (node !== named && named.name !== undefined) continue;
      this.given.set(named, nameExpr(this.namer.take(node.name, "value"), named.type));
    }
  }

  isPort(name: string): boolean {
    return this.graph.outputs.has(name);
  }

  run(): EntityText {
    const groups = this.#registerGroups();
    const accesses = this.graph.memories.flatMap((memory) => this.#access(memory));
    const instances = this.graph.instances.map((instance) => this.#instance(instance));
    for (const [port, node] of this.graph.outputs) {
      const source = behind(node);
      if (source.kind === "result" && this.#direct.get(source) === port) continue;
      this.#values.output(node, port);
    }
    return {
      graph: this.graph,
      gated: this.#clockEnable !== undefined,
      constants: this.#values.constants,
      memories: [...this.#memories.values()],
      signals: [...this.#signals, ...this.#values.signals],
      assigns: this.#values.assigns,
      groups,
      accesses,
      instances,
      products: this.#values.products,
    };
  }

  #registerGroups(): RegisterGroup[] {
    const groups = new Map<string, RegNode[]>();
    const keys = new Map<Node, number>();
    for (const reg of this.graph.registers) {
      const { enable } = reg;
      if (enable !== undefined && !keys.has(enable)) keys.set(enable, keys.size);
      const key = `${reg.reset !== undefined}/${enable === undefined ? "" : keys.get(enable)}`;
      groups.set(key, [...(groups.get(key) ?? []), reg]);
    }
    return [...groups.values()].map((regs) => {
      const [first] = regs;
      if (first === undefined) throw new Error("an empty group of registers");
      const name = this.given.get(first)?.name ?? first.label;
      const registers = regs.map((reg) => {
        const target = this.given.get(reg) ?? nameExpr(reg.label, reg.type);
        if (reg.next === undefined) throw new Error(`register ${reg.label} without next`);
        const next = this.#values.sourceFor(reg.next, target.name, "next");
        return { name: target, reset: reg.reset ?? 0n, next };
      });
      return {
        label: this.namer.number(regs.length === 1 ? `update_${name}` : "update_registers"),
        enable: this.#whenEnabled(
          first.enable === undefined ? undefined : this.#values.condition(first.enable, `${name}_enable`),
        ),
        reset: first.reset !== undefined,
        registers,
      };
    });
  }

  /** The condition, and the clock enable where there is one. */
  #enabled(condition: Condition): Condition {
    const clock = this.#clockEnable;
    if (clock === undefined) return condition;
    const of = condition.is === "all" ? condition.of : [condition];
    return { is: "all", of: [{ is: "high", a: clock, negated: false }, ...of] };
  }
  #whenEnabled(condition: Condition | undefined): Condition | undefined {
    if (condition !== undefined) return this.#enabled(condition);
    return this.#clockEnable === undefined ? undefined : { is: "high", a: this.#clockEnable, negated: false };
  }

  /** What an instance's clock enable is joined to: its own, within that of this entity. */
  #clockEnableOf(instance: Instance, label: string): Actual {
    const own =
      instance.clockEnable === undefined ? undefined : this.#values.ref(instance.clockEnable, label, CLOCK_ENABLE);
    const all = [this.#clockEnable, own].filter((value) => value !== undefined);
    const [first, second] = all;
    if (first === undefined) return { is: "expression", value: { is: "literal", value: 1n, shape: BIT_SHAPE } };
    if (second === undefined) return { is: "expression", value: first };
    return { is: "expression", value: { is: "logic", op: "and", operands: all, shape: BIT_SHAPE } };
  }

  #access(memory: Memory): MemoryAccess[] {
    const text = this.memory(memory);
    const { name } = text;
    if (memory.write === undefined && memory.latency === 0) return [];
    const values = this.#values;
    const { write } = memory;
    return [
      {
        label: this.namer.number(`access_${name}`),
        memory: text,
        write:
          write === undefined
            ? undefined
            : {
                enable: this.#enabled(values.condition(write.enable, `${name}_write`)),
                address: values.ref(write.address, `${name}_write`, "address"),
                data: values.ref(write.data, `${name}_write`, "data"),
              },
        reads: (memory.latency === 1 ? memory.reads : []).map((read) => ({
          to: this.given.get(read) ?? nameExpr(read.label, read.type),
          enable: this.#whenEnabled(
            read.enable === undefined ? undefined : values.condition(read.enable, `${name}_read`),
          ),
          address: values.ref(read.address, `${name}_read`, "address"),
        })),
      },
    ];
  }

  #instance(instance: Instance): InstanceText {
    const label = this.#labels.get(instance) ?? instance.label;
    const ports: { port: string; actual: Actual }[] = instance.module.ports.map((port) => {
      const nodes = instance.inputs.get(port.name) ?? [];
      if (port.direction === "in") return { port: port.name, actual: this.#input(label, port.name, nodes) };
      const result = instance.results.find((r) => r.port === port.name && (this.uses.get(r) ?? 0) > 0);
      if (result === undefined) return { port: port.name, actual: { is: "open" } as const };
      const name = this.result(result);
      const actual: Actual = instance.repeated
        ? { is: "element", name: name.name, shape: name.shape }
        : { is: "expression", value: name };
      return { port: port.name, actual };
    });
    if (this.gated.has(instance.module.name)) {
      ports.unshift({ port: CLOCK_ENABLE, actual: this.#clockEnableOf(instance, label) });
    }
    return { label, module: instance.module, count: instance.repeated ? instance.copies : undefined, ports };
  }

  #input(label: string, port: string, nodes: readonly Node[]): Actual {
    const [first] = nodes;
    if (first === undefined) throw new Error(`${label}.${port} is not connected`);
    if (nodes.length === 1) return { is: "expression", value: this.#values.ref(first, label, port) };
    const field = this.#field(nodes, label, port);
    if (field !== undefined) return field;
    const name = this.namer.take(`${label}_${port}`);
    const shape = shapeOf(first.type);
    this.#signals.push({ name, shape, init: undefined, count: nodes.length, role: "result" });
    nodes.forEach((node, i) => {
      const source: Expr = this.#values.ref(node, label, port);
      this.#values.assigns.push({ target: { is: "name", name, index: i, shape }, source });
    });
    return { is: "element", name, shape };
  }

  /** Recognises inputs that are neighbouring fields of one word. */
  #field(nodes: readonly Node[], label: string, port: string): Actual | undefined {
    const slices = nodes.map(sliceBehind);
    const [first, second] = slices;
    if (first === undefined || second === undefined) return undefined;
    const step = second.lo - first.lo;
    const width = first.hi - first.lo;
    const regular = slices.every(
      (slice, i) => slice?.a === first.a && slice.lo === first.lo + i * step && slice.hi - slice.lo === width,
    );
    const [node] = nodes;
    if (!regular || step <= 0 || node === undefined || first.a.kind === "const") return undefined;
    const word = this.#values.name(first.a, label, port);
    return { is: "field", word, base: first.lo, step, shape: shapeOf(node.type) };
  }
}

/** The slice that a value is, seen through an unnamed reinterpretation of the same width. */
function sliceBehind(node: Node): SliceNode | undefined {
  if (node.kind === "slice") return node;
  const fit: FitNode | undefined = node.kind === "fit" ? node : undefined;
  return fit?.a.kind === "slice" && fit.a.type.width === node.type.width && fit.a.type.kind === node.type.kind
    ? fit.a
    : undefined;
}
