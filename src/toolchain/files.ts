import { createHash, randomBytes } from "node:crypto";
import { access, constants, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { GatecastError } from "../errors.js";

/** SHA-256 of text (as UTF-8) or bytes, in lower-case hexadecimal: the content hash of run folders and caches. */
export function contentHash(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** The `code` of an error of the operating system (`ENOENT`, `EACCES` ...), or undefined for any other value. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/**
 * Turns an error of the operating system about `path` into one the user can act on. Errors that are not the operating
 * system's are bugs of ours and are returned as they are.
 */
export function explainFileError(error: unknown, path: string, action: string): unknown {
  const code = systemErrorCode(error);
  if (code === undefined) return error;
  const [what, remedy] = explanation(code);
  return new GatecastError("system", `Cannot ${action} ${path}: ${what}.`, {
    remedy,
    where: { path, code },
    cause: error,
  });
}

function explanation(code: string): [what: string, remedy: string] {
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return [
        "the disk (or its quota) is full",
        "Free some space or choose a folder on another disk; nothing was left half-written.",
      ];
    case "EACCES":
    case "EPERM":
      return ["permission is denied", "Choose a folder you may write to, or change its permissions."];
    case "EROFS":
      return ["the file system is read-only", "Choose a folder on a file system that can be written."];
    case "ENOENT":
      return ["it does not exist", "Check the path for a spelling mistake."];
    case "ENOTDIR":
    case "EEXIST":
      return ["part of the path is a file, not a folder", "Choose another folder, or move that file away."];
    case "EISDIR":
      return ["it is a folder, not a file", "Give the path of a file."];
    case "EMFILE":
    case "ENFILE":
      return ["too many files are open", "Raise the limit of open files (`ulimit -n`) or run less at a time."];
    default:
      return [`the operating system says ${code}`, "Check the disk and the path, then run the command again."];
  }
}

/** Whether a file of this name is one that `writeAtomic` or `ensureWritableFolder` had not finished with when its process was killed. */
export function isPartial(name: string): boolean {
  return /\.[0-9a-f]{12}\.partial$|^\.gatecast-[0-9a-f]{12}$/.test(name);
}

/**
 * Writes a file so that a reader sees the old content or the whole new one, never a part: into a temporary file beside
 * it, flushed to disk, then renamed. Folders on the way are made.
 *
 * @throws GatecastError of kind "system" (disk full, no permission, read-only ...); the temporary file is removed.
 */
export async function writeAtomic(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.partial`;
  try {
    await makeFolder(dirname(path));
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    // The first error is the one to tell; where even the removal fails (a read-only disk), there is nothing to remove.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw explainFileError(error, path, "write");
  }
}

/**
 * Makes sure that `folder` exists and that files can be made in it, by making one. Returns its absolute path.
 *
 * @throws GatecastError of kind "system" that names the folder.
 */
export async function ensureWritableFolder(folder: string): Promise<string> {
  const path = resolve(folder);
  try {
    await makeFolder(path);
    await access(path, constants.W_OK);
    const probe = join(path, `.gatecast-${randomBytes(6).toString("hex")}`);
    await (await open(probe, "wx")).close();
    await rm(probe);
  } catch (error) {
    throw explainFileError(error, path, "write into the folder");
  }
  return path;
}

/**
 * Makes a folder and those above it. Not mkdir's `recursive`: in Node 20 that never returns where a file system refuses new
 * folders with ENOENT, as /proc does.
 */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return;
    const above = dirname(path);
    const missingAbove = code === "ENOENT" && above !== path && (await stat(above).catch(ifAbsent)) === null;
    if (!missingAbove) throw error;
    await makeFolder(above);
    await mkdir(path);
  }
}

function ifAbsent(error: unknown): null {
  if (systemErrorCode(error) === "ENOENT") return null;
  throw error;
}
