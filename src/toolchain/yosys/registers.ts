import { GatecastError } from "../../errors.js";

type Bit = number | string;

interface Cell {
  type: string;
  parameters: Record<string, string | number>;
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
  return {
    left: left.text(),
    right: right.text(),
    stateBits,
    differences,
    describe: (output) => {
      const index = /^next_(\d+)$/.exec(output)?.[1];
      return index === undefined ? `output ${output}` : `next value of ${names[Number(index)] ?? index}`;
    },
  };
}

/** A design whose registers are taken out. */
class Opened {
  readonly registers: Register[] = [];
  readonly #design: { modules: Record<string, ModuleJson> };
  readonly #module: ModuleJson;
  readonly #initial = new Map<number, string>();

  constructor(json: string, top: string) {
    this.#design = JSON.parse(json) as { modules: Record<string, ModuleJson> };
    const module = this.#design.modules[top];
    if (module === undefined) throw unsuitable(`it has no module ${top}`, top);
    this.#module = module;
    const names = this.#readNames();
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

  text(): string {
    return JSON.stringify(this.#design);
  }
}

function unsuitable(what: string, top: string): GatecastError {
  return new GatecastError("tool", `The equivalence of ${top} cannot be proved: ${what}.`, {
    remedy: "The method is for synchronous designs of one clock, after memories have become registers.",
    where: { top },
  });
}
