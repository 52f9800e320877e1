import type { CellReader } from "../design.js";
import { blockMemory } from "./block-memory.js";
import { dualPortMemory, quadMemory, shiftRegister, singlePortMemory } from "./distributed-memory.js";
import { asynchronousFlipFlop, flipFlop } from "./flip-flop.js";
import { carry, flipFlop as iceFlipFlop, lut4 } from "./ice40-logic.js";
import { blockMemory as iceMemory } from "./ice40-memory.js";
import { multiplier } from "./ice40-multiplier.js";
import { carry4, constant, lut, multiplexer, unary } from "./logic.js";
import { multiplierSlice } from "./multiplier-slice.js";

/** The model of each cell that `synth_xilinx -family xc7` and `synth_ice40` emit for our designs. */
export const cellModels: Readonly<Record<string, (cell: CellReader) => void>> = {
  LUT1: (cell) => lut(cell, 1),
  LUT2: (cell) => lut(cell, 2),
  LUT3: (cell) => lut(cell, 3),
  LUT4: (cell) => lut(cell, 4),
  LUT5: (cell) => lut(cell, 5),
  LUT6: (cell) => lut(cell, 6),
  INV: (cell) => unary(cell, "~"),
  IBUF: (cell) => unary(cell, ""),
  OBUF: (cell) => unary(cell, ""),
  BUFG: (cell) => unary(cell, ""),
  GND: (cell) => constant(cell, "G", "0"),
  VCC: (cell) => constant(cell, "P", "-1"),
  MUXF7: multiplexer,
  MUXF8: multiplexer,
  CARRY4: carry4,
  FDRE: (cell) => flipFlop(cell, "R", 0),
  FDSE: (cell) => flipFlop(cell, "S", 1),
  FDCE: (cell) => asynchronousFlipFlop(cell, "CLR", 0),
  FDPE: (cell) => asynchronousFlipFlop(cell, "PRE", 1),
  SRL16E: (cell) => shiftRegister(cell, 4),
  SRLC32E: (cell) => shiftRegister(cell, 5),
  RAM32M: (cell) => quadMemory(cell, 5, 2),
  RAM64M: (cell) => quadMemory(cell, 6, 1),
  RAM32X1D: (cell) => dualPortMemory(cell, 5),
  RAM64X1D: (cell) => dualPortMemory(cell, 6),
  RAM128X1D: (cell) => dualPortMemory(cell, 7),
  RAM32X1S: (cell) => singlePortMemory(cell, 5),
  RAM64X1S: (cell) => singlePortMemory(cell, 6),
  RAM128X1S: (cell) => singlePortMemory(cell, 7),
  RAM256X1S: (cell) => singlePortMemory(cell, 8),
  RAMB18E1: (cell) => blockMemory(cell, "RAMB18E1"),
  RAMB36E1: (cell) => blockMemory(cell, "RAMB36E1"),
  DSP48E1: multiplierSlice,
  SB_LUT4: lut4,
  SB_CARRY: carry,
  SB_DFF: (cell) => iceFlipFlop(cell, { enable: false }),
  SB_DFFE: (cell) => iceFlipFlop(cell, { enable: true }),
  SB_DFFSR: (cell) => iceFlipFlop(cell, { enable: false, reset: 0 }),
  SB_DFFSS: (cell) => iceFlipFlop(cell, { enable: false, reset: 1 }),
  SB_DFFESR: (cell) => iceFlipFlop(cell, { enable: true, reset: 0 }),
  SB_DFFESS: (cell) => iceFlipFlop(cell, { enable: true, reset: 1 }),
  SB_RAM40_4K: iceMemory,
  SB_MAC16: multiplier,
};
