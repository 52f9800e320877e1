import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { type Delivery, type Plan, testVectors, vhdlTestbench } from "../../src/accelerator/index.js";
import { GatecastError } from "../../src/errors.js";
import { runGhdl } from "../../src/toolchain/ghdl.js";
import { contentHash } from "../accuracy/datasets.js";
import type { Store } from "../accuracy/store.js";
import type { Trained } from "./model.js";
import type { Check } from "./row.js";

/** GHDL makes some hundred cycles a second of the largest designs. */
const timeLimitSeconds = 3600;
const checked = z.object({ windows: z.number(), mismatches: z.number() });

/**
 * The delivered VHDL in GHDL on test windows, with the delivered test bench: pauses on both sides, `enable` low now and then.
 *
 * @throws GatecastError "tool" where GHDL is missing, "verification" where the test bench gives no verdict
 */
export async function checkVhdlOf(
  { model, file, windows }: Trained,
  { plan, delivery, vhdl }: { readonly plan: Plan; readonly delivery: Delivery; readonly vhdl: string },
  store: Store,
  options: { readonly windows: number; readonly folder: string; readonly progress: (text: string) => void },
): Promise<Check> {
  const codes = windows(options.windows);
  const compared = codes.length / (model.architecture.window * model.architecture.inputs);
  const key = { kind: "vhdl", model: contentHash(file), vhdl, windows: compared };
  const kept = store.read(key, checked);
  if (kept !== undefined) {
    options.progress(`GHDL: ${kept.windows} windows, ${kept.mismatches} differ (kept)`);
    return { what: "vhdl", ...kept };
  }
  options.progress(`simulating ${compared} windows in GHDL`);
  const { samples, expected } = testVectors(model, plan, codes);
  const { name } = delivery.face;
  const folder = join(options.folder, vhdl.slice(0, 16));
  const { lines, passed, logFile, seconds } = await runGhdl({
    sources: [
      ...delivery.vhdl.map(({ path, text }) => ({ name: basename(path), text })),
      { name: `${name}_tb.vhd`, text: vhdlTestbench(delivery.face, plan.cyclesPerInference) },
    ],
    dataFiles: [
      { name: "samples.txt", text: samples },
      { name: "expected.txt", text: expected },
    ],
    top: `${name}_tb`,
    folder,
    timeLimitSeconds,
  });
  const text = lines.join("\n");
  const failed = /FAIL: (\d+) of \d+ forecast codes differ/.exec(text)?.[1];
  const codesCompared = /PASS: (\d+) forecast codes compared, 0 mismatches/.exec(text)?.[1];
  const wanted = expected.trimEnd().split("\n").length;
  if (failed === undefined && !(passed && Number(codesCompared) === wanted)) {
    throw new GatecastError("verification", `The test bench gave no verdict in GHDL: ${lines.at(-1) ?? "no line"}.`, {
      remedy: `Its log is ${logFile}.`,
      where: { file: logFile },
    });
  }
  const result = { windows: compared, mismatches: Math.min(compared, Number(failed ?? 0)) };
  store.write(key, result);
  if (result.mismatches === 0) rmSync(folder, { recursive: true });
  options.progress(`GHDL: ${compared} windows, ${result.mismatches} differ (${seconds.toFixed(0)} s)`);
  return { what: "vhdl", ...result };
}
