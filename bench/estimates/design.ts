import { basename } from "node:path";
import { z } from "zod";
import { type Choices, generateAccelerator, type OperatorPlan } from "../../src/accelerator/index.js";
import type { XilinxResources } from "../../src/toolchain/yosys/statistics.js";
import { synthesizeXilinx } from "../../src/toolchain/yosys/synthesize.js";
import { synthesizeModules } from "../../src/toolchain/yosys/synthesize-modules.js";
import { wasmYosys } from "../../src/toolchain/yosys/wasm.js";
import { contentHash } from "../accuracy/datasets.js";
import type { Store } from "../accuracy/store.js";
import type { Drawn } from "./draw.js";
import { NAME, partModules } from "./observe.js";

/** The largest designs take the WebAssembly Yosys some minutes, more on a busy machine. */
const timeLimitSeconds = 3600;

const counts = z.object({ lut: z.number(), lutram: z.number(), ff: z.number(), dsp: z.number(), ramb18: z.number() });
/** Resources of a design or of a module, the modules within it included; a RAMB36 counts as two RAMB18. */
export type Counts = z.infer<typeof counts>;

const measured = z.object({
  counts,
  /** By name of the module. */
  modules: z.record(z.string(), counts),
});

function countsOf({ lut, lutram, ff, dsp, ramb18, ramb36 }: XilinxResources): Counts {
  return { lut, lutram, ff, dsp, ramb18: ramb18 + 2 * ramb36 };
}

interface Options {
  readonly store: Store;
  /** `flat`: the whole, as it is built; `parts`: operators and matrix units each for itself. */
  readonly how: "flat" | "parts";
  readonly progress: (text: string) => void;
}

/** The design's Verilog, and its hash. */
function verilogOf({ model, plan }: Pick<Drawn, "model" | "plan">) {
  const { verilog, face } = generateAccelerator(model, plan, { name: NAME });
  const sources = verilog.map(({ path, text }) => ({ name: basename(path), text }));
  return { sources, top: face.name, hash: contentHash(...sources.flatMap(({ name, text }) => [name, text])) };
}

/** Counts of the pinned Yosys, from the store where the same Verilog has been synthesised before. */
export async function synthesised(
  drawn: Drawn,
  { store, how, progress }: Options,
): Promise<{ readonly counts: Counts; readonly modules: Readonly<Record<string, Counts>> }> {
  const { sources, top, hash } = verilogOf(drawn);
  const engine = wasmYosys();
  const key = { kind: "synthesis", how, verilog: hash, tool: `${engine.name} ${engine.version}` };
  const kept = store.read(key, measured);
  if (kept) return kept;
  progress(`seed ${drawn.seed}: synthesising about ${drawn.plan.estimate.lut} LUT`);
  const options = { sources, top, engine, timeLimitSeconds };
  if (how === "flat") {
    const { resources } = await synthesizeXilinx({ ...options, family: "xc7" });
    const result = { counts: countsOf(resources), modules: {} };
    store.write(key, result);
    return result;
  }
  const list = await synthesizeModules({ ...options, keep: partModules(drawn) });
  const modules = Object.fromEntries(list.map(({ module, total }) => [module, countsOf(total)]));
  const whole = modules[top];
  if (whole === undefined) throw new Error(`no counts of ${top}`);
  const result = { counts: whole, modules };
  store.write(key, result);
  return result;
}

const keptChoices = z.object({
  mode: z.enum(["window", "sample"]),
  operators: z.array(z.tuple([z.string(), z.unknown()])),
  units: z.array(z.unknown()),
  queues: z.array(z.unknown()),
  history: z.enum(["block", "distributed", "registers"]),
});

/** Keeps what was chosen for a seed: with other coefficients the planner would choose otherwise, and all would be synthesised again. */
export function withKeptChoices(drawn: Drawn, store: Store, family: string): Drawn {
  const key = { kind: "choices", seed: drawn.seed, family };
  const kept = store.read(key, keptChoices);
  if (kept) {
    // Written by ourselves, from a plan.
    const choices = { ...kept, operators: new Map(kept.operators) } as unknown as Choices;
    return { ...drawn, plan: { ...drawn.plan, ...choices } };
  }
  const { mode, operators, units, queues, history } = drawn.plan;
  store.write(key, { mode, operators: [...operators] as [string, OperatorPlan][], units, queues, history });
  return drawn;
}
