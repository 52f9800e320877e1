import { GatecastError } from "../../errors.js";
import type { Check, UncheckedSubject } from "../../report/data.js";
import { runGhdl } from "../../toolchain/ghdl.js";
import { runIcarus } from "../../toolchain/icarus.js";
import type { SimulationJob, SimulationResult } from "../../toolchain/simulation.js";
import { findTool, findToolIfPresent } from "../../toolchain/tools.js";
import type { Configuration } from "../configuration.js";
import type { StepContext } from "./step.js";

type When = Configuration["ghdl"];

/** Simulators make some thousand cycles a second of a large design. */
const timeLimitSeconds = 1200;

/** A simulator that is not ours, and what it is shown: the generated sources and a test bench that reads sample codes. */
export interface Referee {
  readonly subject: "vhdl" | "verilog";
  readonly tool: "ghdl" | "iverilog";
  /** Its name in sentences. */
  readonly title: string;
  /** The option that says when it is wanted. */
  readonly option: string;
  readonly run: (job: SimulationJob) => Promise<SimulationResult>;
}

export const ghdl: Referee = { subject: "vhdl", tool: "ghdl", title: "GHDL", option: "--ghdl", run: runGhdl };
export const icarus: Referee = {
  subject: "verilog",
  tool: "iverilog",
  title: "Icarus Verilog",
  option: "--icarus",
  run: runIcarus,
};

/** What decides the result of a referee: its version, or why there is none. */
export async function refereeIdentity({ tool, option }: Referee, when: When): Promise<string> {
  if (when === "no") return `not wanted (${option} no)`;
  if (when === "yes") return (await findTool(tool)).version;
  const found = await findToolIfPresent(tool);
  return found.tool === undefined ? found.reason : found.tool.version;
}

/**
 * Runs a test bench on the generated sources, just as a user can.
 *
 * @param files compiled in this order, bench last, and read while it runs
 * @param windows that the bench's files hold
 * @throws GatecastError "tool": the simulator is wanted and missing, does not compile the sources, crashes or hangs
 */
export async function checkWithReferee(
  context: Pick<StepContext<unknown>, "folder" | "signal" | "progress" | "scratch" | "used" | "write">,
  referee: Referee,
  when: When,
  files: Pick<SimulationJob, "sources" | "top" | "dataFiles">,
  windows: number,
): Promise<Check | UncheckedSubject> {
  const { subject, tool, option } = referee;
  if (when === "no") return { subject, unchecked: `not wanted (${option} no)` };
  if (when === "auto") {
    const found = await findToolIfPresent(tool);
    if (found.tool === undefined) return { subject, unchecked: found.reason };
  }
  context.progress.say(`${tool.padEnd(11)} running the test bench on ${windows} windows`);
  const result = await referee.run({
    ...files,
    folder: `${context.folder}/work/${tool}`,
    timeLimitSeconds,
    signal: context.signal,
  });
  context.used(tool, result.simulator.version);
  const logFile = `logs/${tool}.log`;
  const text = result.lines.join("\n");
  await context.write(logFile, `${text}\n`);
  const [, failed] = /FAIL: (\d+) of \d+ forecast codes differ/.exec(text) ?? [];
  const passed = /PASS: (\d+) forecast codes compared, 0 mismatches/.exec(text);
  if (failed === undefined && (passed === null || !result.passed)) {
    const last = result.lines.at(-1);
    const said = last === undefined ? "it printed nothing" : `its last line is "${last}"`;
    throw new GatecastError(
      "verification",
      `The test bench gave no verdict in ${referee.title} ${result.simulator.version}: ${said}.`,
      {
        remedy:
          `Try another version of ${referee.title}, or ${option} no; where it stays so, please report the generated hardware as defective. ` +
          `Output: ${context.folder}/${logFile}`,
      },
    );
  }
  await context.scratch.remove(`work/${tool}`);
  return {
    subject,
    tool,
    version: result.simulator.version,
    windows,
    mismatches: Math.min(windows, Number(failed ?? 0)),
  };
}
