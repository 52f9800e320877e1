import { GatecastError } from "../../errors.js";

/** What stands in the box at the head of every report: which tool, which design, which part. */
export interface ReportHead {
  readonly tool: string;
  readonly version: string;
  readonly design: string;
  /** As the report writes it: "xc7s15ftgb196-1", "7s15-ftgb196". */
  readonly device: string;
  /** "Synthesized", "Routed" ...; reports of timing do not say. */
  readonly state: string | null;
}

/** Design and part that a report must be of. */
export interface ReportSubject {
  readonly design: string;
  /** Name of the device and of the package, lower case: "xc7s15", "ftgb196". */
  readonly device: string;
  readonly package: string;
}

/**
 * Reads the head of a Vivado report and makes sure that it is of the design and part that were meant.
 *
 * @param file its name, for messages
 * @throws GatecastError of kind "tool": no report of Vivado, a field is missing, another design or another part
 */
export function readHead(text: string, file: string, subject: ReportSubject): ReportHead {
  const field = (name: string): string | null => {
    const found = new RegExp(`^\\|\\s*${name}\\s*:\\s*(.*?)\\s*\\|?\\s*$`, "m").exec(text)?.[1];
    return found === undefined || found === "" ? null : found;
  };
  const tool = field("Tool Version");
  const version = /^Vivado v\.?(\d+(?:\.\d+)*)/.exec(tool ?? "")?.[1];
  if (tool === null || version === undefined) throw unreadable(file, "its head does not name a version of Vivado");
  const design = field("Design");
  const device = field("Device");
  if (design === null) throw unreadable(file, "its head names no design");
  if (device === null) throw unreadable(file, "its head names no device");
  if (design !== subject.design) {
    throw other(file, `of the design "${design}", not of "${subject.design}"`);
  }
  const plain = device.toLowerCase().replaceAll("-", "");
  if (!plain.includes(subject.device.replace(/^xc/, "")) || !plain.includes(subject.package)) {
    throw other(file, `for the part ${device}, not for ${subject.device} in ${subject.package}`);
  }
  return { tool, version, design, device, state: field("Design State") };
}

/** The rows of the tables of a report that begin with a column of this title; cells by the titles of their columns. */
export function tableRows(text: string, firstColumn: string): ReadonlyMap<string, string>[] {
  const rows: ReadonlyMap<string, string>[] = [];
  let titles: string[] | undefined;
  let ruled = 0;
  for (const line of text.split(/\r?\n/)) {
    if (/^\+[-+]+\+\s*$/.test(line)) {
      ruled += 1;
      continue;
    }
    const cells = /^\|(.*)\|\s*$/.exec(line)?.[1]?.split("|");
    if (cells === undefined) {
      [titles, ruled] = [undefined, 0];
      continue;
    }
    const plain = cells.map((cell) => cell.trim());
    if (titles === undefined && ruled === 1) titles = plain;
    else if (titles?.[0] === firstColumn && ruled >= 2) {
      rows.push(new Map(titles.map((title, index) => [title, plain[index] ?? ""])));
    }
  }
  return rows;
}

export function unreadable(file: string, what: string): GatecastError {
  return new GatecastError("tool", `The report ${file} cannot be used: ${what}.`, {
    remedy:
      "It must be the text that Vivado writes, whole; this version of Vivado may write it differently. Run the script again.",
    where: { file },
  });
}

function other(file: string, what: string): GatecastError {
  return new GatecastError("tool", `The report ${file} is ${what}.`, {
    remedy: "Reports of another run are of no use here: run the script of this run's folder again.",
    where: { file },
  });
}
