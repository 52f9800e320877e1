import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type CommandJob, type CommandRun, limitsOf, runInFolder } from "../commands.js";
import { systemErrorCode } from "../files.js";
import { findTool, findToolIfPresent } from "../tools.js";
import { runYowasp } from "../yowasp.js";

/** Place and route of iCE40, and its bitstreams: by the programs of this machine, or by a package that is WebAssembly. */
export interface IceEngine {
  /** "nextpnr-ice40" or "yowasp-nextpnr-ice40". */
  name: string;
  version: string;
  /** What makes the bitstream. */
  packer: { name: string; version: string };
  /** @throws GatecastError of kind "tool": it fails, a limit is reached, an output is missing */
  run(command: "nextpnr-ice40" | "icepack", job: CommandJob): Promise<CommandRun>;
}

export const NEXTPNR_TIME_LIMIT_SECONDS = 1_800;

/** @throws GatecastError of kind "tool": nextpnr-ice40 or icepack is missing, or too old */
export async function nativeIce(): Promise<IceEngine> {
  const [placer, packer] = [await findTool("nextpnr-ice40"), await findTool("icepack")];
  return {
    name: placer.name,
    version: placer.version,
    packer: { name: packer.name, version: packer.version },
    run: (command, job) =>
      runInFolder(command === "icepack" ? packer.path : placer.path, command, {
        timeLimitSeconds: NEXTPNR_TIME_LIMIT_SECONDS,
        ...limitsOf(job),
        args: job.args,
        files: job.files,
        outputs: job.outputs,
      }),
  };
}

/** The package that has nextpnr-ice40 and icepack as WebAssembly. It is large, so it is used where the user has installed it. */
const PACKAGE = "@yowasp/nextpnr-ice40";

/**
 * The WebAssembly package, found from `folder` upwards as Node finds packages, or beside Gatecast itself.
 *
 * @returns undefined where it is not installed
 */
export async function wasmIce(folder: string): Promise<IceEngine | undefined> {
  const path = locate(folder);
  if (path === undefined) return undefined;
  const url = pathToFileURL(path).href;
  const { version }: { version: string } = await import(url);
  const name = "yowasp-nextpnr-ice40";
  return {
    name,
    version,
    packer: { name: "yowasp-icepack", version },
    run: (command, job) =>
      runYowasp(
        {
          url,
          command: command === "icepack" ? "runIcepack" : "runNextpnrIce40",
          title: command,
          name,
          ifSlow: "Install a native nextpnr-ice40, which is several times faster, or try a smaller network.",
          ifCrashed: "If memory was short, install a native nextpnr-ice40.",
        },
        job,
        NEXTPNR_TIME_LIMIT_SECONDS,
      ),
  };
}

function locate(folder: string): string | undefined {
  for (const from of [join(resolve(folder), "package.json"), import.meta.url]) {
    try {
      return createRequire(from).resolve(PACKAGE);
    } catch (error) {
      if (systemErrorCode(error) !== "MODULE_NOT_FOUND") throw error;
    }
  }
  return undefined;
}

/**
 * Whatever is there: the native programs first, then the package.
 *
 * @param folder where the search for the package begins; usually the current one
 * @returns the engine, or in one sentence why there is none
 */
export async function iceIfPresent(
  folder: string,
): Promise<{ engine: IceEngine } | { engine?: undefined; reason: string }> {
  const found = [await findToolIfPresent("nextpnr-ice40"), await findToolIfPresent("icepack")];
  const missing = found.flatMap((one) => (one.tool === undefined ? [one.reason] : []));
  if (missing.length === 0) return { engine: await nativeIce() };
  const engine = await wasmIce(folder);
  if (engine !== undefined) return { engine };
  return { reason: `${missing.join(", and ")}; nor is the package ${PACKAGE} installed` };
}
