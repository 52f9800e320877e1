import { GatecastError } from "../../errors.js";
import type { Module } from "../core/ports.js";
import type { Type } from "../core/types.js";
import { operandsOf } from "../core/walk.js";
import { compile } from "./compile.js";
import { toggleBits } from "./count.js";
import { type Flat, flatten } from "./flatten.js";
import { bytesOf, Cells, storeOf } from "./layout.js";
import { startValue } from "./reference.js";
import { evaluate, type PureNode } from "./semantics.js";
import { claimError, pokeablePorts, pokedValue, type Simulation, unknownPort } from "./simulation.js";
import { type InstanceToggles, noToggles, type ToggleClass, toggleClasses } from "./toggles.js";

/** A port of up to 53 bits, without BigInt: for the hot path. */
export interface PortAccess {
  /** The present value; evaluates the design if an input has changed. */
  get(): number;
  /** Sets an input; the value is NOT checked against the port's type. */
  set(value: number): void;
}

/** The compiled simulation. */
export interface CompiledSimulation extends Simulation {
  port(name: string): PortAccess;
  /** A named value, register or latency-1 read by path, `top.lane.sum`; with `signals: true` all named values are kept. */
  signal(path: string): bigint;
  /** Paths for `signal` that are available. */
  readonly signals: readonly string[];
  /** The words of a memory by path, `top.kv.words`. */
  memory(path: string): bigint[];
  /**
   * Bits that have changed since the beginning or the last `clearToggles`, for each instance that has any that can, with
   * `countToggles: true`. Registers and memories at each clock edge; other values from one clock edge to the next, at which
   * they have settled: what they do in between, hardware does many times and a simulation by cycles does not see.
   * @throws GatecastError of kind hardware where they are not counted
   */
  toggles(): InstanceToggles[];
  clearToggles(): void;
  /** Clock edges so far. */
  readonly cycle: number;
  /** Size of the compiled design: all values, and those stored in each evaluation. */
  readonly size: { readonly nodes: number; readonly statements: number };
}

export interface SimulateOptions {
  /** Check the claims of `fit` and the laws of streams at each step; default true. */
  readonly checks?: boolean;
  /** Keep every named value for `signal`; default false. */
  readonly signals?: boolean;
  /** Count the bits that change, for `toggles`; about half the speed. Default false. */
  readonly countToggles?: boolean;
}

interface Exports {
  evaluate(): void;
  check(): void;
  count(): void;
  tick(): void;
}

/**
 * Compiles a module to WebAssembly and runs it, equal to `reference` bit for bit.
 * In each cycle poke, then peek, then step: the design is evaluated once.
 * @throws GatecastError from `step`, of kind verification, where a claim or a stream's law does not hold.
 */
export function simulate(module: Pick<Module, "graph">, options: SimulateOptions = {}): CompiledSimulation {
  const { graph } = module;
  const checking = options.checks !== false;
  const countToggles = options.countToggles === true;
  const design = flatten(graph, { operations: countToggles });
  const compiled = compile(design, { keepNamed: options.signals === true, checks: checking, countToggles });
  const { layout, hosted } = compiled;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(layout.size / 65536) });
  const cells = new Cells(memory.buffer);
  const { words } = cells;

  const read = (flat: Flat): bigint => {
    if (flat.node.kind === "const") return flat.node.value;
    return cells.read(layout.address(flat), flat.type);
  };
  const host = (index: number): void => {
    const flat = hosted[index];
    if (flat === undefined) throw new Error(`no hosted value ${index}`);
    const nodes = operandsOf(flat.node);
    const value = evaluate(flat.node as PureNode, (node) => {
      const operand = flat.operands[nodes.indexOf(node)];
      return operand === undefined ? 0n : read(operand);
    });
    cells.write(layout.address(flat), flat.type, value);
  };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(compiled.bytes), { env: { memory, host } });
  const run = instance.exports as unknown as Exports;

  for (const { q, node } of design.registers) {
    cells.write(layout.address(q), q.type, node.init);
    cells.write(layout.shadow(q), q.type, node.init);
  }
  for (const flat of design.memories.values()) {
    const base = layout.memory(flat);
    const { type, contents } = flat.memory;
    contents.forEach((word, i) => {
      cells.write(base + i * bytesOf(type), type, word);
    });
  }
  const ports = new Map(pokeablePorts(graph).map((port) => [port.name, port]));
  for (const [name, flat] of design.inputs)
    cells.write(layout.address(flat), flat.type, startValue(ports.get(name)?.type));

  let stale = true;
  let cycle = 0;
  const settle = (): void => {
    if (!stale) return;
    run.evaluate();
    stale = false;
  };
  const fault = (): GatecastError => {
    const failed = compiled.checks[(words[layout.status / 4] ?? 0) - 1];
    words[layout.status / 4] = 0;
    if (failed === undefined) throw new Error("a check failed that does not exist");
    if ("value" in failed) return claimError(failed.path, failed.node, read(failed.value), cycle);
    return new GatecastError(
      "verification",
      `cycle ${cycle}: stream ${failed.path} did not hold valid and data until they were taken`,
      { remedy: "offer an element unchanged until ready is high at a clock edge" },
    );
  };
  const checkAll = (): void => {
    run.check();
    if (words[layout.status / 4] !== 0) throw fault();
    for (const claim of compiled.hostClaims) {
      const value = read(claim.value);
      if (claim.node.type.has(value) || (claim.when !== undefined && read(claim.when) === 0n)) continue;
      throw claimError(claim.path, claim.node, value, cycle);
    }
  };
  const { counted } = layout;
  const countValues = (): void => {
    if (cycle > 0) run.count();
    else words.copyWithin(counted.before / 4, counted.from / 4, (counted.from + counted.size) / 4);
  };
  const bits = countToggles ? toggleBits(design) : undefined;
  /** Where the sum of a class lies, in words of 32 bits. */
  const sumAt = (scope: Flat["scope"], kind: ToggleClass): number | undefined => {
    const at = compiled.counting?.sumOf(scope, kind);
    return at === undefined ? undefined : at / 4;
  };
  const notCounted = (): GatecastError =>
    new GatecastError("hardware", `the toggles of ${graph.name} are not counted`, {
      remedy: "simulate with { countToggles: true }",
    });
  const outputs = [...design.outputs];
  const available = [...design.named].filter(([, flat]) => flat.node.kind === "const" || layout.has(flat));

  return {
    poke(values) {
      for (const [name, value] of Object.entries(values)) {
        const port = ports.get(name);
        const flat = design.inputs.get(name);
        if (port === undefined || flat === undefined) throw unknownPort(graph, name);
        cells.write(layout.address(flat), flat.type, pokedValue(port, value));
      }
      stale = true;
    },
    peek() {
      settle();
      return Object.fromEntries(outputs.map(([name, flat]) => [name, read(flat)]));
    },
    step(count = 1) {
      for (let i = 0; i < count; i++) {
        settle();
        if (checking) checkAll();
        if (countToggles) countValues();
        run.tick();
        stale = true;
        cycle += 1;
      }
    },
    port(name) {
      const input = design.inputs.get(name);
      const flat = input ?? design.outputs.get(name);
      if (flat === undefined) throw unknownPort(graph, name);
      const type = graph.ports.find((port) => port.name === name)?.type ?? flat.type;
      return access(name, flat, type, input !== undefined);
    },
    signal(path) {
      settle();
      const flat = design.named.get(path);
      if (flat === undefined || !(flat.node.kind === "const" || layout.has(flat))) {
        throw new GatecastError("hardware", `there is no signal ${path} to look at`, {
          remedy: "simulate with { signals: true }, and use a path from .signals",
        });
      }
      return read(flat);
    },
    signals: available.map(([path]) => path),
    memory(path) {
      const flat = design.memories.get(path);
      if (flat === undefined) {
        throw new GatecastError("hardware", `there is no memory ${path}`, {
          remedy: `the memories are ${[...design.memories.keys()].join(", ")}`,
        });
      }
      const { type, storage } = flat.memory;
      const base = layout.memory(flat);
      return Array.from({ length: storage }, (_, i) => cells.read(base + i * bytesOf(type), type));
    },
    toggles() {
      if (bits === undefined) throw notCounted();
      return [...bits].map(([scope, of]) => {
        const sum = (kind: ToggleClass): number => {
          const at = sumAt(scope, kind);
          return at === undefined ? 0 : (words[at + 1] ?? 0) * 2 ** 32 + ((words[at] ?? 0) >>> 0);
        };
        const counts = noToggles();
        for (const kind of toggleClasses) counts[kind] = sum(kind);
        return { path: scope.path, module: scope.graph.name, ...counts, bits: of };
      });
    },
    clearToggles() {
      if (bits === undefined) throw notCounted();
      for (const scope of bits.keys()) {
        for (const kind of toggleClasses) {
          const at = sumAt(scope, kind);
          if (at !== undefined) words.fill(0, at, at + 2);
        }
      }
    },
    get cycle() {
      return cycle;
    },
    size: { nodes: design.order.length, statements: compiled.statements },
  };

  function access(name: string, flat: Flat, type: Type, input: boolean): PortAccess {
    if (type.width > 53) {
      throw new GatecastError("hardware", `port ${name} has ${type.width} bits, more than a number holds`, {
        remedy: "use poke and peek for ports above 53 bits",
        where: { port: name },
      });
    }
    if (flat.node.kind === "const") {
      const value = Number(flat.node.value);
      return { get: () => value, set: refuse(name) };
    }
    const at = layout.address(flat) / 4;
    const narrow = storeOf(flat.type) === "i32";
    return {
      get: narrow
        ? () => {
            settle();
            return words[at] ?? 0;
          }
        : () => {
            settle();
            return (words[at + 1] ?? 0) * 2 ** 32 + ((words[at] ?? 0) >>> 0);
          },
      set: input
        ? (value) => {
            stale = true;
            if (narrow) words[at] = value;
            else {
              const high = Math.floor(value / 2 ** 32);
              words[at] = value - high * 2 ** 32;
              words[at + 1] = high;
            }
          }
        : refuse(name),
    };
  }
}

function refuse(name: string): () => never {
  return () => {
    throw new GatecastError("hardware", `port ${name} is an output and cannot be set`, {
      remedy: "set inputs only",
      where: { port: name },
    });
  };
}
