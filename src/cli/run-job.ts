import { parseSummary, type Summary } from "../report/index.js";
import type { Settings } from "./configuration.js";
import { type Progress, silentProgress } from "./progress.js";
import { resolveConfiguration } from "./resolve-configuration.js";
import { resultFiles } from "./results.js";
import { stepNames } from "./run-folder/manifest.js";
import { RunFolder } from "./run-folder/run-folder.js";
import { allSteps } from "./steps/index.js";
import { requireOutside, runSteps } from "./steps/run-steps.js";

export interface RunJobOptions {
  /** The run's folder; made where missing. */
  readonly folder: string;
  /** Does the steps again even where nothing has changed. */
  readonly force?: boolean;
  readonly progress?: Progress;
  /** Stops the work at a point from which the next call goes on. */
  readonly signal?: AbortSignal;
}

/**
 * The whole job, as `gatecast run` does it: from a recording to proven, synthesised VHDL and a report, in a folder. Steps
 * whose inputs have not changed since the last call are not done again.
 *
 * ```ts
 * import { runJob } from "gatecast/node";
 * const summary = await runJob({ data: "flow.csv", target: "flow", bits: 4 }, { folder: "runs/flow" });
 * console.log(summary.metrics?.integer);
 * ```
 *
 * @throws GatecastError for everything the caller can mend; Interrupted when the signal is aborted
 */
export async function runJob(settings: Settings, options: RunJobOptions): Promise<Summary> {
  const configuration = resolveConfiguration([{ source: "in the call of runJob", values: settings }]);
  const steps = stepNames.flatMap((name) => allSteps.get(name) ?? []);
  await requireOutside(steps, configuration);
  const run = await RunFolder.openOrCreate(options.folder, { ...configuration, out: null });
  try {
    await runSteps(steps, allSteps, run, {
      force: options.force ?? false,
      progress: options.progress ?? silentProgress,
      signal: options.signal ?? new AbortController().signal,
    });
    return parseSummary(JSON.parse(new TextDecoder().decode(await run.read("report", resultFiles.summary))));
  } finally {
    run.close();
  }
}
