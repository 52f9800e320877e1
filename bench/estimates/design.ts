import { basename } from "node:path";
import { z } from "zod";
import { type Choices, generateAccelerator, type OperatorPlan } from "../../src/accelerator/index.js";
import { synthesizeIce40 } from "../../src/toolchain/yosys/ice40.js";
import { synthesizeIce40Modules } from "../../src/toolchain/yosys/ice40-modules.js";
import type { Ice40Resources } from "../../src/toolchain/yosys/ice40-statistics.js";
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
/**
 * Resources of a design or of a module, the modules within it included; a RAMB36 counts as two RAMB18. Of an iCE40 `lut` are logic cells,
 * `dsp` SB_MAC16, and `ramb18` its block memories of 4 Kb.
 */
export type Counts = z.infer<typeof counts>;

const measured = z.object({
  counts,
  /** By name of the module. */
  modules: z.record(z.string(), counts),
});

function countsOf({ lut, lutram, ff, dsp, ramb18, ramb36 }: XilinxResources): Counts {
  return { lut, lutram, ff, dsp, ramb18: ramb18 + 2 * ramb36 };
}

function countsOfIce40({ logicCells, ff, dsp, ebr }: Omit<Ice40Resources, "cells">): Counts {
  return { lut: logicCells, lutram: 0, ff, dsp, ramb18: ebr };
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
  const { family } = drawn.plan.device;
  const tool = `${engine.name} ${engine.version}`;
  const key = { kind: "synthesis", how, verilog: hash, tool, ...(family === "xc7" ? {} : { family }) };
  const kept = store.read(key, measured);
  if (kept) return kept;
  progress(`seed ${drawn.seed}: synthesising about ${drawn.plan.estimate.lut} LUT`);
  const options = { sources, top, engine, timeLimitSeconds };
  const modules = how === "parts" ? await modulesOf(drawn, options) : {};
  const counts = how === "parts" ? modules[top] : await wholeOf(drawn, options);
  if (counts === undefined) throw new Error(`no counts of ${top}`);
  const result = { counts, modules };
  store.write(key, result);
  return result;
}

type Sources = Omit<Parameters<typeof synthesizeIce40>[0], "dsp">;

async function wholeOf({ plan: { device } }: Drawn, options: Sources): Promise<Counts> {
  if (device.family === "ice40")
    return countsOfIce40((await synthesizeIce40({ ...options, dsp: device.dsp > 0 })).resources);
  return countsOf((await synthesizeXilinx({ ...options, family: "xc7" })).resources);
}

async function modulesOf(drawn: Drawn, options: Sources): Promise<Readonly<Record<string, Counts>>> {
  const { device } = drawn.plan;
  const keep = partModules(drawn);
  if (device.family === "ice40") {
    const list = await synthesizeIce40Modules({ ...options, dsp: device.dsp > 0, keep });
    return Object.fromEntries(list.map(({ module, total }) => [module, countsOfIce40(total)]));
  }
  const list = await synthesizeModules({ ...options, keep });
  return Object.fromEntries(list.map(({ module, total }) => [module, countsOf(total)]));
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
