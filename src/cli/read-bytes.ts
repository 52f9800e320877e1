import { readFile } from "node:fs/promises";

/**
 * The bytes of a file as a plain Uint8Array. A Buffer's own `slice` shares memory where that of every other Uint8Array
 * copies, so code that was written for browsers reads the wrong bytes through it.
 */
export async function readBytes(path: string): Promise<Uint8Array> {
  const { buffer, byteOffset, byteLength } = await readFile(path);
  return new Uint8Array(buffer, byteOffset, byteLength);
}
