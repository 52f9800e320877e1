import type { Summary } from "../../src/report/index.js";

/** One figure of a run against what is wanted of it. */
export interface Figure {
  readonly figure: string;
  /** null where the run has not measured it. */
  readonly reached: number | null;
  readonly wanted: string;
  readonly met: boolean;
}

/** The figures of the main job, from a run's summary. @param seconds that the whole run took */
export function mainJobFigures(summary: Summary, seconds: number): Figure[] {
  const { metrics, simulation, verification, synthesis } = summary;
  const integer = metrics?.integer?.rmse;
  const over = (name: "float" | "persistence" | "seasonalNaive" | "linear"): number | undefined => {
    const other = metrics?.[name]?.rmse;
    return integer === undefined || other === undefined ? undefined : integer / other;
  };
  const check = (subject: string, windows: number, tool: string): Figure[] => {
    const found = verification?.find((entry) => entry.subject === subject);
    return [
      atLeast(`windows compared, ${tool}`, found?.windows, windows),
      atMost(`windows that differ, ${tool}`, found?.mismatches, 0),
    ];
  };
  return [
    atMost("integer-only RMSE / float", over("float"), 1.03),
    below("integer-only RMSE / persistence", over("persistence"), 1),
    below("integer-only RMSE / seasonal naive", over("seasonalNaive"), 1),
    atMost("integer-only RMSE / linear", over("linear"), 0.96),
    ...check("rtl", 256, "our simulator"),
    ...check("vhdl", 32, "VHDL in GHDL"),
    ...check("netlist", 4, "netlist"),
    atMost("cycles per inference", simulation?.cyclesPerInference, 12_000),
    atMost("LUT", synthesis?.lut, 8_000),
    atMost("DSP48E1", synthesis?.dsp, 20),
    atMost("RAMB18", synthesis?.ramb18, 20),
    atMost("seconds", seconds, 600),
  ];
}

function figure(name: string, value: number | undefined, wanted: string, met: (value: number) => boolean): Figure {
  return { figure: name, reached: value ?? null, wanted, met: value !== undefined && met(value) };
}

const atMost = (name: string, value: number | undefined, bound: number) =>
  figure(name, value, `<= ${bound}`, (reached) => reached <= bound);
const below = (name: string, value: number | undefined, bound: number) =>
  figure(name, value, `< ${bound}`, (reached) => reached < bound);
const atLeast = (name: string, value: number | undefined, bound: number) =>
  figure(name, value, `>= ${bound}`, (reached) => reached >= bound);
