import { GatecastError } from "../../errors.js";
import { LANES } from "./cells/lanes.js";
import { compileNetlist, type Program } from "./compile.js";
import type { Netlist } from "./format.js";
import { type NetToggles, ToggleCounter } from "./toggles.js";

/** Number of independent simulations that run at once. */
export const NETLIST_LANES = LANES;

export interface NetlistSimulationOptions {
  /**
   * What undefined bits ("x" in the netlist: don't-cares that Yosys left, registers and memory without initial value) are
   * taken for. A design that is right gives the same outputs for both. Default 0.
   */
  unknown?: 0 | 1;
  /** Counts the nets that change, for `toggles`; a third of the speed. Default false. */
  countToggles?: boolean;
}

/**
 * A cycle-accurate simulation of a flat gate-level netlist (`synth_xilinx`, `synth_ice40`): 32 lanes side by side, each with inputs and state
 * of its own. One clock; everything happens at its rising edge.
 */
export interface NetlistSimulation {
  /** The clock's port, which is driven by `step`; none in a design without state. */
  readonly clock: string | undefined;
  /**
   * Drives an input from now on: one value for all lanes, or one for each; where fewer than 32 are given, the remaining
   * lanes repeat the first. A value is an integer that fits the port, unsigned or in two's complement.
   *
   * @throws GatecastError of kind "usage": no such input, a value that does not fit
   */
  set(port: string, value: PortValue | readonly PortValue[]): void;
  /**
   * One rising edge of the clock. Reading outputs after `set` and before `step` costs nothing; reading between `step` and `set`
   * means that all nets are computed twice for that cycle.
   */
  step(): void;
  /** The value of an output (or input), unsigned, in one lane (default 0), as the inputs and the state are now. */
  get(port: string, lane?: number): bigint;
  /** As `get`, in two's complement. */
  getSigned(port: string, lane?: number): bigint;
  /** The bits of a port, lowest first; each word holds one bit of all lanes. */
  getBits(port: string): Int32Array;
  /** The state as at power-up, all inputs 0. */
  reset(): void;
  /**
   * How often nets have changed from one clock edge to the next since the beginning, by class, in all lanes together.
   *
   * @throws GatecastError of kind "usage" where they are not counted
   */
  toggles(): NetToggles;
}

export type PortValue = number | bigint;

/**
 * Prepares a netlist for simulation.
 *
 * @throws GatecastError of kind "tool": a cell or a mode of it that is not modelled, a net without driver, a loop,
 *   several clocks
 */
export function simulateNetlist(netlist: Netlist, options: NetlistSimulationOptions = {}): NetlistSimulation {
  const program = compileNetlist(netlist, options.unknown ?? 0);
  return new Simulation(program, options.countToggles === true ? new ToggleCounter(netlist, program) : undefined);
}

class Simulation implements NetlistSimulation {
  readonly clock: string | undefined;
  private settled = false;

  constructor(
    private readonly program: Program,
    private readonly counter: ToggleCounter | undefined,
  ) {
    this.clock = program.clockPort;
  }

  set(port: string, value: PortValue | readonly PortValue[]): void {
    const nets = this.program.inputs.get(port);
    if (nets === undefined || port === this.clock) {
      throw usage(port === this.clock ? `${port} is the clock: step() drives it` : `there is no input ${port}`, port);
    }
    const { values } = this.program;
    this.settled = false;
    if (typeof value === "number" || typeof value === "bigint") {
      const bits = bitsOf(value, nets.length, port);
      for (let bit = 0; bit < nets.length; bit++) values[nets[bit] ?? 0] = bits[bit] === 1 ? -1 : 0;
      return;
    }
    if (value.length === 0 || value.length > LANES) {
      throw usage(`${value.length} values are given for ${LANES} lanes`, port);
    }
    const perLane = value.map((own) => bitsOf(own, nets.length, port));
    const first = perLane[0] ?? new Uint8Array(nets.length);
    for (let bit = 0; bit < nets.length; bit++) {
      let word = 0;
      for (let lane = 0; lane < LANES; lane++) word |= ((perLane[lane] ?? first)[bit] ?? 0) << lane;
      values[nets[bit] ?? 0] = word;
    }
  }

  step(): void {
    this.settle();
    this.counter?.note();
    this.program.clock();
    this.settled = false;
  }

  get(port: string, lane = 0): bigint {
    if (!Number.isInteger(lane) || lane < 0 || lane >= LANES) throw usage(`there is no lane ${lane}`, port);
    let text = "";
    for (const word of this.getBits(port)) text = ((word >>> lane) & 1) + text;
    return BigInt(`0b${text}`);
  }

  getSigned(port: string, lane = 0): bigint {
    return BigInt.asIntN(this.nets(port).length, this.get(port, lane));
  }

  getBits(port: string): Int32Array {
    this.settle();
    const { values } = this.program;
    return Int32Array.from(this.nets(port), (net) => values[net] ?? 0);
  }

  reset(): void {
    this.program.reset();
    this.settled = false;
  }

  toggles(): NetToggles {
    if (this.counter !== undefined) return this.counter.counts();
    throw new GatecastError("usage", "The nets that change are not counted.", {
      remedy: "Simulate the netlist with { countToggles: true }.",
    });
  }

  private nets(port: string): readonly number[] {
    const nets = this.program.outputs.get(port) ?? this.program.inputs.get(port);
    if (nets === undefined) throw usage(`there is no port ${port}`, port);
    return nets;
  }

  private settle(): void {
    if (this.settled) return;
    this.program.settle();
    this.settled = true;
  }
}

/** The bits of a value, lowest first, if it fits `width` bits, unsigned or in two's complement. */
function bitsOf(value: PortValue, width: number, port: string): Uint8Array {
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw usage(`${value} is not an integer`, port);
  const bits = new Uint8Array(width);
  if (typeof value === "number" && width < 31) {
    if (value >= 2 ** width || value < -(2 ** (width - 1)))
      throw usage(`${value} does not fit its ${width} bits`, port);
    for (let bit = 0; bit < width; bit++) bits[bit] = (value >> bit) & 1;
    return bits;
  }
  const whole = BigInt(value);
  const fits = whole >= 0n ? whole >> BigInt(width) === 0n : whole >> BigInt(width - 1) === -1n;
  if (!fits) throw usage(`${value} does not fit its ${width} bits`, port);
  // By way of text: shifting a long number once for each bit is slow.
  const text = BigInt.asUintN(width, whole).toString(2);
  for (let bit = 0; bit < text.length; bit++) bits[bit] = text.charCodeAt(text.length - 1 - bit) & 1;
  return bits;
}

function usage(what: string, port: string): GatecastError {
  return new GatecastError("usage", `The netlist simulation cannot take the port ${port}: ${what}.`, {
    remedy: "Use the names and widths of the design's ports.",
    where: { port },
  });
}
