import { GatecastError } from "../../errors.js";
import { type CommandLimits, limitsOf } from "../commands.js";
import type { IceEngine } from "./engine.js";
import { type PlacedAndRouted, readReport } from "./report.js";

export interface Ice40Job extends CommandLimits {
  /** JSON netlist of Yosys, pads not yet made. */
  netlist: string;
  top: string;
  part: { name: string; title: string; lut: number; package: string };
  /** Pin of each port, by the port's name; a port that has none is an error. */
  pins: Readonly<Record<string, string>>;
  /** The clock aimed at; that it is missed is no error. */
  targetMHz: number;
  engine: IceEngine;
  /** Start of the random numbers of placement; the same seed and version give the same result. */
  seed?: number;
}

export interface Ice40Implementation extends PlacedAndRouted {
  tool: { name: string; version: string };
  packer: { name: string; version: string };
  /** The constraints as given to nextpnr, for the user to keep. */
  constraints: string;
  /** The configuration as text (Project IceStorm's format), and as the part wants it. */
  configuration: string;
  bitstream: Uint8Array;
  seconds: number;
}

/** nextpnr's option for each part. */
const OPTIONS: Readonly<Record<string, string>> = { ice40up5k: "--up5k", ice40hx8k: "--hx8k", ice40lp8k: "--lp8k" };

/**
 * Places and routes a netlist on an iCE40 with nextpnr, and packs the bitstream.
 *
 * @throws GatecastError of kind "tool": a program fails or is stopped, or its report cannot be read; of kind "hardware" for a part that nextpnr does
 *   not know, and for a design that does not fit or cannot be routed
 */
export async function placeAndRoute(job: Ice40Job): Promise<Ice40Implementation> {
  const { part, engine } = job;
  const option = OPTIONS[part.name];
  if (option === undefined) {
    throw new GatecastError("hardware", `How nextpnr calls the part ${part.title} is not known.`, {
      remedy: "Add it to src/toolchain/nextpnr/place-and-route.ts.",
      where: { device: part.name },
    });
  }
  const constraints = pinConstraints(job.pins);
  const routed = await engine
    .run("nextpnr-ice40", {
      ...limitsOf(job),
      args: [
        ...[option, "--package", part.package, "--json", "design.json", "--pcf", "design.pcf", "--top", job.top],
        ...["--asc", "design.asc", "--report", "report.json", "--freq", String(job.targetMHz)],
        // Whether the clock is fast enough is ours to judge, by the report.
        ...["--timing-allow-fail", "--seed", String(job.seed ?? 1)],
      ],
      files: [
        { name: "design.json", content: job.netlist },
        { name: "design.pcf", content: constraints },
      ],
      outputs: ["design.asc", "report.json"],
    })
    .catch((error: unknown) => {
      throw tooLarge(error, part.title);
    });
  const decoder = new TextDecoder();
  const configuration = decoder.decode(routed.files.get("design.asc"));
  const placed = readReport(decoder.decode(routed.files.get("report.json")), part);
  const packed = await engine.run("icepack", {
    ...(job.signal === undefined ? {} : { signal: job.signal }),
    args: ["design.asc", "design.bin"],
    files: [{ name: "design.asc", content: configuration }],
    outputs: ["design.bin"],
  });
  const bitstream = packed.files.get("design.bin") ?? new Uint8Array();
  checkBitstream(bitstream);
  return {
    ...placed,
    tool: { name: engine.name, version: engine.version },
    packer: engine.packer,
    constraints,
    configuration,
    bitstream,
    seconds: routed.seconds + packed.seconds,
  };
}

/** Constraints of Project IceStorm's format (pcf). */
function pinConstraints(pins: Readonly<Record<string, string>>): string {
  return Object.entries(pins)
    .map(([port, pin]) => `set_io ${port} ${pin}\n`)
    .join("");
}

/** What nextpnr says of a design that the part cannot hold, as what it is: no defect of the program. */
function tooLarge(error: unknown, title: string): unknown {
  if (!(error instanceof GatecastError) || error.kind !== "tool") return error;
  const line = error.message
    .split("\n")
    .find((text) => /ERROR:.*(unable to place|no bels|failed to (place|route))/i.test(text));
  if (line === undefined) return error;
  return new GatecastError("hardware", `nextpnr cannot place the design on the ${title}: ${line.trim()}`, {
    remedy: "Take fewer lanes or bits, a smaller d_model, --goal area, or a larger device.",
    where: error.where,
    cause: error,
  });
}

/** A bitstream of iCE40 has the preamble 7E AA 99 7E behind its comment (Project IceStorm, "Bitstream format"). */
function checkBitstream(bitstream: Uint8Array): void {
  for (let at = 0; at + 3 < Math.min(bitstream.length, 4096); at++) {
    const found = [0x7e, 0xaa, 0x99, 0x7e].every((byte, index) => bitstream[at + index] === byte);
    if (found) return;
  }
  throw new GatecastError("tool", `icepack has written ${bitstream.length} bytes that are no bitstream of iCE40.`, {
    remedy: "Another version of icepack may work.",
    where: { program: "icepack" },
  });
}
