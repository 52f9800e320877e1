import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { GatecastError } from "../../errors.js";
import { type CommandLimits, limitsOf } from "../commands.js";
import { explainFileError, systemErrorCode } from "../files.js";
import { runProgram } from "../program.js";
import { findTool } from "../tools.js";
import {
  type PowerReport,
  readPower,
  readTimingSummary,
  readUtilisation,
  type TimingSummary,
  type Utilisation,
} from "./reports.js";
import { vivadoFiles } from "./script.js";
import type { ReportSubject } from "./tables.js";

/** Synthesis, implementation, simulation and a bitstream of a small design take minutes; nobody waits longer than this. */
const TIME_LIMIT_SECONDS = 4 * 3600;

/** What the reports of a finished script say. */
export interface VivadoResult {
  readonly utilisation: Utilisation;
  readonly timing: TimingSummary;
  readonly power: PowerReport;
  /** Of the design on the board, where there is one. */
  readonly board: TimingSummary | null;
}

/**
 * Runs the script in its folder. What an earlier run has left there as its last word is removed first.
 *
 * @throws GatecastError of kind "tool": Vivado is missing, too old, crashes, hangs, or ends with an error
 */
export async function runVivado(folder: string, limits: CommandLimits): Promise<void> {
  const tool = await findTool("vivado");
  await rm(join(folder, vivadoFiles.done), { force: true });
  await runProgram(tool.path, ["-mode", "batch", "-nojournal", "-nolog", "-notrace", "-source", vivadoFiles.script], {
    timeLimitSeconds: TIME_LIMIT_SECONDS,
    ...limitsOf(limits),
    cwd: folder,
  });
}

/**
 * Which design a script in this folder was last finished for, by the identity that was given to it; null where none has come to its end.
 */
export async function finishedFor(folder: string): Promise<string | null> {
  return (await readIfThere(join(folder, vivadoFiles.done)))?.trim() ?? null;
}

/**
 * Reads the reports of a finished script.
 *
 * @param board name of the module on the board, where a bitstream was made
 * @throws GatecastError of kind "tool": a report is missing, cannot be read, or is of another design or part; of kind "hardware" where data would change too
 *   early (hold) or a board's clock is too fast
 */
export async function readVivado(folder: string, subject: ReportSubject, board: string | null): Promise<VivadoResult> {
  const read = async (file: string): Promise<string> => {
    const text = await readIfThere(join(folder, file));
    if (text !== undefined) return text;
    throw new GatecastError("tool", `Vivado has ended without the report ${file}.`, {
      remedy: "Its log says why.",
      where: { file: join(folder, file) },
    });
  };
  const { utilisation: used, timing, power, boardTiming } = vivadoFiles;
  const result: VivadoResult = {
    utilisation: readUtilisation(await read(used), used, subject),
    timing: readTimingSummary(await read(timing), timing, subject),
    power: readPower(await read(power), power, subject),
    board:
      board === null ? null : readTimingSummary(await read(boardTiming), boardTiming, { ...subject, design: board }),
  };
  for (const [file, summary] of [[timing, result.timing] as const, [boardTiming, result.board] as const]) {
    if (summary === null) continue;
    const early = summary.holdSlackNs < 0;
    if (!early && (summary !== result.board || summary.slackNs >= 0)) continue;
    const what = early
      ? `data changes ${-summary.holdSlackNs} ns too early after the clock's edge`
      : `it misses the period of the board's clock, ${summary.periodNs} ns, by ${-summary.slackNs} ns`;
    throw new GatecastError("hardware", `The routed design does not work: ${what} (${file}).`, {
      remedy: early ? "Run the script again with another placement directive." : "Choose a board with a slower clock.",
      where: { file: join(folder, file) },
    });
  }
  return result;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw explainFileError(error, path, "read");
  }
}
