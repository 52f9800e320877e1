import { basename } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { z } from "zod";
import type { Delivery, Plan } from "../../src/accelerator/index.js";
import { checkNetlist, netlistWindows } from "../../src/cli/steps/netlist-check.js";
import { describeDepth, logicDepth } from "../../src/toolchain/netlist/depth.js";
import { type Netlist, readNetlist } from "../../src/toolchain/netlist/format.js";
import { synthesizeIce40 } from "../../src/toolchain/yosys/ice40.js";
import { synthesizeXilinx } from "../../src/toolchain/yosys/synthesize.js";
import { wasmYosys } from "../../src/toolchain/yosys/wasm.js";
import { contentHash } from "../accuracy/datasets.js";
import type { Store } from "../accuracy/store.js";
import type { Trained } from "./model.js";
import type { Check, Synthesised } from "./row.js";

/** The largest designs take the WebAssembly Yosys a quarter of an hour on a busy machine. */
const timeLimitSeconds = 3600;
/** A netlist that has not answered after so many times the planned cycles will not. */
const patience = 4;

const counts = z.object({
  lut: z.number(),
  lutram: z.number(),
  ff: z.number(),
  dsp: z.number(),
  ramb18: z.number(),
  logicDepth: z.number().nullable(),
});
const checked = z.object({ windows: z.number(), mismatches: z.number() });

interface Made {
  readonly plan: Plan;
  readonly delivery: Delivery;
  readonly design: string;
}
interface Options {
  readonly progress: (text: string) => void;
}

/** Counts of the pinned Yosys, kept under the hash of the Verilog; and its netlist. */
export async function synthesiseRow(
  { plan, delivery, design }: Made,
  store: Store,
  { progress }: Options,
): Promise<{ counts: Synthesised; netlist: () => Netlist }> {
  const engine = wasmYosys();
  const top = delivery.face.name;
  const key = { kind: "synthesis", design, tool: `${engine.name} ${engine.version}` };
  const known = store.read(key, counts);
  const bytes = store.readBytes(key, "netlist.gz");
  if (known !== undefined && bytes !== undefined) {
    progress(`synthesised: ${known.lut} LUT (kept)`);
    return { counts: known, netlist: () => readNetlist(gunzipSync(bytes).toString("utf8"), top) };
  }
  progress(`synthesising with Yosys ${engine.version}`);
  const sources = delivery.verilog.map(({ path, text }) => ({ name: basename(path), text }));
  const done = await synthesiseFor(plan.device, { sources, top, engine, timeLimitSeconds });
  store.writeBytes(key, "netlist.gz", gzipSync(done.netlistText));
  store.write(key, done.counts);
  progress(`synthesised in ${done.seconds.toFixed(0)} s: ${done.counts.lut} LUT${done.depth}`);
  return { counts: done.counts, netlist: () => done.netlist };
}

async function synthesiseFor(
  { family, dsp: blocks }: Plan["device"],
  options: Omit<Parameters<typeof synthesizeXilinx>[0], "family">,
): Promise<{ counts: Synthesised; netlist: Netlist; netlistText: string; seconds: number; depth: string }> {
  if (family === "ice40") {
    const { resources, ...rest } = await synthesizeIce40({ ...options, dsp: blocks > 0 });
    const { logicCells, ff, dsp, ebr } = resources;
    return { ...rest, counts: { lut: logicCells, lutram: 0, ff, dsp, ramb18: ebr, logicDepth: null }, depth: "" };
  }
  const { resources, ...rest } = await synthesizeXilinx({ ...options, family: "xc7" });
  const { lut, lutram, ff, dsp, ramb18, ramb36 } = resources;
  const depth = logicDepth(rest.netlist);
  const counts = { lut, lutram, ff, dsp, ramb18: ramb18 + 2 * ramb36, logicDepth: depth.levels };
  return { ...rest, counts, depth: `, ${describeDepth(depth)}` };
}

/** The netlist on as many test windows as its simulator runs side by side, with `enable` low now and then. */
export async function checkNetlistOf(
  netlist: () => Netlist,
  { model, file, windows }: Trained,
  { plan, design }: Made,
  store: Store,
  { progress }: Options,
): Promise<Check> {
  const key = { kind: "netlist", model: contentHash(file), design };
  const kept = store.read(key, checked);
  const result =
    kept ??
    (await checkNetlist(netlist(), model, windows(netlistWindows), {
      limit: patience * plan.cyclesPerInference,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    }));
  const { windows: compared, mismatches } = result;
  if (kept === undefined) store.write(key, { windows: compared, mismatches });
  progress(`netlist: ${compared} windows, ${mismatches} differ${kept === undefined ? "" : " (kept)"}`);
  return { what: "netlist", windows: compared, mismatches };
}
