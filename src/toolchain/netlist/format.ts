import { GatecastError } from "../../errors.js";

/** One bit of a connection: a net by its number, or a constant. "x" is an unknown that the design must not depend on. */
export type NetBit = number | "0" | "1" | "x";

export interface NetlistCell {
  name: string;
  type: string;
  /** Values as Yosys writes them: bit strings (first character is the highest bit) or text. */
  parameters: Readonly<Record<string, string>>;
  /** Bits of each connected port, lowest first. */
  connections: Readonly<Record<string, readonly NetBit[]>>;
}

export interface NetlistPort {
  name: string;
  direction: "input" | "output";
  /** Lowest bit first. */
  bits: readonly NetBit[];
}

/** One flat module as Yosys's `write_json` gives it, reduced to what a simulator needs. */
export interface Netlist {
  module: string;
  ports: NetlistPort[];
  cells: NetlistCell[];
  /** A readable name of each net, for messages; where a net has several, a public one. */
  netNames: ReadonlyMap<number, string>;
}

type Json = Record<string, unknown>;

/**
 * Reads the JSON netlist of Yosys, checking what is read.
 *
 * @param json the text of the file
 * @param module the module to take; the design must have been flattened into it
 * @throws GatecastError of kind "tool": no JSON, not this format, no such module, a port that is neither in nor out
 */
export function readNetlist(json: string, module: string): Netlist {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw unreadable(`it is not valid JSON (${error instanceof Error ? error.message : String(error)})`, module);
  }
  const modules = object(object(parsed, "the file", module).modules, '"modules"', module);
  if (!Object.hasOwn(modules, module)) throw unreadable(`it has no module "${module}"`, module);
  const body = object(modules[module], `module "${module}"`, module);

  const ports = Object.entries(object(body.ports, '"ports"', module)).map(([name, value]): NetlistPort => {
    const port = object(value, `port ${name}`, module);
    if (port.direction !== "input" && port.direction !== "output") {
      throw unreadable(`port ${name} is neither an input nor an output`, module);
    }
    return { name, direction: port.direction, bits: bitList(port.bits, `port ${name}`, module) };
  });
  const cells = Object.entries(object(body.cells, '"cells"', module)).map(([name, value]): NetlistCell => {
    const cell = object(value, `cell ${name}`, module);
    if (typeof cell.type !== "string") throw unreadable(`cell ${name} has no type`, module);
    const parameters: Record<string, string> = {};
    for (const [key, parameter] of Object.entries(object(cell.parameters, `the parameters of ${name}`, module))) {
      if (typeof parameter !== "string") throw unreadable(`parameter ${key} of ${name} is not text`, module);
      parameters[key] = parameter;
    }
    const connections: Record<string, NetBit[]> = {};
    // $scopeinfo, the note of a flattened module, has no connections at all.
    for (const [key, bits] of Object.entries(object(cell.connections ?? {}, `the connections of ${name}`, module))) {
      connections[key] = bitList(bits, `${name}.${key}`, module);
    }
    return { name, type: cell.type, parameters, connections };
  });
  return { module, ports, cells, netNames: netNames(object(body.netnames, '"netnames"', module), module) };
}

function netNames(entries: Json, module: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const [name, value] of Object.entries(entries)) {
    const net = object(value, `net ${name}`, module);
    const hidden = net.hide_name === 1;
    for (const [index, bit] of bitList(net.bits, `net ${name}`, module).entries()) {
      if (typeof bit === "number" && !(hidden && names.has(bit))) names.set(bit, `${name}[${index}]`);
    }
  }
  return names;
}

function object(value: unknown, what: string, module: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw unreadable(`${what} is missing`, module);
  return value as Json;
}

function bitList(value: unknown, what: string, module: string): NetBit[] {
  if (!Array.isArray(value)) throw unreadable(`${what} has no list of bits`, module);
  return value.map((bit: unknown) => {
    if (typeof bit === "number" && Number.isSafeInteger(bit) && bit >= 0) return bit;
    if (bit === "0" || bit === "1" || bit === "x") return bit;
    throw unreadable(`${what} has the bit ${JSON.stringify(bit)}`, module);
  });
}

function unreadable(what: string, module: string): GatecastError {
  return new GatecastError("tool", `The netlist of ${module} cannot be read: ${what}.`, {
    remedy: "It must be the JSON that Yosys writes of a flattened design; synthesise again.",
    where: { module },
  });
}
