/** Windows between two looks at the event loop: some milliseconds of work. */
const chunk = 64;

/** Lets signals and the progress display have their turn. @throws the signal's reason when it is aborted */
export async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
}

/**
 * Does `run` on some windows at a time, so that Ctrl-C is heard in between.
 *
 * @param codes of whole windows of `size` codes each
 * @returns the results of all pieces, one behind the other
 */
export async function inPieces(
  codes: Int16Array,
  size: number,
  run: (piece: Int16Array) => Int32Array,
  signal: AbortSignal,
): Promise<Int32Array> {
  const parts: Int32Array[] = [];
  for (let at = 0; at < codes.length; at += chunk * size) {
    parts.push(run(codes.subarray(at, Math.min(codes.length, at + chunk * size))));
    await breathe(signal);
  }
  const all = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
