import { basename } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { z } from "zod";
import type { Delivery, Plan } from "../../src/accelerator/index.js";
import { checkNetlist, netlistWindows } from "../../src/cli/steps/netlist-check.js";
import { describeDepth, logicDepth } from "../../src/toolchain/netlist/depth.js";
import { type Netlist, readNetlist } from "../../src/toolchain/netlist/format.js";
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
  logicDepth: z.number(),
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
  { delivery, design }: Made,
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
  const { resources, netlist, netlistText, seconds } = await synthesizeXilinx({
    sources: delivery.verilog.map(({ path, text }) => ({ name: basename(path), text })),
    top,
    family: "xc7",
    engine,
    timeLimitSeconds,
  });
  const { lut, lutram, ff, dsp, ramb18, ramb36 } = resources;
  const depth = logicDepth(netlist);
  const result = { lut, lutram, ff, dsp, ramb18: ramb18 + 2 * ramb36, logicDepth: depth.levels };
  store.writeBytes(key, "netlist.gz", gzipSync(netlistText));
  store.write(key, result);
  progress(`synthesised in ${seconds.toFixed(0)} s: ${lut} LUT, ${describeDepth(depth)}`);
  return { counts: result, netlist: () => netlist };
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
