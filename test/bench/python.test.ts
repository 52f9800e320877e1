import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { findPython, PyTorch, pythonLines } from "../../bench/common/python.js";

/** A program in the place of Python. */
function standIn(script: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "gatecast-bench-")), "python");
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

const hello = '{"torch":"2.0","python":"3.11","threads":1,"blas":"openblas"}';

describe("PyTorch beside a bench", () => {
  it("uses the program that is named, if it has torch", async () => {
    const program = standIn("exit 0");
    expect(await findPython({ GATECAST_PYTHON: program })).toBe(program);
  });

  it("names the program, what it said and the setting where torch is missing", async () => {
    const program = standIn("echo \"ModuleNotFoundError: No module named 'torch'\" >&2; exit 1");
    await expect(findPython({ GATECAST_PYTHON: program })).rejects.toMatchObject({
      kind: "tool",
      message: expect.stringContaining("No module named 'torch'"),
      remedy: expect.stringContaining("GATECAST_PYTHON"),
    });
  });

  it("asks and is answered", async () => {
    const torch = await PyTorch.start(standIn(`echo '${hello}'; read line; echo '{"batch":64}'`), "/", 1);
    expect(torch.versions.torch).toBe("2.0");
    expect(await torch.ask({ command: "x" }, z.object({ batch: z.number() }))).toEqual({ batch: 64 });
    torch.stop();
  });

  it("says what went wrong in the process, or that it ended", async () => {
    const wrong = await PyTorch.start(standIn(`echo '${hello}'; read line; echo '{"error":"KeyError: a"}'`), "/", 1);
    await expect(wrong.ask({}, z.object({}))).rejects.toThrow("KeyError: a");
    const ended = PyTorch.start(standIn("echo 'no torch here' >&2; exit 1"), "/", 1);
    await expect(ended).rejects.toThrow("ended");
  });

  it("warns of the reference BLAS", () => {
    expect(pythonLines({ torch: "1", python: "3", threads: 1, blas: "reference" }).join(" ")).toContain("WARNING");
    expect(pythonLines({ torch: "1", python: "3", threads: 1, blas: "openblas" })).toHaveLength(1);
  });
});
