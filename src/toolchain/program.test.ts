import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { GatecastError } from "../errors.js";
import { KEPT_BYTES, runProgram } from "./program.js";
import { temporaryFolder } from "./testing/temporary-folder.js";

const folder = temporaryFolder();
let scripts = 0;

/** Writes a shell script and returns its path. */
function script(text: string): string {
  const path = join(folder, `script${scripts++}.sh`);
  writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return path;
}

async function failure(run: Promise<unknown>): Promise<GatecastError> {
  const error = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof GatecastError)) throw new Error(`expected a GatecastError, got ${String(error)}`);
  return error;
}

/** Waits until the process is gone; the test's own time limit is the bound. */
async function ended(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
      // A killed orphan may stay a zombie where nobody reaps it: dead all the same.
      if (/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))) return;
    } catch {
      return;
    }
    await sleep(10);
  }
}

describe.skipIf(process.platform === "win32")("runProgram", () => {
  it("returns both streams, keeps a log and hands lines over as they come", async () => {
    const logFile = join(folder, "deep", "run.log");
    const lines: string[] = [];
    const result = await runProgram(script('echo "in $PWD"; echo "got $1 $GREETING" >&2; printf end'), ["x y"], {
      cwd: folder,
      env: { GREETING: "hello" },
      logFile,
      onLine: (line) => lines.push(line),
    });
    expect(result.exitCode).toBe(0);
    expect(lines.toSorted()).toEqual(["end", "got x y hello", `in ${folder}`].toSorted());
    expect(readFileSync(logFile, "utf8")).toBe(result.output);
  });

  it("shows the last lines of a failing program and names its log", async () => {
    const logFile = join(folder, "failing.log");
    const error = await failure(runProgram(script("seq 1 100; echo boom >&2; exit 3"), [], { logFile }));
    expect(error.kind).toBe("tool");
    expect(error.message).toMatch(/exit code 3/);
    expect(error.message).toMatch(/99\n100\nboom$/);
    expect(error.message).not.toMatch(/^50$/m);
    expect(error.remedy).toContain(logFile);
    expect(readFileSync(logFile, "utf8")).toMatch(/^1\n2\n/);
  });

  it("returns a non-zero exit code where failure is an answer", async () => {
    const { exitCode } = await runProgram(script("exit 3"), [], { allowFailure: true });
    expect(exitCode).toBe(3);
  });

  it("says that a program crashed, even where failure is an answer", async () => {
    const error = await failure(runProgram(script("kill -SEGV $$"), [], { allowFailure: true }));
    expect(error.message).toMatch(/crashed \(SIGSEGV\)/);
  });

  it("stops a program that hangs, and what it has started, even where they ignore SIGTERM", async () => {
    const pids = join(folder, "hang.pids");
    const text = `trap '' TERM\n(trap '' TERM; sleep 300) &\necho $$ $! > ${pids}\nwhile :; do sleep 1; done`;
    const error = await failure(runProgram(script(text), [], { timeLimitSeconds: 0.3 }));
    expect(error.message).toMatch(/time limit of 0.3 s/);
    for (const pid of readFileSync(pids, "utf8").trim().split(" ")) await ended(Number(pid));
  });

  it("does not wait for a background process that holds the pipes of a finished program", async () => {
    const pids = join(folder, "orphan.pid");
    const { output } = await runProgram(script(`sleep 300 &\necho $! > ${pids}\necho done`), []);
    expect(output).toBe("done\n");
    await ended(Number(readFileSync(pids, "utf8")));
  });

  it("stops the program and throws the signal's reason on abort", async () => {
    const pids = join(folder, "abort.pid");
    const controller = new AbortController();
    const run = runProgram(script(`echo $$ > ${pids}; echo ready; sleep 300`), [], {
      signal: controller.signal,
      onLine: () => controller.abort(new Error("interrupted by the user")),
    });
    await expect(run).rejects.toThrow("interrupted by the user");
    await ended(Number(readFileSync(pids, "utf8")));
  });

  it("does not start a program whose signal was aborted before", async () => {
    const mark = join(folder, "never");
    const signal = AbortSignal.abort(new Error("too late"));
    await expect(runProgram(script(`touch ${mark}`), [], { signal })).rejects.toThrow("too late");
    expect(existsSync(mark)).toBe(false);
  });

  it("keeps the end of a long output in memory and all of it in the log", async () => {
    const logFile = join(folder, "long.log");
    const result = await runProgram(script("yes 0123456789 | head -c 12000000; echo; echo last"), [], { logFile });
    expect(result.outputTruncated).toBe(true);
    expect(result.output.length).toBeLessThanOrEqual(2 * KEPT_BYTES);
    expect(result.output).toMatch(/last\n$/);
    expect(readFileSync(logFile).length).toBe(12_000_006);
  });

  it("never mixes the two streams within a line, nor breaks a character", async () => {
    const text = "printf 'a\\303'; printf 'E\\n' >&2; sleep 0.05; printf '\\251b\\n'";
    const { output } = await runProgram(script(text), []);
    expect(output).toBe("E\naéb\n");
  });

  it("stops a program that floods its output", async () => {
    const error = await failure(runProgram(script("yes"), [], { outputLimitBytes: 1_000_000 }));
    expect(error.message).toMatch(/more than 1000000 bytes/);
  });

  it("names a program that is missing, or that may not be executed", async () => {
    const missing = await failure(runProgram("gatecast-no-such-program", []));
    expect(missing.kind).toBe("tool");
    expect(missing.message).toMatch(/gatecast-no-such-program was not found/);
    expect(missing.remedy).toMatch(/PATH/);
    const path = join(folder, "text.txt");
    writeFileSync(path, "no program", { mode: 0o644 });
    expect((await failure(runProgram(path, []))).message).toMatch(/is not executable/);
  });

  it("reports a log that cannot be written", async () => {
    const logFile = join(script("true"), "is-a-file", "run.log");
    const error = await failure(runProgram("true", [], { logFile }));
    expect(error.kind).toBe("system");
    expect(error.message).toContain(logFile);
  });

  it.skipIf(!existsSync("/dev/full"))(
    "reports a disk that fills up while the log is written, and stops the program",
    async () => {
      const error = await failure(runProgram(script("yes"), [], { logFile: "/dev/full" }));
      expect(error.kind).toBe("system");
      expect(error.message).toMatch(/disk.*full/);
    },
  );
});
