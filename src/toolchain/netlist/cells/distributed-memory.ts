import type { CellReader, Values } from "../design.js";
import { initialWords, inLane, LANES, readEach, uniform } from "./lanes.js";

/** One bit wide memory: written at the clock edge, read at once. */
interface Plane {
  initial: Int32Array;
  data: number;
  write: readonly number[];
  /** Read addresses and the nets of their outputs. */
  reads: { address: readonly number[]; output: number }[];
}

/** RAM32M, RAM64M: four LUTs A .. D, each `width` bits wide, with a read address each; D's is also the write address of all. */
export function quadMemory(cell: CellReader, addressBits: number, width: number): void {
  const write = cell.input("ADDRD", addressBits);
  const planes: Plane[] = [];
  for (const letter of ["A", "B", "C", "D"]) {
    const address = cell.input(`ADDR${letter}`, addressBits);
    const [data, output] = [cell.input(`DI${letter}`, width), cell.output(`DO${letter}`, width)];
    // Bit k of word i stands at bit width * i + k of INIT.
    const initial = [...cell.bitParameter(`INIT_${letter}`, width << addressBits, "0")];
    for (let bit = 0; bit < width; bit++) {
      planes.push({
        initial: initialWords(initial.filter((_, index) => index % width === bit).join(""), cell.design.unknown),
        data: data[bit] ?? 0,
        write,
        reads: [{ address, output: output[bit] ?? 0 }],
      });
    }
  }
  finish(cell, planes);
}

/** RAM32X1D, RAM64X1D, RAM128X1D: one bit wide, read at the write address (SPO) and at another one (DPO). */
export function dualPortMemory(cell: CellReader, addressBits: number): void {
  const bus = addressBits > 6;
  const write = bus ? cell.input("A", addressBits) : pins(cell, "A", addressBits);
  const read = bus ? cell.input("DPRA", addressBits) : pins(cell, "DPRA", addressBits);
  const reads = [
    { address: write, output: cell.output("SPO")[0] ?? 0 },
    { address: read, output: cell.output("DPO")[0] ?? 0 },
  ];
  finish(cell, [{ initial: initialBits(cell, addressBits), data: cell.pin("D"), write, reads }]);
}

/** RAM32X1S .. RAM256X1S: one bit wide, read and written at one address. */
export function singlePortMemory(cell: CellReader, addressBits: number): void {
  const write = addressBits > 7 ? cell.input("A", addressBits) : pins(cell, "A", addressBits);
  const reads = [{ address: write, output: cell.output("O")[0] ?? 0 }];
  finish(cell, [{ initial: initialBits(cell, addressBits), data: cell.pin("D"), write, reads }]);
}

/** SRL16E, SRLC32E: a shift register of 16 or 32 bits with a tap at any place. */
export function shiftRegister(cell: CellReader, addressBits: 4 | 5): void {
  const { design } = cell;
  cell.clock("CLK");
  const [enable, data] = [cell.pin("CE"), cell.pin("D")];
  const address = addressBits === 4 ? pins(cell, "A", 4) : cell.input("A", 5);
  const output = cell.output("Q")[0] ?? 0;
  const length = 1 << addressBits;
  const initial = initialWords(cell.bitParameter("INIT", length, "0"), design.unknown);
  const last = addressBits === 5 ? (cell.output("Q31")[0] ?? 0) : undefined;
  cell.done();
  const words = Int32Array.from(initial);
  design.resets.push(() => words.set(initial));
  addRead(cell, words, address, output);
  if (last !== undefined) {
    const copy = (values: Values) => {
      values[last] = words[31] ?? 0;
    };
    design.nodes.push({ cell: cell.name, inputs: [], outputs: [last], action: copy });
  }
  design.clocked.push((values) => {
    const shift = values[enable] ?? 0;
    if (shift === 0) return;
    for (let index = length - 1; index > 0; index--) {
      words[index] = ((words[index - 1] ?? 0) & shift) | ((words[index] ?? 0) & ~shift);
    }
    words[0] = ((values[data] ?? 0) & shift) | ((words[0] ?? 0) & ~shift);
  });
}

function pins(cell: CellReader, prefix: string, count: number): number[] {
  return Array.from({ length: count }, (_, index) => cell.pin(`${prefix}${index}`));
}

function initialBits(cell: CellReader, addressBits: number): Int32Array {
  return initialWords(cell.bitParameter("INIT", 1 << addressBits, "0"), cell.design.unknown);
}

function finish(cell: CellReader, planes: readonly Plane[]): void {
  cell.clock("WCLK");
  const enable = cell.pin("WE");
  cell.done();
  for (const plane of planes) {
    const words = Int32Array.from(plane.initial);
    cell.design.resets.push(() => words.set(plane.initial));
    for (const { address, output } of plane.reads) addRead(cell, words, address, output);
    cell.design.clocked.push((values) => writeWord(words, values, plane, values[enable] ?? 0));
  }
}

function addRead(cell: CellReader, words: Int32Array, address: readonly number[], output: number): void {
  const scratch = new Int32Array(words.length / 2);
  const read = (values: Values) => {
    const index = uniform(values, address);
    values[output] = index >= 0 ? (words[index] ?? 0) : readEach(words, values, address, scratch);
  };
  cell.design.nodes.push({ cell: cell.name, inputs: address, outputs: [output], action: read });
}

function writeWord(words: Int32Array, values: Values, { data, write }: Plane, enable: number): void {
  if (enable === 0) return;
  const value = values[data] ?? 0;
  const index = uniform(values, write);
  if (index >= 0) {
    words[index] = (value & enable) | ((words[index] ?? 0) & ~enable);
    return;
  }
  for (let lane = 0; lane < LANES; lane++) {
    const mask = (1 << lane) & enable;
    if (mask === 0) continue;
    const own = inLane(values, write, lane);
    words[own] = (value & mask) | ((words[own] ?? 0) & ~mask);
  }
}
