import { Builder } from "./builder.js";
import { checkComplete, checkPaths } from "./check.js";
import type { InputNode, ModuleGraph, Node, Owner } from "./graph.js";
import { coerce } from "./make.js";
import { fail } from "./place.js";
import { flattenPorts, type Inside, type Module, type Ports, payloadValues, type Returned } from "./ports.js";
import { isReserved } from "./reserved.js";
import { type Payload, type PayloadValues, Stream, type StreamOffer, StreamType } from "./streams.js";
import type { Type } from "./types.js";
import { type BitLike, bitNode, nodeFor, valueFor } from "./values.js";

/** The frame of a module: ports, and the manual that becomes the header comment of the generated entity. */
export interface ModuleSpec<I extends Ports, O extends Ports> {
  /** What it does, for a reader of the VHDL: the first sentence is its summary. */
  readonly doc?: string;
  readonly in: I;
  readonly out: O;
}

/**
 * Describes a module. The body runs once, at once: it gets the inputs and a builder, and returns the outputs.
 * A clock is added where a register or a clocked memory is inside, a reset where a register is reset.
 * @throws GatecastError of kind hardware, with the caller's line, where the description is wrong.
 */
export function module<I extends Ports, O extends Ports>(
  name: string,
  spec: ModuleSpec<I, O>,
  body: (p: Inside<I, O>, m: Builder) => Returned<O>,
): Module<I, O> {
  if (!/^[a-z](?:_?[a-z0-9])*$/.test(name)) {
    fail(`${JSON.stringify(name)} is no name for a module`, "use lower case letters, digits and single underscores");
  }
  if (isReserved(name)) fail(`module ${name} is a reserved word of VHDL or Verilog`, "rename it");
  const ports = flattenPorts(spec.in, spec.out);
  const owner: Owner = { name };
  const builder = new Builder(owner);
  const inputs = new Map<string, InputNode>();
  for (const port of ports) {
    if (port.direction === "out") continue;
    inputs.set(port.name, { kind: "input", type: port.type, owner, name: port.name, port: port.name });
  }
  const outputs = new Map<string, Node>();
  const setOutput = (port: string, value: unknown): void => {
    const type = ports.find((p) => p.name === port)?.type;
    if (type === undefined) fail(`${name} has no output ${port}`, "return exactly the declared outputs");
    const node = coerce(nodeFor(value, type, `output ${port}`), type, `output ${port} of ${name}`);
    if (node.owner !== undefined && node.owner !== owner) {
      fail(`output ${port} of ${name} belongs to module ${node.owner.name}`, "pass values through ports");
    }
    outputs.set(port, node);
  };

  const returned = body(insideOf(spec, inputs, setOutput), builder);
  const values: Readonly<Record<string, unknown>> = returned;
  for (const [port, type] of Object.entries<Type | StreamType>(spec.out)) {
    if (!(type instanceof StreamType)) {
      setOutput(port, values[port]);
      continue;
    }
    const offer = values[port] as StreamOffer<Payload> | Stream | undefined;
    if (offer === undefined) return fail(`${name} does not return its stream ${port}`, "return { valid, data }");
    setOutput(`${port}_valid`, offer.valid);
    const data: Readonly<Record<string, unknown>> = offer.data;
    payloadValues(port, type, (flat) => setOutput(flat, data[flat.slice(port.length + 1)]));
    if (offer instanceof Stream) {
      const ready = inputs.get(`${port}_ready`);
      if (ready !== undefined) offer.accept(valueFor<Type<"bit">>(ready));
    }
  }
  for (const port of ports) {
    if (port.direction === "out" && !outputs.has(port.name)) {
      fail(`${name} does not accept its stream ${port.stream?.name ?? port.name}`, "accept it, or pass it on");
    }
  }
  const { registers, memories, instances } = builder;
  const parts = { name, ports, outputs, registers, memories, instances };
  checkComplete(parts, builder.wires);
  const graph: ModuleGraph = {
    ...parts,
    doc: spec.doc,
    inputs,
    depends: checkPaths(parts),
    clocked:
      registers.length > 0 ||
      memories.some((memory) => memory.latency === 1 || memory.write !== undefined) ||
      instances.some((instance) => instance.module.clocked),
    resettable:
      registers.some((reg) => reg.reset !== undefined) || instances.some((instance) => instance.module.resettable),
  };
  return { name, inputs: spec.in, outputs: spec.out, graph };
}

/** The values the body sees. */
function insideOf<I extends Ports, O extends Ports>(
  spec: ModuleSpec<I, O>,
  inputs: ReadonlyMap<string, InputNode>,
  setOutput: (port: string, value: BitLike) => void,
): Inside<I, O> {
  const value = (port: string) => {
    const node = inputs.get(port);
    if (node === undefined) throw new Error(`no input ${port}`);
    return valueFor(node);
  };
  const inside: Record<string, unknown> = {};
  for (const [port, type] of Object.entries<Type | StreamType>(spec.in)) {
    inside[port] =
      type instanceof StreamType
        ? new Stream(
            port,
            value(`${port}_valid`) as never,
            payloadValues(port, type, value) as PayloadValues<Payload>,
            (ready) => setOutput(`${port}_ready`, valueFor<Type<"bit">>(bitNode(ready))),
          )
        : value(port);
  }
  for (const [port, type] of Object.entries<Type | StreamType>(spec.out)) {
    if (type instanceof StreamType) inside[port] = { ready: value(`${port}_ready`) };
  }
  return inside as Inside<I, O>;
}
