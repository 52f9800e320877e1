import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whether a test that needs the tools is skipped: they are missing, and not required by GATECAST_REQUIRE_TOOLS=1. */
export function skipWithout(...tools: string[]): boolean {
  const missing = tools.filter((tool) => spawnSync("sh", ["-c", `command -v ${tool}`]).status !== 0);
  return missing.length > 0 && process.env.GATECAST_REQUIRE_TOOLS !== "1";
}

/** The title of a test, with the reason if it is skipped. */
export function titleWith(title: string, ...tools: string[]): string {
  return skipWithout(...tools) ? `${title} (skipped: ${tools.join(" or ")} is not installed)` : title;
}

/** Runs a program in a folder; gives what it printed, and throws with it where it fails. */
export function runTool(folder: string, program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, {
      cwd: folder,
      encoding: "utf8",
      stdio: "pipe",
      timeout: 120_000,
      maxBuffer: 2 ** 28,
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(
      `${program} ${args.join(" ").slice(0, 200)} failed:\n${stderr ?? ""}\n${stdout ?? ""}`.slice(0, 4000),
      {
        cause: error,
      },
    );
  }
}

/** Does something in a folder of its own, which is gone afterwards. */
export function inTemporaryFolder<T>(action: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "gatecast-rtl-"));
  try {
    return action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
