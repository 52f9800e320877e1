import { GatecastError } from "../../errors.js";
import type { NetBit, Netlist, NetlistCell } from "./format.js";

/** Indices of the constant nets. UNKNOWN stands for "x": a value the design must not depend on; the caller chooses it. */
export const ZERO = 0;
export const ONE = 1;
export const UNKNOWN = 2;

/** Values of all nets; each is 32 lanes of one bit. */
export type Values = Int32Array;

/** Something that computes nets from nets, without waiting for the clock. */
export interface Node {
  cell: string;
  inputs: readonly number[];
  outputs: readonly number[];
  /** Statements on `v[index]`, or a function: text is compiled together with its neighbours. */
  action: string | ((values: Values) => void);
}

export interface FlipFlop {
  d: number;
  enable: number;
  /** Synchronous set or reset, whichever `resetValue` says; the reset wins over the enable. */
  reset: number;
  resetValue: 0 | 1;
  q: number;
  initial: "0" | "1" | "x";
}

/** What the cell models build from the netlist: the parts of a simulation, with nets numbered without gaps. */
export class Design {
  readonly nodes: Node[] = [];
  readonly flipFlops: FlipFlop[] = [];
  /** Called at each clock edge, in any order: they read nets and change only their own state. */
  readonly clocked: ((values: Values) => void)[] = [];
  /** Puts the state of memories and registers within cells back to what it is at power-up. */
  readonly resets: (() => void)[] = [];
  /** Clock pins, by the cell they belong to. */
  readonly clockPins: { cell: string; net: number }[] = [];
  private readonly indices = new Map<number, number>();
  private count = 3;

  constructor(
    readonly netlist: Netlist,
    /** What "x" is taken for. */
    readonly unknown: 0 | 1,
  ) {}

  get netCount(): number {
    return this.count;
  }

  /** The index of a net or a constant. */
  net(bit: NetBit): number {
    if (bit === "0") return ZERO;
    if (bit === "1") return ONE;
    if (bit === "x") return UNKNOWN;
    let index = this.indices.get(bit);
    if (index === undefined) {
      index = this.newNet();
      this.indices.set(bit, index);
    }
    return index;
  }

  newNet(): number {
    return this.count++;
  }

  /** A readable name of a net for messages. */
  nameOf(index: number): string {
    for (const [bit, candidate] of this.indices) {
      if (candidate === index) return this.netlist.netNames.get(bit) ?? `net ${bit}`;
    }
    return `internal net ${index}`;
  }
}

/** The operand of a net in compiled text. */
export function operand(index: number): string {
  return index === ZERO ? "0" : index === ONE ? "-1" : `v[${index}]`;
}

/**
 * A cell's pins and parameters, as a model reads them. What a model has not asked for by the time it says `done` is an error:
 * nothing of a netlist is overlooked.
 */
export class CellReader {
  private readonly ports: Set<string>;
  private readonly parameters: Set<string>;

  constructor(
    private readonly cell: NetlistCell,
    readonly design: Design,
  ) {
    this.ports = new Set(Object.keys(cell.connections));
    this.parameters = new Set(Object.keys(cell.parameters));
  }

  get name(): string {
    return this.cell.name;
  }

  /** Nets of an input, lowest bit first; what is not connected is unknown. */
  input(port: string, width = 1): number[] {
    return this.bits(port, width).map((bit) => (bit === undefined ? UNKNOWN : this.design.net(bit)));
  }

  /** The net of an input of one bit. */
  pin(port: string): number {
    return this.input(port)[0] ?? UNKNOWN;
  }

  /** Nets of an output; what is not connected gets a net of its own. */
  output(port: string, width = 1): number[] {
    return this.bits(port, width).map((bit) => (bit === undefined ? this.design.newNet() : this.design.net(bit)));
  }

  /** An input that must be tied to these constants, lowest bit first; returns them. "x" and unconnected count as 0. */
  constant(port: string, width = 1): (0 | 1)[] {
    return this.bits(port, width).map((bit) => {
      if (bit === "1") return 1;
      if (bit === "0" || bit === "x" || bit === undefined) return 0;
      throw this.unmodelled(`its input ${port} is not constant`);
    });
  }

  /** Notes the clock pin. */
  clock(port: string): void {
    this.design.clockPins.push({ cell: this.name, net: this.pin(port) });
  }

  /** Ports that have no effect in the modes that are modelled. If one is an output that something uses, that net has no driver. */
  ignore(...ports: string[]): void {
    for (const port of ports) this.ports.delete(port);
  }

  /** A parameter as bits, lowest first, each "0", "1" or "x". */
  bitParameter(name: string, width: number, otherwise: string): string {
    this.parameters.delete(name);
    const value = this.cell.parameters[name] ?? otherwise;
    if (!/^[01x]+$/.test(value)) throw this.unmodelled(`its parameter ${name} is "${value}", not bits`);
    // Yosys may write a value shorter (zeros above it) or longer (as a 32-bit number) than the parameter is.
    const bits = [...value].reverse();
    if (bits.slice(width).some((bit) => bit !== "0"))
      throw this.unmodelled(`its parameter ${name} does not fit ${width} bits`);
    return bits.slice(0, width).join("").padEnd(width, "0");
  }

  /** A parameter that is a small number. */
  numberParameter(name: string, otherwise: number): number {
    const bits = this.bitParameter(name, 32, otherwise.toString(2));
    if (bits.includes("x")) throw this.unmodelled(`its parameter ${name} is not defined`);
    return Number.parseInt([...bits].reverse().join(""), 2);
  }

  /** A parameter that is text. Yosys adds a space to text that would look like bits. */
  textParameter(name: string, otherwise: string): string {
    this.parameters.delete(name);
    return (this.cell.parameters[name] ?? otherwise).trimEnd();
  }

  /** Parameters of which only one value is modelled: a number, or text. */
  require(values: Readonly<Record<string, number | string>>): void {
    for (const [name, wanted] of Object.entries(values)) {
      if (!Object.hasOwn(this.cell.parameters, name)) continue;
      const found = typeof wanted === "number" ? this.numberParameter(name, wanted) : this.textParameter(name, wanted);
      if (found !== wanted) throw this.unmodelled(`its parameter ${name} is ${found}`);
    }
  }

  /** Parameters that only matter to other tools. */
  ignoreParameters(...names: string[]): void {
    for (const name of names) this.parameters.delete(name);
  }

  done(): void {
    for (const name of this.parameters) {
      // Inverters at the pins are drawn into cells only by tools that place them; none of ours does.
      if (/^IS_\w+_INVERTED$/.test(name) && !/[1x]/.test(this.cell.parameters[name] ?? "")) continue;
      throw this.unmodelled(`its parameter ${name} = "${this.cell.parameters[name]}" is not known`);
    }
    for (const port of this.ports) throw this.unmodelled(`its port ${port} is not known`);
  }

  unmodelled(what: string): GatecastError {
    const { type, name } = this.cell;
    return new GatecastError("tool", `The netlist simulator has no model of cell ${name} (${type}): ${what}.`, {
      remedy: "Use the netlist in another simulator, or change the design so that this is not needed.",
      where: { cell: name, type },
    });
  }

  private bits(port: string, width: number): (NetBit | undefined)[] {
    this.ports.delete(port);
    const bits = this.cell.connections[port] ?? [];
    if (bits.length > width) throw this.unmodelled(`its port ${port} has ${bits.length} bits instead of ${width}`);
    return Array.from({ length: width }, (_, index) => bits[index]);
  }
}
