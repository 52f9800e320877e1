import type { Program } from "./compile.js";
import type { Netlist, NetlistCell } from "./format.js";

/** The classes of nets by what drives them, in the order in which they are shown. */
export const netClasses = ["flipFlop", "lut", "localLut", "sum", "localSum", "lutMemory", "block", "dsp"] as const;

/**
 * What drives a net: a flip-flop; a look-up table or wide multiplexer; a sum bit of a carry chain; `local`, where all readers sit in the
 * driver's own slice (a LUT in front of its flip-flop, carry chain or multiplexer needs no routing); a memory or shift register of
 * look-up tables; a block memory; a DSP slice. Carries themselves are no nets of their own.
 */
export type NetClass = (typeof netClasses)[number];

/** How often nets of each class have changed, and how many there are. */
export type NetToggles = Readonly<Record<NetClass, { readonly toggles: number; readonly nets: number }>>;

/** Counts the changes of nets from one clock edge to the next, in all lanes together. */
export class ToggleCounter {
  readonly #program: Program;
  readonly #nets: ReadonlyMap<NetClass, Int32Array>;
  readonly #sums = new Map<NetClass, number>();
  #before: Int32Array | undefined;

  constructor(netlist: Netlist, program: Program) {
    this.#program = program;
    this.#nets = netsByClass(netlist, program);
  }

  /** To be called with settled nets, once before each clock edge. */
  note(): void {
    const { values } = this.#program;
    const before = this.#before;
    if (before !== undefined) {
      for (const [kind, nets] of this.#nets) {
        let sum = this.#sums.get(kind) ?? 0;
        for (const net of nets) {
          const changed = (values[net] ?? 0) ^ (before[net] ?? 0);
          if (changed !== 0) sum += ones(changed);
        }
        this.#sums.set(kind, sum);
      }
    }
    this.#before = values.slice();
  }

  counts(): NetToggles {
    const of = (kind: NetClass) => ({ toggles: this.#sums.get(kind) ?? 0, nets: this.#nets.get(kind)?.length ?? 0 });
    return {
      flipFlop: of("flipFlop"),
      lut: of("lut"),
      localLut: of("localLut"),
      sum: of("sum"),
      localSum: of("localSum"),
      lutMemory: of("lutMemory"),
      block: of("block"),
      dsp: of("dsp"),
    };
  }
}

/** Ports that drive nets, with their classes, by type of cell. */
function drivenBy({ type }: NetlistCell): { readonly kind: NetClass; readonly ports: readonly string[] } | null {
  if (/^FD[RSCP]E$/.test(type)) return { kind: "flipFlop", ports: ["Q"] };
  if (/^(LUT[1-6]|INV|MUXF[78])$/.test(type)) return { kind: "lut", ports: ["O"] };
  if (type === "CARRY4") return { kind: "sum", ports: ["O"] };
  if (/^(RAM\d|SRL)/.test(type))
    return { kind: "lutMemory", ports: ["O", "Q", "DPO", "SPO", "DOA", "DOB", "DOC", "DOD"] };
  if (/^RAMB/.test(type)) return { kind: "block", ports: ["DOADO", "DOBDO", "DOPADOP", "DOPBDOP"] };
  if (type === "DSP48E1") return { kind: "dsp", ports: ["P"] };
  return null;
}

/** Whether the pin sits in the slice of what drives it. */
function isLocal(type: string, port: string): boolean {
  if (/^FD/.test(type)) return port === "D";
  if (type === "CARRY4") return port === "S" || port === "DI";
  return /^MUXF/.test(type) && port !== "S";
}

function netsByClass(netlist: Netlist, program: Program): Map<NetClass, Int32Array> {
  const routed = new Set<number>();
  const drivers = new Map<number, NetClass>();
  for (const { bits, direction } of netlist.ports) {
    if (direction === "output") for (const bit of bits) if (typeof bit === "number") routed.add(bit);
  }
  for (const cell of netlist.cells) {
    const driven = drivenBy(cell);
    for (const [port, bits] of Object.entries(cell.connections)) {
      const kind = driven?.ports.includes(port) ? driven.kind : undefined;
      for (const bit of bits) {
        if (typeof bit !== "number") continue;
        if (kind !== undefined) drivers.set(bit, kind);
        else if (!isLocal(cell.type, port)) routed.add(bit);
      }
    }
  }
  const nets = new Map<NetClass, number[]>();
  for (const [bit, driver] of drivers) {
    const kind = routed.has(bit) ? driver : driver === "lut" ? "localLut" : driver === "sum" ? "localSum" : driver;
    const places = nets.get(kind);
    if (places) places.push(program.place(bit));
    else nets.set(kind, [program.place(bit)]);
  }
  return new Map([...nets].map(([kind, places]) => [kind, Int32Array.from(places)]));
}

/** How many bits are set. */
function ones(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
