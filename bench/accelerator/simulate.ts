import { setImmediate } from "node:timers/promises";
import { z } from "zod";
import { type Delivery, type Plan, simulateAccelerator } from "../../src/accelerator/index.js";
import { count } from "../../src/report/format.js";
import { contentHash } from "../accuracy/datasets.js";
import type { Store } from "../accuracy/store.js";
import type { Trained } from "./model.js";
import type { Check, MeasuredCycles } from "./row.js";

/** Windows simulated in one go, and kept as one result. */
const piece = 50;
/** One window in so many is simulated with pauses on both sides. */
const pausedOneIn = 4;
/** Share of the cycles in which a side pauses. */
const pauses = 0.3;

const pieceResult = z.object({
  windows: z.number(),
  mismatches: z.number(),
  cycles: z.number(),
  /** null with pauses, and for a few windows only. */
  initiationInterval: z.number().nullable(),
  simulatedCycles: z.number(),
  cpuSeconds: z.number(),
});
type PieceResult = z.infer<typeof pieceResult>;

export interface Simulated {
  readonly checks: readonly Check[];
  /** null where they are not what the plan has counted; `failures` says so. */
  readonly cycles: MeasuredCycles | null;
  readonly failures: readonly string[];
  /** Clock cycles simulated, and the CPU-seconds that took when it was done. */
  readonly simulatedCycles: number;
  readonly cpuSeconds: number;
}

/** The register transfer on real test windows against the interpreter, a part of them with pauses; finished pieces are kept. */
export async function simulateRow(
  { model, file, windows: windowsOf }: Trained,
  { plan, delivery, design }: { readonly plan: Plan; readonly delivery: Delivery; readonly design: string },
  store: Store,
  options: { readonly windows: number; readonly progress: (text: string) => void },
): Promise<Simulated> {
  const codes = windowsOf(options.windows);
  const size = model.architecture.window * model.architecture.inputs;
  const total = codes.length / size;
  const results: { paused: boolean; result: PieceResult }[] = [];
  let done = 0;
  let different = 0;
  for (let at = 0; at < total; at += piece) {
    const samples = codes.subarray(at * size, Math.min(total, at + piece) * size);
    const number = at / piece;
    const paused = number % pausedOneIn === pausedOneIn - 1;
    const key = {
      kind: "simulation",
      model: contentHash(file),
      design,
      samples: contentHash(bytesOf(samples)),
      paused,
    };
    const kept = store.read(key, pieceResult);
    const result =
      kept ?? simulatePiece(model, plan, delivery, samples, paused ? { stalls: pauses, seed: number } : {});
    if (kept === undefined) store.write(key, result);
    results.push({ paused, result });
    done += result.windows;
    different += result.mismatches;
    const how = paused ? ", with pauses" : "";
    const spent = kept === undefined ? `${result.cpuSeconds.toFixed(0)} CPU-s` : "kept";
    options.progress(
      `simulated ${count(done)} of ${count(total)} windows${how}, ${count(different)} differ (${spent})`,
    );
    await setImmediate();
  }
  return summary(plan, results);
}

function simulatePiece(
  model: Trained["model"],
  plan: Plan,
  { top }: Delivery,
  samples: Int16Array,
  options: { readonly stalls?: number; readonly seed?: number },
): PieceResult {
  const before = process.cpuUsage();
  const result = simulateAccelerator(model, plan, top, samples, options);
  const { user, system } = process.cpuUsage(before);
  return {
    windows: result.inferences,
    mismatches: result.mismatches,
    cycles: result.cyclesPerInference,
    initiationInterval: result.initiationInterval,
    simulatedCycles: result.cycles,
    cpuSeconds: (user + system) / 1e6,
  };
}

function summary(plan: Plan, results: readonly { paused: boolean; result: PieceResult }[]): Simulated {
  const sum = (of: (result: PieceResult) => number, paused?: boolean) =>
    results.reduce((all, one) => all + (paused === undefined || one.paused === paused ? of(one.result) : 0), 0);
  const checkOf = (what: Check["what"], paused: boolean): Check => ({
    what,
    windows: sum(({ windows }) => windows, paused),
    mismatches: sum(({ mismatches }) => mismatches, paused),
  });
  const cycles = new Set(results.map(({ result }) => result.cycles));
  const intervals = new Set(
    results.flatMap(({ result }) => (result.initiationInterval === null ? [] : [result.initiationInterval])),
  );
  const failures: string[] = [];
  const same = (what: string, counted: number, measured: ReadonlySet<number>) => {
    if (measured.size === 1 && measured.has(counted)) return true;
    const found = measured.size === 0 ? "was not measured" : `is ${[...measured].join(", ")} in simulation`;
    failures.push(`${what} is counted as ${counted}, and ${found}`);
    return false;
  };
  const latency = same("cycles of an inference", plan.cyclesPerInference, cycles);
  const interval = same("initiation interval", plan.initiationInterval, intervals);
  return {
    checks: [checkOf("rtl", false), checkOf("rtl with pauses", true)],
    cycles:
      latency && interval ? { cycles: plan.cyclesPerInference, initiationInterval: plan.initiationInterval } : null,
    failures,
    simulatedCycles: sum(({ simulatedCycles }) => simulatedCycles),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
  };
}

function bytesOf(codes: Int16Array): Uint8Array {
  return new Uint8Array(codes.buffer, codes.byteOffset, codes.byteLength);
}
