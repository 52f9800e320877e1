/**
 * What takes energy, each with the unit in which it is counted. All but the clock's are toggles: a bit that has another value than at the
 * clock edge before.
 */
export const energyUnits = {
  clock: "cycle of the clock",
  clockedFf: "flip-flop and cycle of the clock",
  register: "toggling output of a flip-flop, with its net",
  logic: "toggling bit of a sum, choice or gate, with its nets",
  memory: "toggling bit of a word of a memory in look-up tables or registers",
  blockClock: "block memory and cycle of the clock",
  block: "toggling bit of a word of a block memory, read or written",
  dspClock: "multiplier block and cycle of the clock",
  dsp: "toggling bit of a multiplier block's result",
} as const;
export type EnergyUnit = keyof typeof energyUnits;

export const energyUnitNames = Object.keys(energyUnits) as EnergyUnit[];

/** So many of each unit. */
export type EnergyCounts = Readonly<Record<EnergyUnit, number>>;

/** The parts into which reports split dynamic energy. */
export const energyParts = {
  clock: ["clock", "clockedFf"],
  "flip-flops": ["register"],
  logic: ["logic"],
  "LUT memories": ["memory"],
  "block RAM": ["blockClock", "block"],
  DSP: ["dspClock", "dsp"],
} as const satisfies Record<string, readonly EnergyUnit[]>;
export type EnergyPart = keyof typeof energyParts;

export const energyPartNames = Object.keys(energyParts) as EnergyPart[];

/** One value for each unit. */
export function unitsFrom<T>(of: (unit: EnergyUnit) => T): Record<EnergyUnit, T> {
  return {
    clock: of("clock"),
    clockedFf: of("clockedFf"),
    register: of("register"),
    logic: of("logic"),
    memory: of("memory"),
    blockClock: of("blockClock"),
    block: of("block"),
    dspClock: of("dspClock"),
    dsp: of("dsp"),
  };
}
