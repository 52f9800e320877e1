import type { CellReader, Values } from "../design.js";
import { initialWords, inLane, LANES, uniform } from "./lanes.js";

/** How one side of a port cuts the memory into words. */
interface Shape {
  /** Data and parity bits of a word: parity is there from 9 bits on. */
  data: number;
  parity: number;
  /** Address pins of a word: the lowest ones choose within it and are left out. */
  address: readonly number[];
}

interface ReadSide extends Shape {
  /** Nets of the outputs, data bits before parity bits, and what they hold. */
  outputs: readonly number[];
  latch: Int32Array;
  next: Int32Array;
  initial: Int32Array;
  resetValue: Int32Array;
}

interface WriteSide extends Shape {
  inputs: readonly number[];
  /** Write enable of each byte of data with its parity bit; a word of less than a byte has one. */
  enables: readonly number[];
  mode: string;
}

interface Port {
  enable: number;
  reset: number;
  read?: ReadSide;
  write?: WriteSide;
}

/** Sizes of the two kinds of block memory. */
const KINDS = {
  RAMB18E1: {
    addressPins: 14,
    used: 14,
    half: 16,
    halfParity: 2,
    initRows: 64,
    parityRows: 8,
    enablesA: 2,
    enablesB: 4,
  },
  RAMB36E1: {
    addressPins: 16,
    used: 15,
    half: 32,
    halfParity: 4,
    initRows: 128,
    parityRows: 16,
    enablesA: 4,
    enablesB: 8,
  },
} as const;
const WIDTHS = [0, 1, 2, 4, 9, 18, 36, 72];

/**
 * RAMB18E1 and RAMB36E1 as Yosys uses them: true dual port, or simple dual port (port A reads, port B writes), no output
 * registers, no cascade, one clock.
 *
 * Where one port writes a word that the other reads at the same edge, and the writer is not in mode READ_FIRST, the real part
 * gives no guarantee (UG473, "Conflict Avoidance"). The model then reads the complement of the old content: a design that
 * depends on it is found out.
 */
export function blockMemory(cell: CellReader, type: keyof typeof KINDS): void {
  const { design } = cell;
  const kind = KINDS[type];
  const initial = {
    data: initialWords(rows(cell, "INIT_", kind.initRows), design.unknown),
    parity: initialWords(rows(cell, "INITP_", kind.parityRows), design.unknown),
  };
  const mode = cell.textParameter("RAM_MODE", "TDP");
  const ports = mode === "SDP" ? simplePorts(cell, kind) : [truePort(cell, kind, "A"), truePort(cell, kind, "B")];
  checkRest(cell, mode);

  const memory = { data: Int32Array.from(initial.data), parity: Int32Array.from(initial.parity) };
  design.resets.push(() => {
    memory.data.set(initial.data);
    memory.parity.set(initial.parity);
    for (const { read } of ports) read?.latch.set(read.initial);
  });
  for (const { read } of ports) {
    if (read === undefined) continue;
    const show = (values: Values) => {
      for (let bit = 0; bit < read.outputs.length; bit++) values[read.outputs[bit] ?? 0] = read.latch[bit] ?? 0;
    };
    design.nodes.push({ cell: cell.name, inputs: [], outputs: read.outputs, action: show });
  }
  design.clocked.push((values) => clockEdge(values, memory, ports));
}

type Kind = (typeof KINDS)[keyof typeof KINDS];

interface Memory {
  data: Int32Array;
  parity: Int32Array;
}

function rows(cell: CellReader, prefix: string, count: number): string {
  let bits = "";
  for (let row = 0; row < count; row++) {
    bits += cell.bitParameter(`${prefix}${row.toString(16).toUpperCase().padStart(2, "0")}`, 256, "0");
  }
  return bits;
}

function shape(cell: CellReader, kind: Kind, parameter: string, address: readonly number[]): Shape | undefined {
  const width = cell.numberParameter(parameter, 0);
  if (!WIDTHS.includes(width)) throw cell.unmodelled(`its parameter ${parameter} is ${width}`);
  if (width === 0) return undefined;
  const data = width < 9 ? width : (width / 9) * 8;
  return { data, parity: width - data, address: address.slice(Math.log2(data), kind.used) };
}

function readSide(cell: CellReader, side: Shape | undefined, pins: PortPins): ReadSide | undefined {
  if (side === undefined) return undefined;
  const initial = initialWords(latchBits(pins.initial, side), cell.design.unknown);
  return {
    ...side,
    outputs: [...pins.dataOut.slice(0, side.data), ...pins.parityOut.slice(0, side.parity)],
    latch: Int32Array.from(initial),
    next: new Int32Array(side.data + side.parity),
    initial,
    resetValue: initialWords(latchBits(pins.resetValue, side), cell.design.unknown),
  };
}

/** INIT and SRVAL hold the data bits of a word and its parity bits above them; where a word takes both ports, each has its half. */
function latchBits(values: readonly string[], { data, parity }: Shape): string {
  const used = data + parity > (values[0]?.length ?? 0) ? values : values.slice(0, 1);
  const [dataPart, parityPart] = [data / used.length, parity / used.length];
  return (
    used.map((bits) => bits.slice(0, dataPart)).join("") +
    used.map((bits) => bits.slice(dataPart, dataPart + parityPart)).join("")
  );
}

/** The output pins of one port, or of both taken together, and the values of their latches, one for each port. */
interface PortPins {
  dataOut: number[];
  parityOut: number[];
  initial: string[];
  resetValue: string[];
}

function portPins(cell: CellReader, kind: Kind, letter: "A" | "B"): PortPins {
  const bits = (name: string) => [cell.bitParameter(name, kind.half + kind.halfParity, "0")];
  return {
    dataOut: cell.output(letter === "A" ? "DOADO" : "DOBDO", kind.half),
    parityOut: cell.output(letter === "A" ? "DOPADOP" : "DOPBDOP", kind.halfParity),
    initial: bits(`INIT_${letter}`),
    resetValue: bits(`SRVAL_${letter}`),
  };
}

function addressOf(cell: CellReader, kind: Kind, letter: "A" | "B"): number[] {
  return cell.input(letter === "A" ? "ADDRARDADDR" : "ADDRBWRADDR", kind.addressPins);
}

function truePort(cell: CellReader, kind: Kind, letter: "A" | "B"): Port {
  const address = addressOf(cell, kind, letter);
  const read = readSide(cell, shape(cell, kind, `READ_WIDTH_${letter}`, address), portPins(cell, kind, letter));
  const side = shape(cell, kind, `WRITE_WIDTH_${letter}`, address);
  const data = cell.input(letter === "A" ? "DIADI" : "DIBDI", kind.half);
  const parity = cell.input(letter === "A" ? "DIPADIP" : "DIPBDIP", kind.halfParity);
  const enables = letter === "A" ? cell.input("WEA", kind.enablesA) : cell.input("WEBWE", kind.enablesB);
  const mode = cell.textParameter(`WRITE_MODE_${letter}`, "WRITE_FIRST");
  return port(cell, letter, read, writeSide(cell, side, data, parity, enables, mode));
}

function simplePorts(cell: CellReader, kind: Kind): Port[] {
  const [a, b] = [portPins(cell, kind, "A"), portPins(cell, kind, "B")];
  const read = readSide(cell, shape(cell, kind, "READ_WIDTH_A", addressOf(cell, kind, "A")), {
    dataOut: [...a.dataOut, ...b.dataOut],
    parityOut: [...a.parityOut, ...b.parityOut],
    initial: [...a.initial, ...b.initial],
    resetValue: [...a.resetValue, ...b.resetValue],
  });
  const side = shape(cell, kind, "WRITE_WIDTH_B", addressOf(cell, kind, "B"));
  cell.require({ READ_WIDTH_B: 0, WRITE_WIDTH_A: 0 });
  cell.ignoreParameters("WRITE_MODE_A");
  cell.ignore("WEA");
  const [low, lowParity] = [cell.input("DIADI", kind.half), cell.input("DIPADIP", kind.halfParity)];
  const [high, highParity] = [cell.input("DIBDI", kind.half), cell.input("DIPBDIP", kind.halfParity)];
  // A word that fits one half comes in at port B's pins.
  const wide = side !== undefined && side.data > kind.half;
  const write = writeSide(
    cell,
    side,
    wide ? [...low, ...high] : high,
    wide ? [...lowParity, ...highParity] : highParity,
    cell.input("WEBWE", kind.enablesB),
    cell.textParameter("WRITE_MODE_B", "WRITE_FIRST"),
  );
  return [port(cell, "A", read, undefined), port(cell, "B", undefined, write)];
}

function writeSide(
  cell: CellReader,
  side: Shape | undefined,
  data: number[],
  parity: number[],
  enables: number[],
  mode: string,
): WriteSide | undefined {
  if (!["WRITE_FIRST", "READ_FIRST", "NO_CHANGE"].includes(mode)) throw cell.unmodelled(`its write mode is ${mode}`);
  if (side === undefined) return undefined;
  const bytes = Math.max(1, side.data / 8);
  return {
    ...side,
    inputs: [...data.slice(0, side.data), ...parity.slice(0, side.parity)],
    enables: enables.slice(0, bytes),
    mode,
  };
}

function port(cell: CellReader, letter: "A" | "B", read: ReadSide | undefined, write: WriteSide | undefined): Port {
  const clock = letter === "A" ? "CLKARDCLK" : "CLKBWRCLK";
  if (read !== undefined || write !== undefined) cell.clock(clock);
  else cell.ignore(clock);
  return {
    enable: cell.pin(letter === "A" ? "ENARDEN" : "ENBWREN"),
    reset: cell.pin(letter === "A" ? "RSTRAMARSTRAM" : "RSTRAMB"),
    ...(read === undefined ? {} : { read }),
    ...(write === undefined ? {} : { write }),
  };
}

function checkRest(cell: CellReader, mode: string): void {
  if (mode !== "TDP" && mode !== "SDP") throw cell.unmodelled(`its mode is ${mode}`);
  cell.require({ DOA_REG: 0, DOB_REG: 0, RAM_EXTENSION_A: "NONE", RAM_EXTENSION_B: "NONE" });
  cell.require({ EN_ECC_READ: "FALSE", EN_ECC_WRITE: "FALSE", INIT_FILE: "NONE" });
  for (const name of ["DOA_REG", "DOB_REG", "RAM_EXTENSION_A", "RAM_EXTENSION_B"]) cell.ignoreParameters(name);
  cell.ignoreParameters("SIM_COLLISION_CHECK", "SIM_DEVICE", "RDADDR_COLLISION_HWCONFIG");
  // Without output registers, what controls them has no effect.
  cell.ignoreParameters("RSTREG_PRIORITY_A", "RSTREG_PRIORITY_B");
  cell.ignore("REGCEAREGCE", "REGCEB", "RSTREGARSTREG", "RSTREGB");
  cell.ignore("CASCADEINA", "CASCADEINB", "CASCADEOUTA", "CASCADEOUTB", "INJECTDBITERR", "INJECTSBITERR");
  cell.ignore("DBITERR", "SBITERR", "ECCPARITY", "RDADDRECC");
  cell.done();
}

function clockEdge(values: Values, memory: Memory, ports: readonly Port[]): void {
  const writing = ports.map(({ write, enable }) => {
    if (write === undefined) return 0;
    let any = 0;
    for (const net of write.enables) any |= values[net] ?? 0;
    return any & (values[enable] ?? 0);
  });
  for (const [index, { read, enable }] of ports.entries()) {
    const enabled = values[enable] ?? 0;
    if (read === undefined || enabled === 0) continue;
    readWord(values, memory, read);
    const other = ports[1 - index]?.write;
    const collision = (writing[1 - index] ?? 0) & enabled;
    if (other !== undefined && other.mode !== "READ_FIRST" && collision !== 0) {
      const lanes = overlap(values, read, other) & collision;
      if (lanes !== 0) for (let bit = 0; bit < read.next.length; bit++) read.next[bit] = (read.next[bit] ?? 0) ^ lanes;
    }
  }
  for (const [index, { write, enable }] of ports.entries()) {
    if (write !== undefined && writing[index] !== 0) writeWord(values, memory, write, values[enable] ?? 0);
  }
  for (const [index, { read, write, enable, reset }] of ports.entries()) {
    if (read === undefined) continue;
    let update = values[enable] ?? 0;
    const own = writing[index] ?? 0;
    if (own !== 0 && write?.mode === "WRITE_FIRST") rereadOwn(values, memory, read, own);
    if (write?.mode === "NO_CHANGE") update &= ~own;
    const clear = (values[reset] ?? 0) & (values[enable] ?? 0);
    for (let bit = 0; bit < read.latch.length; bit++) {
      const held = ((read.next[bit] ?? 0) & update) | ((read.latch[bit] ?? 0) & ~update);
      read.latch[bit] = (held & ~clear) | ((read.resetValue[bit] ?? 0) & clear);
    }
  }
}

/** The word at the address of each lane goes into `side.next`. */
function readWord(values: Values, memory: Memory, side: ReadSide): void {
  const { data, parity, next, address } = side;
  const word = uniform(values, address);
  if (word >= 0) {
    for (let bit = 0; bit < data; bit++) next[bit] = memory.data[word * data + bit] ?? 0;
    for (let bit = 0; bit < parity; bit++) next[data + bit] = memory.parity[word * parity + bit] ?? 0;
    return;
  }
  next.fill(0);
  for (let lane = 0; lane < LANES; lane++) {
    const [own, mask] = [inLane(values, address, lane), 1 << lane];
    for (let bit = 0; bit < data; bit++) next[bit] = (next[bit] ?? 0) | ((memory.data[own * data + bit] ?? 0) & mask);
    for (let bit = 0; bit < parity; bit++) {
      next[data + bit] = (next[data + bit] ?? 0) | ((memory.parity[own * parity + bit] ?? 0) & mask);
    }
  }
}

/** In mode WRITE_FIRST, lanes that write see the new content. */
function rereadOwn(values: Values, memory: Memory, read: ReadSide, lanes: number): void {
  const before = Int32Array.from(read.next);
  readWord(values, memory, read);
  for (let bit = 0; bit < before.length; bit++) {
    read.next[bit] = ((read.next[bit] ?? 0) & lanes) | ((before[bit] ?? 0) & ~lanes);
  }
}

function writeWord(values: Values, memory: Memory, side: WriteSide, enabled: number): void {
  const { data, parity, address, inputs, enables } = side;
  const word = uniform(values, address);
  const put = (own: number, lanes: number) => {
    for (let bit = 0; bit < data; bit++) {
      const mask = (values[enables[bit >> 3] ?? 0] ?? 0) & lanes;
      const place = own * data + bit;
      memory.data[place] = ((values[inputs[bit] ?? 0] ?? 0) & mask) | ((memory.data[place] ?? 0) & ~mask);
    }
    for (let bit = 0; bit < parity; bit++) {
      const mask = (values[enables[bit] ?? 0] ?? 0) & lanes;
      const place = own * parity + bit;
      memory.parity[place] = ((values[inputs[data + bit] ?? 0] ?? 0) & mask) | ((memory.parity[place] ?? 0) & ~mask);
    }
  };
  if (word >= 0) put(word, enabled);
  else {
    for (let lane = 0; lane < LANES; lane++) {
      const mask = (1 << lane) & enabled;
      if (mask !== 0) put(inLane(values, address, lane), mask);
    }
  }
}

/** Lanes in which the word that is read and the word that is written have bits in common. */
function overlap(values: Values, read: Shape, write: Shape): number {
  const common = (from: number, to: number) =>
    from * read.data < (to + 1) * write.data && to * write.data < (from + 1) * read.data;
  const [from, to] = [uniform(values, read.address), uniform(values, write.address)];
  if (from >= 0 && to >= 0) return common(from, to) ? -1 : 0;
  let lanes = 0;
  for (let lane = 0; lane < LANES; lane++) {
    if (common(inLane(values, read.address, lane), inLane(values, write.address, lane))) lanes |= 1 << lane;
  }
  return lanes;
}
