import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { contentHash, explainFileError, systemErrorCode, writeAtomic } from "./files.js";

/** How a value of `cached` came about. */
export type CacheOutcome =
  | { kind: "hit" }
  | { kind: "computed" }
  /** An entry was there but could not be trusted; it was computed anew and replaced. Tell the user. */
  | { kind: "recomputed"; reason: string };

export interface CacheOptions<T> {
  /** Folder of the entries; made where missing. */
  folder: string;
  /**
   * Everything the result depends on: name and version of the tool, options, and the content (or content hash) of every
   * input. The order of an object's keys does not matter.
   */
  key: unknown;
  /** Makes the result; must be plain JSON data. */
  compute: () => Promise<T>;
  /** Checks what was read back; throws where it is not a T. */
  check: (value: unknown) => T;
}

/**
 * The result of `compute`, from the cache where the same was asked before. An entry names its key and the hash of its
 * content; one that was damaged is computed anew and `outcome` says so. Nothing is kept of a computation that throws.
 *
 * @throws what `compute` throws; GatecastError of kind "system" where the cache cannot be read or written
 */
export async function cached<T>(options: CacheOptions<T>): Promise<{ value: T; outcome: CacheOutcome }> {
  const key = canonical(options.key);
  const path = join(options.folder, `${contentHash(key)}.json`);
  const text = await readIfThere(path);
  let outcome: CacheOutcome = { kind: "computed" };
  if (text !== undefined) {
    try {
      return { value: options.check(openEntry(text, key)), outcome: { kind: "hit" } };
    } catch (error) {
      outcome = { kind: "recomputed", reason: `${path}: ${error instanceof Error ? error.message : String(error)}` };
    }
  }
  const value = await options.compute();
  const content = JSON.stringify(value);
  await writeAtomic(path, JSON.stringify({ key, sha256: contentHash(content), content }));
  return { value, outcome };
}

function openEntry(text: string, key: string): unknown {
  const entry: unknown = JSON.parse(text);
  if (typeof entry !== "object" || entry === null) throw new Error("the entry is not an object");
  const { key: storedKey, sha256, content } = entry as Record<string, unknown>;
  if (storedKey !== key) throw new Error("the entry belongs to another key");
  if (typeof content !== "string" || contentHash(content) !== sha256)
    throw new Error("the content does not match its hash");
  return JSON.parse(content);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw explainFileError(error, path, "read");
  }
}

/** JSON with the keys of every object in order, so that equal values give equal text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
