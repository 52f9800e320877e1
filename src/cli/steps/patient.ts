import type { Interpreter } from "../../integer/index.js";

/** Windows between two looks at the event loop: some milliseconds of work. */
const chunk = 64;

/** Lets signals and the progress display have their turn. @throws the signal's reason when it is aborted */
export async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
}

/** `interpreter.run` in pieces, so that Ctrl-C is heard in between. `size`: codes of one window. */
export async function runPatiently(
  interpreter: Interpreter,
  codes: Int16Array,
  size: number,
  signal: AbortSignal,
): Promise<Int32Array> {
  const parts: Int32Array[] = [];
  for (let at = 0; at < codes.length; at += chunk * size) {
    parts.push(interpreter.run(codes.subarray(at, Math.min(codes.length, at + chunk * size))));
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
