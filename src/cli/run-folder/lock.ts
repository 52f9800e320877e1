import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { GatecastError } from "../../errors.js";
import { explainFileError, systemErrorCode } from "../../toolchain/files.js";

export const lockName = ".lock";
const holderSchema = z.object({ pid: z.int(), host: z.string() });

/**
 * Keeps a second command out of a run folder. Returns the function that opens it again; a process that ends without
 * calling it does so on its way out, and the lock of a process that was killed is recognised as void.
 *
 * @throws GatecastError "run": another command is at work in the folder
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, lockName);
  if (!tryLock(path)) {
    const holder = readHolder(path);
    if (holder === undefined || alive(holder)) throw busy(folder, path, holder);
    rmSync(path, { force: true });
    if (!tryLock(path)) throw busy(folder, path, readHolder(path));
  }
  const release = () => {
    process.off("exit", release);
    rmSync(path, { force: true });
  };
  process.on("exit", release);
  return release;
}

type Holder = z.output<typeof holderSchema>;

function tryLock(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, "wx");
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") return false;
    throw explainFileError(error, path, "write");
  }
  try {
    writeSync(file, JSON.stringify({ pid: process.pid, host: hostname() } satisfies Holder));
  } catch (error) {
    rmSync(path, { force: true });
    throw explainFileError(error, path, "write");
  } finally {
    closeSync(file);
  }
  return true;
}

/** Nothing where the lock has just gone, or is being written, or is not ours: then nobody can say that it is void. */
function readHolder(path: string): Holder | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw explainFileError(error, path, "read");
  }
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return undefined; // reported by the caller, which names the file
  }
}

function alive(holder: Holder): boolean {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) !== "ESRCH";
  }
}

function busy(folder: string, path: string, holder: Holder | undefined): GatecastError {
  const who = holder === undefined ? "Another command" : `Another command (process ${holder.pid} on ${holder.host})`;
  return new GatecastError("run", `${who} is at work in ${folder}.`, {
    remedy: `Wait for it to end, or choose another folder. If no such command is running, remove ${path}.`,
    where: { path },
  });
}
