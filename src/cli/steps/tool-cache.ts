import { join, resolve } from "node:path";
import type { EngineCache } from "../../toolchain/cached-engines.js";
import type { StepContext } from "./step.js";

/** The environment variable that names a folder for the results of external programs, which runs then share. */
export const cacheVariable = "GATECAST_CACHE";

/** Where results of external programs are kept: in the run's folder, or where the environment says. */
export function toolCache(context: Pick<StepContext<unknown>, "folder" | "progress">, tool: string): EngineCache {
  const shared = process.env[cacheVariable];
  const folder = shared === undefined || shared === "" ? join(context.folder, "cache") : resolve(shared);
  return {
    folder,
    onOutcome: (outcome) => {
      const name = tool.padEnd(11);
      if (outcome.kind === "hit")
        context.progress.say(`${name} the same files and version as before: its result is known`);
      if (outcome.kind === "recomputed")
        context.progress.say(`${name} a kept result was damaged, done anew: ${outcome.reason}`);
    },
  };
}
