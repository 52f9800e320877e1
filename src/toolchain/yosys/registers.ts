import { GatecastError } from "../../errors.js";

type Bit = number | string;

interface Cell {
  type: string;
  parameters: Record<string, string | number>;
  port_directions: Record<string, string>;
  connections: Record<string, Bit[]>;
}

/** What is read and changed of a module in the JSON of Yosys; the rest stays as it is. */
interface ModuleJson {
  ports: Record<string, { direction: string; bits: Bit[] }>;
  cells: Record<string, Cell>;
  netnames: Record<string, { hide_name: number; bits: Bit[]; attributes?: Record<string, unknown> }>;
}

interface Register {
  /** The name deepest in the hierarchy. */
  readonly name: string;
  /** Its bits with all their names. */
  readonly bits: { readonly d: Bit; readonly q: number; readonly names: readonly string[] }[];
}

export interface CutDesigns {
  /** The designs as JSON without registers: `state_N` is an input, `next_N` an output. */
  readonly left: string;
  readonly right: string;
  /** The same, cut at wires of equal names too: what drives them is the output `values__`, and what reads them reads the input `wires__`. */
  readonly finer: { readonly left: string; readonly right: string };
  readonly stateBits: number;
  readonly differences: string[];
  /** The register that is meant by `next_N`; other outputs by their own names. */
  describe(output: string): string;
}

/** Takes the registers out of two designs, so that partners become the same inputs and outputs of both. */
export function cutRegisters(a: { json: string; top: string }, b: { json: string; top: string }): CutDesigns {
  const [left, right] = [new Opened(a.json, a.top), new Opened(b.json, b.top)];
  const differences: string[] = [];
  const partners = new Map<string, { d: Bit; q: number }>();
  const free = new Set<number>();
  for (const bit of right.registers.flatMap((register) => register.bits)) {
    free.add(bit.q);
    for (const name of bit.names) partners.set(name, bit);
  }
  const names: string[] = [];
  let stateBits = 0;
  for (const register of left.registers) {
    const pairs = register.bits.flatMap((bit) => {
      const found = bit.names
        .map((name) => partners.get(name))
        .find((partner) => partner !== undefined && free.has(partner.q));
      if (found === undefined) {
        differences.push(`register ${bit.names[0] ?? register.name} of the left design has no partner`);
        return [];
      }
      free.delete(found.q);
      const [one, other] = [left.initial(bit.q), right.initial(found.q)];
      if (one !== other) differences.push(`initial value of ${bit.names[0] ?? register.name}: ${one} and ${other}`);
      return [{ bit, found }];
    });
    stateBits += pairs.length;
    const index = names.push(register.name) - 1;
    left.open(
      index,
      pairs.map(({ bit }) => bit),
    );
    right.open(
      index,
      pairs.map(({ found }) => found),
    );
  }
  for (const { bits, name } of right.registers) {
    const lonely = bits.filter(({ q }) => free.has(q));
    if (lonely.length > 0)
      differences.push(`register ${name} of the right design has no partner for ${lonely.length} bit(s)`);
  }
  const [wholeLeft, wholeRight] = [left.text(), right.text()];
  cutWires(left, right);
  return {
    left: wholeLeft,
    right: wholeRight,
    finer: { left: left.text(), right: right.text() },
    stateBits,
    differences,
    describe: (output) => {
      const index = /^next_(\d+)$/.exec(output)?.[1];
      return index === undefined ? `output ${output}` : `next value of ${names[Number(index)] ?? index}`;
    },
  };
}

/** Cuts both designs at the bits that have a name in common. */
function cutWires(left: Opened, right: Opened): void {
  const partners = new Map<string, number>();
  for (const [bit, names] of right.driven()) for (const name of names) partners.set(name, bit);
  const free = new Set(partners.values());
  const pairs: { one: number; other: number }[] = [];
  for (const [one, names] of left.driven()) {
    const other = names.map((name) => partners.get(name)).find((bit) => bit !== undefined && free.has(bit));
    if (other === undefined) continue;
    free.delete(other);
    pairs.push({ one, other });
  }
  left.cut(pairs.map(({ one }) => one));
  right.cut(pairs.map(({ other }) => other));
}

/** A design whose registers are taken out. */
class Opened {
  readonly registers: Register[] = [];
  readonly #design: { modules: Record<string, ModuleJson> };
  readonly #module: ModuleJson;
  readonly #initial = new Map<number, string>();
  readonly #names: Map<number, string[]>;

  constructor(json: string, top: string) {
    this.#design = JSON.parse(json) as { modules: Record<string, ModuleJson> };
    const module = this.#design.modules[top];
    if (module === undefined) throw unsuitable(`it has no module ${top}`, top);
    this.#module = module;
    const names = this.#readNames();
    this.#names = names;
    const clocks = new Set<Bit>();
    for (const [name, cell] of Object.entries(module.cells)) {
      if (cell.type !== "$dff") {
        if (/^\$(_?a?l?s?dff|_?dlatch|_?sr|mem|ff|fsm|assert|assume)/i.test(cell.type)) {
          throw unsuitable(`cell ${name} (${cell.type}) is no register of a single clock`, top);
        }
        continue;
      }
      const [clock] = cell.connections.CLK ?? [];
      if (clock !== undefined) clocks.add(clock);
      if (Number.parseInt(String(cell.parameters.CLK_POLARITY), 2) !== 1)
        throw unsuitable(`${name} is clocked by a falling edge`, top);
      const { D = [], Q = [] } = cell.connections;
      const bits = Q.flatMap((q, index) => {
        const d = D[index];
        return typeof q === "number" && d !== undefined ? [{ d, q, names: names.get(q) ?? [] }] : [];
      });
      this.registers.push({ name: (bits[0]?.names[0] ?? name).replace(/\[\d+\]$/, ""), bits });
      delete module.cells[name];
    }
    if (clocks.size > 1) throw unsuitable("it has more than one clock", top);
    const inputs = new Set(
      Object.values(module.ports).flatMap(({ direction, bits }) => (direction === "input" ? bits : [])),
    );
    for (const clock of clocks) if (!inputs.has(clock)) throw unsuitable("its clock is no input", top);
  }

  /** By net: its public names, the ones deepest in the hierarchy first; and the initial values. */
  #readNames(): Map<number, string[]> {
    const names = new Map<number, string[]>();
    for (const [name, { hide_name, bits, attributes }] of Object.entries(this.#module.netnames)) {
      const initial = typeof attributes?.init === "string" ? [...attributes.init].reverse() : [];
      bits.forEach((bit, index) => {
        if (typeof bit !== "number") return;
        const value = initial[index];
        if (value !== undefined && value !== "x") this.#initial.set(bit, value);
        if (hide_name === 0) names.set(bit, [...(names.get(bit) ?? []), `${name}[${index}]`]);
      });
    }
    const depth = (name: string) => name.split(".").length;
    for (const list of names.values()) list.sort((a, b) => depth(b) - depth(a) || (a < b ? -1 : 1));
    return names;
  }

  initial(bit: number): string {
    return this.#initial.get(bit) ?? "x";
  }

  open(index: number, bits: readonly { d: Bit; q: number }[]): void {
    if (bits.length === 0) return;
    this.#module.ports[`state_${index}`] = { direction: "input", bits: bits.map(({ q }) => q) };
    this.#module.ports[`next_${index}`] = { direction: "output", bits: bits.map(({ d }) => d) };
  }

  /** The nets that a cell drives and that have names. */
  driven(): Map<number, readonly string[]> {
    const found = new Map<number, readonly string[]>();
    for (const { connections, port_directions } of Object.values(this.#module.cells)) {
      for (const [port, bits] of Object.entries(connections)) {
        if (port_directions[port] !== "output") continue;
        for (const bit of bits) {
          const names = typeof bit === "number" ? this.#names.get(bit) : undefined;
          if (typeof bit === "number" && names !== undefined) found.set(bit, names);
        }
      }
    }
    return found;
  }

  /** Makes what reads these nets read inputs instead. */
  cut(bits: readonly number[]): void {
    const { ports, cells } = this.#module;
    let fresh = 1;
    for (const bit of allBits(this.#module)) fresh = Math.max(fresh, bit + 1);
    const inputs = new Map(bits.map((bit) => [bit, fresh++]));
    for (const { connections, port_directions } of Object.values(cells)) {
      for (const [port, used] of Object.entries(connections)) {
        if (port_directions[port] !== "input") continue;
        connections[port] = used.map((bit) => (typeof bit === "number" ? (inputs.get(bit) ?? bit) : bit));
      }
    }
    ports.values__ = { direction: "output", bits: [...bits] };
    ports.wires__ = { direction: "input", bits: bits.map((bit) => inputs.get(bit) ?? bit) };
  }

  text(): string {
    return JSON.stringify(this.#design);
  }
}

function* allBits({ ports, cells }: ModuleJson): Generator<number> {
  for (const { bits } of Object.values(ports)) for (const bit of bits) if (typeof bit === "number") yield bit;
  for (const { connections } of Object.values(cells)) {
    for (const bits of Object.values(connections)) for (const bit of bits) if (typeof bit === "number") yield bit;
  }
}

function unsuitable(what: string, top: string): GatecastError {
  return new GatecastError("tool", `The equivalence of ${top} cannot be proved: ${what}.`, {
    remedy: "The method is for synchronous designs of one clock, after memories have become registers.",
    where: { top },
  });
}
