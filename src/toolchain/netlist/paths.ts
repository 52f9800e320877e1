import { GatecastError } from "../../errors.js";
import type { NetlistCell } from "./format.js";

/** An input pin that an output pin depends on within the cycle, and the levels of logic in between. */
export interface Arc {
  readonly port: string;
  readonly index: number;
  readonly levels: number;
}

/** How signals pass through a cell in a cycle. */
export interface CellPaths {
  readonly outputs: ReadonlySet<string>;
  /** Pins whose signals are no data: clocks. */
  readonly clocks: ReadonlySet<string>;
  /** Inputs from which an output is reached without a register; at all others paths end. */
  readonly through: ReadonlySet<string>;
  /** What an output depends on; nothing where it comes out of a register. */
  arcs(port: string, index: number): readonly Arc[];
  /** Levels between the registers within the cell and its outputs. */
  readonly inside: number;
}

const LUTS = new Set(["LUT1", "LUT2", "LUT3", "LUT4", "LUT5", "LUT6", "INV"]);
const BUFFERS = new Set(["IBUF", "OBUF", "BUFG"]);
/** Of memories in LUTs: by output, the port that addresses it. */
const quad = { DOA: "ADDRA", DOB: "ADDRB", DOC: "ADDRC", DOD: "ADDRD" };
const dual = { SPO: "A", DPO: "DPRA" };
const LUT_MEMORIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  RAM32M: quad,
  RAM64M: quad,
  RAM32X1D: dual,
  RAM64X1D: dual,
  RAM128X1D: dual,
  RAM32X1S: { O: "A" },
  RAM64X1S: { O: "A" },
  RAM128X1S: { O: "A" },
  RAM256X1S: { O: "A" },
  SRL16E: { Q: "A" },
  SRLC32E: { Q: "A", Q31: "" },
};
/** Cells whose outputs all come out of registers: outputs, then clocks. */
const STORING: Readonly<Record<string, readonly [RegExp, readonly string[]]>> = {
  FDRE: [/^Q$/, ["C"]],
  FDSE: [/^Q$/, ["C"]],
  FDCE: [/^Q$/, ["C"]],
  FDPE: [/^Q$/, ["C"]],
  RAMB18E1: [/^DOP?[AB]DO$|^DOP[AB]DOP$/, ["CLKARDCLK", "CLKBWRCLK"]],
  RAMB36E1: [/^DOP?[AB]DO$|^DOP[AB]DOP$|^CASCADEOUT/, ["CLKARDCLK", "CLKBWRCLK"]],
};
const NOTHING: ReadonlySet<string> = new Set();

/**
 * How signals pass through a cell of the 7 series, for `logicDepth`, whose comment has the rule of counting.
 *
 * @throws GatecastError of kind "tool" for a cell that is not known
 */
export function cellPaths(cell: NetlistCell): CellPaths {
  const { type, connections } = cell;
  const ports = Object.keys(connections);
  const bits = (port: string, levels: number): Arc[] =>
    (connections[port] ?? []).map((_, index) => ({ port, index, levels }));
  if (LUTS.has(type) || BUFFERS.has(type)) {
    const inputs = ports.filter((port) => port !== "O");
    return combinational(inputs, ["O"], () => inputs.flatMap((port) => bits(port, LUTS.has(type) ? 1 : 0)));
  }
  if (type === "MUXF7" || type === "MUXF8") {
    return combinational(["I0", "I1", "S"], ["O"], () => [...bits("I0", 0), ...bits("I1", 0), ...bits("S", 1)]);
  }
  if (type === "CARRY4") {
    return combinational(["CI", "CYINIT", "S", "DI"], ["O", "CO"], (port, index) => [
      ...bits("CI", 1),
      ...bits("CYINIT", 1),
      ...bits("S", 1).filter((arc) => arc.index <= index),
      // A bit's own data input reaches its carry only.
      ...bits("DI", 1).filter((arc) => arc.index < index || (port === "CO" && arc.index === index)),
    ]);
  }
  const addresses = LUT_MEMORIES[type];
  if (addresses !== undefined) {
    return {
      outputs: new Set(Object.keys(addresses)),
      clocks: new Set(["CLK", "WCLK"]),
      through: new Set(Object.values(addresses)),
      arcs: (port) => bits(addresses[port] ?? "", 1),
      inside: 1,
    };
  }
  if (type === "DSP48E1") return multiplierSlice(cell, bits);
  const storing = STORING[type];
  if (storing !== undefined) {
    const [outputs, clocks] = storing;
    return {
      outputs: new Set(ports.filter((port) => outputs.test(port))),
      clocks: new Set(clocks),
      through: NOTHING,
      arcs: () => [],
      inside: 0,
    };
  }
  if (type === "GND" || type === "VCC") return combinational([], ports, () => []);
  // Where newer versions of Yosys note the hierarchy that was flattened: no hardware.
  if (type === "$scopeinfo") return combinational([], [], () => []);
  throw new GatecastError("tool", `How signals pass through cell ${cell.name} (${type}) is not known.`, {
    remedy: "Leftover $-cells mean that the design was not synthesised completely; otherwise add the type to paths.ts.",
    where: { cell: cell.name, type },
  });
}

function combinational(inputs: readonly string[], outputs: readonly string[], arcs: CellPaths["arcs"]): CellPaths {
  return { outputs: new Set(outputs), clocks: NOTHING, through: new Set(inputs), arcs, inside: 0 };
}

const SLICE_OUTPUT = /^(P|[ABP]COUT|CARRY(CAS)?COUT|CARRYOUT|MULTSIGNOUT|OVERFLOW|UNDERFLOW|PATTERNB?DETECT)$/;

/** A multiplier slice: one level, unless its output has a register. */
function multiplierSlice(
  { parameters, connections }: NetlistCell,
  bits: (port: string, levels: number) => Arc[],
): CellPaths {
  const registers = (name: string): number => {
    const text = parameters[name];
    return text === undefined ? 1 : Number.parseInt(text, 2);
  };
  const direct = (port: string, ...stages: string[]): string[] =>
    connections[port] !== undefined && stages.every((stage) => registers(stage) === 0) ? [port] : [];
  const stored = registers("PREG") > 0;
  const through = stored
    ? []
    : [
        ...direct("A", "AREG", "MREG"),
        ...direct("B", "BREG", "MREG"),
        ...direct("D", "DREG", "ADREG", "MREG"),
        ...direct("C", "CREG"),
        ...direct("CARRYIN", "CARRYINREG"),
        ...direct("PCIN"),
      ];
  return {
    outputs: new Set(Object.keys(connections).filter((port) => SLICE_OUTPUT.test(port))),
    clocks: new Set(["CLK"]),
    through: new Set(through),
    arcs: () => through.flatMap((port) => bits(port, 1)),
    inside: stored ? 0 : 1,
  };
}
