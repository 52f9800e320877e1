import { z } from "zod";
import { GatecastError } from "../../errors.js";

const sites = z.strictObject({ used: z.int().nonnegative(), available: z.int().nonnegative() });
const schema = z.object({
  fmax: z.record(z.string(), z.object({ achieved: z.number().positive(), constraint: z.number().positive() })),
  utilization: z.record(z.string(), sites),
});

/** Sites of a kind that are used, of those the part has. */
export type Utilisation = Readonly<z.output<typeof sites>>;

/** What nextpnr found, from its `--report`. */
export interface PlacedAndRouted {
  /** The clock of the design, by the name of its net, and the highest frequency at which all paths hold. */
  clock: { net: string; fmaxMHz: number; targetMHz: number };
  logicCells: Utilisation;
  ebr: Utilisation;
  dsp: Utilisation;
  spram: Utilisation;
  io: Utilisation;
}

/**
 * Reads the JSON that `nextpnr-ice40 --report` writes.
 *
 * @param part the device whose sites must be counted in it: a report of another part is an error
 * @throws GatecastError of kind "tool": not JSON, a figure is missing, no clock or several, another part
 */
export function readReport(json: string, part: { title: string; lut: number }): PlacedAndRouted {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw unreadable("it is not valid JSON", error);
  }
  const report = schema.safeParse(parsed);
  if (!report.success) {
    const [issue] = report.error.issues;
    throw unreadable(`${issue?.path.join(".")}: ${issue?.message}`, report.error);
  }
  const { fmax, utilization } = report.data;
  const [clock, ...others] = Object.entries(fmax);
  if (clock === undefined) throw unreadable("it names no clock, though the design has one");
  if (others.length > 0) throw unreadable(`it names several clocks (${Object.keys(fmax).join(", ")})`);
  const of = (name: string, needed = true): Utilisation => {
    const found = utilization[name];
    if (found !== undefined) return found;
    if (needed) throw unreadable(`it has no utilisation of ${name}`);
    return { used: 0, available: 0 };
  };
  const logicCells = of("ICESTORM_LC");
  if (logicCells.available !== part.lut) {
    throw new GatecastError(
      "tool",
      `The report of place and route is of another part: it has ${logicCells.available} logic cells, ${part.title} ${part.lut}.`,
      { remedy: "Place and route anew with `gatecast synthesize --force`.", where: { part: part.title } },
    );
  }
  const [net, { achieved, constraint }] = clock;
  return {
    clock: { net, fmaxMHz: achieved, targetMHz: constraint },
    logicCells,
    ebr: of("ICESTORM_RAM"),
    // Parts without multipliers and large memories do not list them.
    dsp: of("ICESTORM_DSP", false),
    spram: of("ICESTORM_SPRAM", false),
    io: of("SB_IO"),
  };
}

function unreadable(what: string, cause?: unknown): GatecastError {
  return new GatecastError("tool", `The report that nextpnr has written cannot be used: ${what}.`, {
    remedy: "This version of nextpnr may write it differently; use another one.",
    cause,
  });
}
