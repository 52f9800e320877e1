import { GatecastError } from "../errors.js";

/** What a device offers to a design; counts of sites, as the vendor's data sheet gives them. */
export interface Device {
  /** The name used in configurations, lower case. */
  name: string;
  /** The name for people. */
  title: string;
  family: "xc7" | "ice40";
  /** Look-up tables: LUT6 of the 7 series, logic cells with one LUT4 each of iCE40. */
  lut: number;
  /** Those of `lut` that can also be memory or shift register. */
  lutram: number;
  ff: number;
  /** Multiplier blocks: DSP48E1, or SB_MAC16. */
  dsp: number;
  /** Block memories and the bits of one: RAMB18 (parity bits included), or EBR. */
  blockRam: { count: number; bits: number };
  /** Clock that designs for this device are planned at, in Hz: the one that the published accelerators used. */
  clockHz: number;
}

const DEVICES: readonly Device[] = [
  {
    // Xilinx DS180 (7 Series FPGAs Data Sheet: Overview), table 2: XC7S15 has 2,000 slices of 4 LUT6 and 8 flip-flops,
    // 150 Kb (2,400 LUTs of 64 bits) distributed RAM, 20 DSP slices, 10 block RAMs of 36 Kb (= 20 of 18 Kb).
    // 100 MHz: arXiv 2407.11041 and 2505.17662.
    name: "xc7s15",
    title: "AMD Spartan-7 XC7S15",
    family: "xc7",
    lut: 8_000,
    lutram: 2_400,
    ff: 16_000,
    dsp: 20,
    blockRam: { count: 20, bits: 18_432 },
    clockHz: 100_000_000,
  },
  {
    // Lattice FPGA-DS-02008 (iCE40 UltraPlus Family Data Sheet), table 2.1: UP5K has 5,280 logic cells (LUT4 + flip-flop),
    // 30 EBR of 4 Kb, 8 DSP blocks, no distributed RAM; beside them 4 SPRAM of 256 Kb, which no plan uses yet.
    // 16 MHz: arXiv 2505.17662.
    name: "ice40up5k",
    title: "Lattice iCE40 UltraPlus UP5K",
    family: "ice40",
    lut: 5_280,
    lutram: 0,
    ff: 5_280,
    dsp: 8,
    blockRam: { count: 30, bits: 4_096 },
    clockHz: 16_000_000,
  },
];

/** Names of all known devices. */
export const deviceNames: readonly string[] = DEVICES.map(({ name }) => name);

/**
 * The device of this name (upper or lower case).
 *
 * @throws GatecastError of kind "usage" that lists the known devices.
 */
export function device(name: string): Device {
  const found = DEVICES.find((candidate) => candidate.name === name.toLowerCase());
  if (found === undefined) {
    throw new GatecastError("usage", `The device "${name}" is not known.`, {
      remedy: `Known devices: ${deviceNames.join(", ")}.`,
      where: { device: name },
    });
  }
  return found;
}
