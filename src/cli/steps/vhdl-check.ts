import { basename } from "node:path";
import { GatecastError } from "../../errors.js";
import type { Check, UncheckedSubject } from "../../report/data.js";
import { runGhdl } from "../../toolchain/ghdl.js";
import { findTool, findToolIfPresent } from "../../toolchain/tools.js";
import type { Configuration } from "../configuration.js";
import type { HardwareResult } from "../results.js";
import { benchFiles } from "./hardware.js";
import type { StepContext } from "./step.js";

/** Where GHDL compiles; removed when it is done. */
const workFolder = "work/ghdl";
const logFile = "logs/ghdl.log";
/** GHDL runs some thousand cycles a second on a large design. */
const timeLimitSeconds = 1200;

/** What decides the result of GHDL: its version, or why there is none. */
export async function ghdlIdentity(when: Configuration["ghdl"]): Promise<string> {
  if (when === "no") return "not wanted (--ghdl no)";
  if (when === "yes") return (await findTool("ghdl")).version;
  const found = await findToolIfPresent("ghdl");
  return found.tool === undefined ? found.reason : found.tool.version;
}

/**
 * Runs the generated test bench, just as a user can, on the generated VHDL in GHDL.
 *
 * @param windows that the bench's files hold
 * @throws GatecastError "tool": GHDL is wanted and missing, does not compile the sources, crashes or hangs
 */
export async function checkVhdl(
  context: Pick<StepContext<unknown>, "readText" | "folder" | "signal" | "progress" | "scratch" | "used" | "write">,
  hardware: HardwareResult,
  when: Configuration["ghdl"],
  windows: number,
): Promise<Check | UncheckedSubject> {
  if (when === "no") return { subject: "vhdl", unchecked: "not wanted (--ghdl no)" };
  if (when === "auto") {
    const found = await findToolIfPresent("ghdl");
    if (found.tool === undefined) return { subject: "vhdl", unchecked: found.reason };
  }
  const source = async (file: string) => ({ name: basename(file), text: await context.readText("generate", file) });
  context.progress.say(`${"ghdl".padEnd(11)} running the test bench on ${windows} windows`);
  const result = await runGhdl({
    sources: await Promise.all([...hardware.vhdl, hardware.bench].map(source)),
    dataFiles: await Promise.all(Object.values(benchFiles).map(source)),
    top: `${hardware.top}_tb`,
    folder: `${context.folder}/${workFolder}`,
    timeLimitSeconds,
    signal: context.signal,
  });
  context.used("ghdl", result.simulator.version);
  await context.write(logFile, `${result.lines.join("\n")}\n`);
  const [, failed] = /FAIL: (\d+) of \d+ forecast codes differ/.exec(result.lines.join("\n")) ?? [];
  const passed = /PASS: (\d+) forecast codes compared, 0 mismatches/.exec(result.lines.join("\n"));
  if (failed === undefined && (passed === null || !result.passed)) {
    const last = result.lines.at(-1);
    const said = last === undefined ? "it printed nothing" : `its last line is "${last}"`;
    throw new GatecastError(
      "verification",
      `The test bench gave no verdict in GHDL ${result.simulator.version}: ${said}.`,
      {
        remedy:
          "Try another version of GHDL, or --ghdl no; where it stays so, please report the generated hardware as defective. " +
          `Output: ${context.folder}/${logFile}`,
      },
    );
  }
  await context.scratch.remove("work");
  const mismatches = Math.min(windows, Number(failed ?? 0));
  return { subject: "vhdl", tool: "ghdl", version: result.simulator.version, windows, mismatches };
}
