/** Lets the host do its own work (signals, progress, a page). */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
