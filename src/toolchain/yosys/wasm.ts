import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { version as packageVersion } from "@yowasp/yosys";
import { limitsOf } from "../commands.js";
import { runYowasp } from "../yowasp.js";
import { YOSYS_TIME_LIMIT_SECONDS, type YosysEngine, type YosysJob, type YosysRun } from "./engine.js";

/**
 * The Yosys that comes with the package as WebAssembly: the same version, and so the same counts, on every machine. Runs
 * in a worker thread, so that it can be stopped at any moment and a progress display goes on meanwhile.
 */
export function wasmYosys(): YosysEngine {
  return { name: "yowasp-yosys", version: packageVersion, run };
}

async function run(job: YosysJob): Promise<YosysRun> {
  const program = {
    url: pathToFileURL(createRequire(import.meta.url).resolve("@yowasp/yosys")).href,
    command: "runYosys",
    title: "Yosys",
    name: "yowasp-yosys",
    ifSlow: "Use a native Yosys (`--yosys native`), which is several times faster, or a smaller network.",
    ifCrashed: "If memory was short, use a native Yosys.",
  };
  const { files, log, seconds } = await runYowasp(
    program,
    {
      ...limitsOf(job),
      args: ["-s", "script.ys"],
      files: [...job.sources, { name: "script.ys", text: job.script }].map(({ name, text }) => ({
        name,
        content: text,
      })),
      outputs: job.outputs,
    },
    YOSYS_TIME_LIMIT_SECONDS,
  );
  const decoder = new TextDecoder();
  return { files: new Map([...files].map(([name, bytes]) => [name, decoder.decode(bytes)])), log, seconds };
}
