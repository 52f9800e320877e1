import { limitsOf, runInFolder } from "../commands.js";
import { findTool } from "../tools.js";
import { YOSYS_TIME_LIMIT_SECONDS, type YosysEngine, type YosysJob, type YosysRun } from "./engine.js";

/**
 * The Yosys that is installed on this machine: three to eight times faster than the WebAssembly one, but of whatever
 * version it happens to be, so that counts may differ from machine to machine.
 *
 * @param setting path or name of the program; default `yosys` on the PATH.
 * @throws GatecastError of kind "tool": missing or too old.
 */
export async function nativeYosys(setting?: string): Promise<YosysEngine> {
  const { path, version } = await findTool("yosys", setting === undefined ? {} : { setting });
  return { name: "yosys", version, run: (job) => run(path, job) };
}

async function run(program: string, job: YosysJob): Promise<YosysRun> {
  const { files, log, seconds } = await runInFolder(program, "Yosys", {
    timeLimitSeconds: YOSYS_TIME_LIMIT_SECONDS,
    ...limitsOf(job),
    args: ["-s", "script.ys"],
    files: [...job.sources, { name: "script.ys", text: job.script }].map(({ name, text }) => ({ name, content: text })),
    outputs: job.outputs,
  });
  const decoder = new TextDecoder();
  return { files: new Map([...files].map(([name, bytes]) => [name, decoder.decode(bytes)])), log, seconds };
}
