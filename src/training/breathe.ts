/** Milliseconds of work after which the host may do its own (signals, progress, a page). */
const BREATH = 100;

/** A function that lets the host do its own work where it has not for a while, and ends the work where a signal says so. */
export function breather(signal: AbortSignal | undefined): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last > BREATH) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      last = performance.now();
    }
    signal?.throwIfAborted();
  };
}
