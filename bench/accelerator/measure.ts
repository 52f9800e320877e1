import { join } from "node:path";
import { device, generateAccelerator, planAccelerator } from "../../src/accelerator/index.js";
import { GatecastError } from "../../src/errors.js";
import { contentHash } from "../accuracy/datasets.js";
import { codeVersion, Store } from "../accuracy/store.js";
import { trainedModel } from "./model.js";
import { type AcceleratorRow, type Check, rowOf } from "./row.js";
import { deviceOf, type RowSpec } from "./rows.js";
import { simulateRow } from "./simulate.js";
import { checkNetlistOf, synthesiseRow } from "./synthesise.js";
import { checkVhdlOf } from "./vhdl.js";

/** How much is measured. */
export interface Effort {
  readonly quick: boolean;
  /** In our simulator. */
  readonly windows: number;
  /** In GHDL; 0: GHDL is not asked. */
  readonly ghdlWindows: number;
}

/** Finished results of all steps, each under the hash of the code that it comes from. */
export interface Stores {
  readonly folder: string;
  readonly models: Store;
  readonly simulations: Store;
  readonly syntheses: Store;
  readonly vhdl: Store;
}

/** @param compiled folder of the compiled sources, which are hashed, and below which the results are kept */
export function openStores(compiled: string): Stores {
  const folder = join(compiled, "accelerator");
  const of = (...code: readonly string[]) => new Store(folder, codeVersion(compiled, code));
  const common = ["src/errors.js", "src/numeric", "src/integer"];
  return {
    folder,
    models: of(...common, "src/series", "src/model", "src/training", "bench/common", "bench/accelerator/model.js"),
    simulations: of(...common, "src/rtl", "src/accelerator/simulate.js", "bench/accelerator/simulate.js"),
    syntheses: of(...common, "src/toolchain/yosys", "src/toolchain/netlist", "src/cli/steps/netlist-check.js"),
    vhdl: of(...common, "src/accelerator/delivery", "src/toolchain/ghdl.js", "bench/accelerator/vhdl.js"),
  };
}

/** Measures a row. What fails is told in the row, and the rest is measured nevertheless. */
export async function measureRow(
  spec: RowSpec,
  effort: Effort,
  stores: Stores,
  progress: (text: string) => void,
): Promise<AcceleratorRow> {
  const say = (text: string) => progress(`${spec.name}: ${text}`);
  const failures: string[] = [];
  let noPlan = false;
  const attempt = async <T>(step: string, work: () => T | Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      if (step === "plan" && error instanceof GatecastError && error.kind === "hardware") noPlan = true;
      failures.push(`${step}: ${error instanceof Error ? error.message : String(error)}`);
      if (!(error instanceof GatecastError)) say(error instanceof Error ? (error.stack ?? step) : String(error));
      return null;
    }
  };
  const trained = await trainedModel(spec, stores.models, { quick: effort.quick, progress });
  const { model, inputs, targets } = trained;
  const made = await attempt("plan", () => {
    const plan = planAccelerator(model, { device: device(deviceOf(spec)), goal: "latency" });
    const delivery = generateAccelerator(model, plan);
    const hash = (files: readonly { path: string; text: string }[]) =>
      contentHash(...files.flatMap(({ path, text }) => [path, text]));
    return { plan, delivery, design: hash(delivery.verilog), vhdl: hash(delivery.vhdl) };
  });
  if (made === null)
    return rowOf(spec, { inputs, targets, cycles: null, synthesised: null, checks: [], noPlan, failures });
  say(`planned: ${made.plan.cyclesPerInference} cycles, about ${Math.round(made.plan.estimate.lut)} LUT`);

  // Yosys works in a thread of its own, so that simulation goes on beside it.
  const [simulated, synthesised] = await Promise.all([
    attempt("simulation", () =>
      simulateRow(trained, made, stores.simulations, { windows: effort.windows, progress: say }),
    ),
    attempt("synthesis", () => synthesiseRow(made, stores.syntheses, { progress: say })),
  ]);
  if (simulated !== null) {
    failures.push(...simulated.failures);
    say(`${simulated.simulatedCycles} cycles simulated in ${simulated.cpuSeconds.toFixed(0)} CPU-s`);
  }
  const netlist = synthesised?.netlist;
  const checks: (Check | null)[] = [
    ...(simulated?.checks ?? []),
    effort.ghdlWindows === 0
      ? null
      : await attempt("GHDL", () =>
          checkVhdlOf(trained, made, stores.vhdl, {
            windows: effort.ghdlWindows,
            folder: join(stores.folder, "ghdl"),
            progress: say,
          }),
        ),
    netlist === undefined
      ? null
      : await attempt("netlist", () => checkNetlistOf(netlist, trained, made, stores.syntheses, { progress: say })),
  ];
  return rowOf(spec, {
    ...{ inputs, targets, noPlan, failures },
    cycles: simulated?.cycles ?? null,
    synthesised: synthesised?.counts ?? null,
    checks: checks.filter((check) => check !== null),
  });
}
