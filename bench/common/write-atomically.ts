import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { GatecastError } from "../../src/errors.js";

/**
 * Writes a file whole or not at all: beside its place first, then renamed.
 *
 * @throws GatecastError "system" where the folder cannot be written
 */
export function writeAtomically(file: string, content: string | Uint8Array): void {
  const beside = `${file}.${process.pid}.part`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(beside, content);
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw new GatecastError("system", `${file} cannot be written: ${error instanceof Error ? error.message : error}.`, {
      remedy: "Choose a folder that can be written and has room.",
      where: { file },
      cause: error,
    });
  }
}
