import { type CellReader, ONE, UNKNOWN, type Values, ZERO } from "../design.js";
import { initialWords, inLane, LANES, uniform } from "./lanes.js";

/** Words of the array itself, and bits of each; a narrower mode takes some bits of a word, chosen by the upper address bits. */
const ROWS = 256;
const COLUMNS = 16;

/** One side of the memory: `pins` are the data pins of its mode, `stride` the array's bits from one pin to the next. */
interface Side {
  readonly pins: readonly number[];
  readonly stride: number;
  readonly address: readonly number[];
  readonly enables: readonly number[];
}

/**
 * SB_RAM40_4K: a block memory with one port to read and one to write, 256 x 16, 512 x 8, 1024 x 4 or 2048 x 2 bits each.
 *
 * Where a word is read that is written at the same edge, the part gives no guarantee. The model then reads the complement of the old content, so that a
 * design that depends on it is found out.
 */
export function blockMemory(cell: CellReader): void {
  const { design } = cell;
  let bits = "";
  for (let row = 0; row < 16; row++) bits += cell.bitParameter(`INIT_${row.toString(16).toUpperCase()}`, 256, "0");
  const initial = initialWords(bits, design.unknown);
  cell.require({ INIT_FILE: "" });
  const read = side(cell, "READ", cell.output("RDATA", COLUMNS), cell.input("RADDR", 11), ["RE", "RCLKE"], "RCLK");
  const write = side(cell, "WRITE", cell.input("WDATA", COLUMNS), cell.input("WADDR", 11), ["WE", "WCLKE"], "WCLK");
  const masks = cell.input("MASK", COLUMNS);
  const kept = write.stride === 1 ? masks.map((net) => (net === UNKNOWN ? ZERO : net)) : [];
  cell.done();

  const outputs = read.pins;
  const memory = Int32Array.from(initial);
  const start = design.unknown === 1 ? -1 : 0;
  const used = new Set(dataPins(read.stride));
  const latch = new Int32Array(COLUMNS);
  const next = new Int32Array(COLUMNS);
  design.resets.push(() => {
    memory.set(initial);
    for (let pin = 0; pin < COLUMNS; pin++) latch[pin] = used.has(pin) ? start : 0;
  });
  design.nodes.push({
    cell: cell.name,
    inputs: [],
    outputs,
    action: (values) => {
      for (let pin = 0; pin < COLUMNS; pin++) values[outputs[pin] ?? 0] = latch[pin] ?? 0;
    },
  });
  design.clocked.push((values) => {
    const reading = active(values, read);
    const writing = active(values, write);
    if (reading !== 0) {
      readWord(values, memory, read, next);
      const both = reading & writing;
      const lost = both === 0 ? 0 : overlap(values, read, write) & both;
      for (const pin of used) {
        latch[pin] = (((next[pin] ?? 0) ^ lost) & reading) | ((latch[pin] ?? 0) & ~reading);
      }
    }
    if (writing !== 0) writeWord(values, memory, write, kept, writing);
  });
}

function side(
  cell: CellReader,
  name: "READ" | "WRITE",
  pins: readonly number[],
  address: readonly number[],
  enables: readonly string[],
  clock: string,
): Side {
  const mode = cell.numberParameter(`${name}_MODE`, 0);
  if (mode > 3) throw cell.unmodelled(`its parameter ${name}_MODE is ${mode}`);
  const nets = enables.map((pin) => cell.pin(pin));
  // A table of constants has a port that is never used, and its clock is tied to a constant.
  if (nets.includes(ZERO)) cell.ignore(clock);
  else cell.clock(clock);
  return { pins, stride: 1 << mode, address: address.slice(0, 8 + mode), enables: nets };
}

/** Where the bits of a word stand among the 16 data pins: 512 x 8 takes the even ones, 1024 x 4 pins 1, 5, 9, 13, 2048 x 2 pins 3 and 11. */
function dataPins(stride: number): number[] {
  const first = Math.max(0, stride / 2 - 1);
  return Array.from({ length: COLUMNS / stride }, (_, index) => first + index * stride);
}

/** Lanes in which all enables are high. */
function active(values: Values, { enables }: Side): number {
  let lanes = -1;
  for (const net of enables) lanes &= net === ONE ? -1 : (values[net] ?? 0);
  return lanes;
}

/** Place in the array of the first bit of the word at an address; its others follow each `stride` places. */
function place(address: number): number {
  return (address % ROWS) * COLUMNS + Math.floor(address / ROWS);
}

function readWord(values: Values, memory: Int32Array, read: Side, next: Int32Array): void {
  const pins = dataPins(read.stride);
  const word = uniform(values, read.address);
  if (word >= 0) {
    const first = place(word);
    for (let bit = 0; bit < pins.length; bit++) next[pins[bit] ?? 0] = memory[first + bit * read.stride] ?? 0;
    return;
  }
  next.fill(0);
  for (let lane = 0; lane < LANES; lane++) {
    const first = place(inLane(values, read.address, lane));
    const mask = 1 << lane;
    for (let bit = 0; bit < pins.length; bit++) {
      const pin = pins[bit] ?? 0;
      next[pin] = (next[pin] ?? 0) | ((memory[first + bit * read.stride] ?? 0) & mask);
    }
  }
}

function writeWord(values: Values, memory: Int32Array, write: Side, kept: readonly number[], lanes: number): void {
  const pins = dataPins(write.stride);
  const put = (address: number, chosen: number) => {
    const first = place(address);
    for (let bit = 0; bit < pins.length; bit++) {
      const pin = pins[bit] ?? 0;
      const mask = chosen & ~(kept.length === 0 ? 0 : (values[kept[pin] ?? 0] ?? 0));
      const at = first + bit * write.stride;
      memory[at] = ((values[write.pins[pin] ?? 0] ?? 0) & mask) | ((memory[at] ?? 0) & ~mask);
    }
  };
  const word = uniform(values, write.address);
  if (word >= 0) put(word, lanes);
  else {
    for (let lane = 0; lane < LANES; lane++) {
      const mask = (1 << lane) & lanes;
      if (mask !== 0) put(inLane(values, write.address, lane), mask);
    }
  }
}

/** Lanes in which the word that is read and the one that is written have bits in common. */
function overlap(values: Values, read: Side, write: Side): number {
  const common = (from: number, to: number) => {
    if (from % ROWS !== to % ROWS) return false;
    // The narrower word's bits lie among the wider one's where they agree in the column bits that both have.
    const columns = Math.min(read.stride, write.stride);
    return Math.floor(from / ROWS) % columns === Math.floor(to / ROWS) % columns;
  };
  const [from, to] = [uniform(values, read.address), uniform(values, write.address)];
  if (from >= 0 && to >= 0) return common(from, to) ? -1 : 0;
  let lanes = 0;
  for (let lane = 0; lane < LANES; lane++) {
    if (common(inLane(values, read.address, lane), inLane(values, write.address, lane))) lanes |= 1 << lane;
  }
  return lanes;
}
