#!/usr/bin/env node
import { GatecastError } from "../errors.js";
import { Interrupted, interruptedExitCode, reportError } from "./errors.js";
import { runCommandLine } from "./program.js";

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (interruption.signal.aborted) process.exit(interruptedExitCode);
    // First, since it takes the live lines away.
    interruption.abort(new Interrupted("Interrupted."));
    process.stderr.write("Stopping at a point that can be gone on from; once more stops at once.\n");
  });
}
// The reader of our output has gone (`gatecast ... | head`): that is no error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  const told = new GatecastError("system", `Cannot write to standard output: ${error.message}.`, {
    remedy: "Free some space or send it elsewhere; what has arrived there is not whole.",
  });
  const { text, exitCode } = reportError(told, { json: process.argv.includes("--json") });
  process.stderr.write(`${text}\n`);
  process.exit(exitCode);
});

process.exitCode = await runCommandLine(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interruption.signal,
  folder: process.cwd(),
});
