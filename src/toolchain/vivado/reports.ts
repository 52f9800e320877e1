import { type ReportHead, type ReportSubject, readHead, tableRows, unreadable } from "./tables.js";

/** What a design takes of a 7-series part, by `report_utilization`. */
export interface Utilisation {
  readonly head: ReportHead;
  readonly lut: number;
  readonly lutram: number;
  readonly ff: number;
  readonly dsp: number;
  /** RAMB18, those within a RAMB36 counted as two. */
  readonly ramb18: number;
  /** LUTs that the part has. */
  readonly available: number;
}

/** By `report_timing_summary`. */
export interface TimingSummary {
  readonly head: ReportHead;
  readonly clock: string;
  readonly periodNs: number;
  /** Worst slack of setup; negative where the clock is too fast. */
  readonly slackNs: number;
  /** Worst slack of hold. */
  readonly holdSlackNs: number;
  /** Highest clock at which all paths hold: 1 / (period - slack). */
  readonly fmaxMHz: number;
}

/** By `report_power`; in watts. */
export interface PowerReport {
  readonly head: ReportHead;
  readonly total: number;
  readonly dynamic: number;
  readonly static: number;
  /** "Low", "Medium" or "High": how much of the activity the tool knew. */
  readonly confidence: string;
  /** The file of activity that was read, or null: the tool has guessed. */
  readonly activityFile: string | null;
  /** By part ("Clocks", "Slice Logic", "Signals", "Block RAM", "DSPs", "I/O"); `atMost` of one that is told as "<0.001". */
  readonly parts: ReadonlyMap<string, { readonly watts: number; readonly atMost: boolean }>;
}

/**
 * Reads the text of `report_utilization`.
 *
 * @throws GatecastError of kind "tool": not such a report, a row or number is missing, of another design or part
 */
export function readUtilisation(text: string, file: string, subject: ReportSubject): Utilisation {
  const head = readHead(text, file, subject);
  const sites = new Map<string, ReadonlyMap<string, string>>();
  for (const row of tableRows(text, "Site Type")) {
    // A star points to a remark below the table. The first table that has a row counts.
    const name = (row.get("Site Type") ?? "").replace(/\*+$/, "").trim();
    if (!sites.has(name)) sites.set(name, row);
  }
  const figure = (name: string, column: "Used" | "Available"): number => {
    const row = sites.get(name);
    if (row === undefined) throw unreadable(file, `it has no row "${name}"`);
    return number(row.get(column), `${column} of "${name}"`, file, /^\d+$/);
  };
  return {
    head,
    lut: figure("Slice LUTs", "Used"),
    lutram: figure("LUT as Memory", "Used"),
    ff: figure("Slice Registers", "Used"),
    dsp: figure("DSPs", "Used"),
    ramb18: figure("RAMB18", "Used") + 2 * figure("RAMB36/FIFO", "Used"),
    available: figure("Slice LUTs", "Available"),
  };
}

/**
 * Reads the text of `report_timing_summary`, of a design with one clock.
 *
 * @throws GatecastError of kind "tool": not such a report, a number is missing, several clocks, paths without a constraint alone ("NA")
 */
export function readTimingSummary(text: string, file: string, subject: ReportSubject): TimingSummary {
  const head = readHead(text, file, subject);
  const [summary] = columns(text, /^\s*WNS\(ns\)/);
  if (summary === undefined) throw unreadable(file, "it has no design timing summary");
  const clocks = columns(text, /^\s*Clock\s+Waveform\(ns\)/);
  const [clock, ...others] = clocks;
  if (clock === undefined) throw unreadable(file, "it names no clock");
  if (others.length > 0) throw unreadable(file, `it has several clocks (${clocks.map((row) => row[0]).join(", ")})`);
  // The waveform is written as "{0.000 5.000}": two words.
  const [name, period] = [clock[0] ?? "", clock.at(-2)];
  const periodNs = number(period, `the period of ${name}`, file);
  const slackNs = number(summary[0], "WNS", file);
  const holdSlackNs = number(summary[4], "WHS", file);
  if (!(periodNs > 0) || !(periodNs - slackNs > 0)) {
    throw unreadable(file, `a period of ${periodNs} ns and a slack of ${slackNs} ns make no frequency`);
  }
  return { head, clock: name, periodNs, slackNs, holdSlackNs, fmaxMHz: 1000 / (periodNs - slackNs) };
}

/**
 * Reads the text of `report_power`.
 *
 * @throws GatecastError of kind "tool": not such a report, a number is missing, or the parts contradict the whole
 */
export function readPower(text: string, file: string, subject: ReportSubject): PowerReport {
  const head = readHead(text, file, subject);
  const field = (name: string): string => {
    const escaped = name.replace(/[()]/g, "\\$&");
    const found = new RegExp(`^\\|\\s*${escaped}\\s*\\|\\s*(.*?)\\s*\\|`, "m").exec(text)?.[1];
    if (found === undefined || found === "") throw unreadable(file, `it has no "${name}"`);
    return found;
  };
  const watts = (name: string) => number(field(name), name, file);
  const [total, dynamic, still] = [watts("Total On-Chip Power (W)"), watts("Dynamic (W)"), watts("Device Static (W)")];
  // Three places are printed, each rounded by itself.
  if (Math.abs(total - dynamic - still) > 0.0021) {
    throw unreadable(file, `dynamic (${dynamic} W) and static power (${still} W) are not the total of ${total} W`);
  }
  const activity = field("Simulation Activity File");
  const parts = new Map<string, { watts: number; atMost: boolean }>();
  for (const row of tableRows(text, "On-Chip")) {
    const name = row.get("On-Chip") ?? "";
    const value = row.get("Power (W)") ?? "";
    if (name === "Total" || name === "Static Power" || parts.has(name)) continue;
    const atMost = value.startsWith("<");
    parts.set(name, { watts: number(value.replace(/^</, ""), `power of "${name}"`, file), atMost });
  }
  if (parts.size === 0) throw unreadable(file, "it does not divide the power into parts");
  return {
    head,
    total,
    dynamic,
    static: still,
    confidence: field("Confidence Level"),
    activityFile: activity === "---" ? null : activity,
    parts,
  };
}

/** Rows of a table without rules: below a line of titles and one of dashes, to the next empty line; words of each. */
function columns(text: string, titles: RegExp): string[][] {
  const lines = text.split(/\r?\n/);
  const at = lines.findIndex((line) => titles.test(line));
  if (at < 0 || !/^[\s-]+$/.test(lines[at + 1] ?? "")) return [];
  const rows: string[][] = [];
  for (const line of lines.slice(at + 2)) {
    if (line.trim() === "") break;
    rows.push(line.trim().split(/\s+/));
  }
  return rows;
}

function number(text: string | undefined, what: string, file: string, form = /^-?\d+(\.\d+)?$/): number {
  if (text === undefined || !form.test(text)) throw unreadable(file, `${what} is "${text ?? ""}", which is no number`);
  return Number(text);
}
