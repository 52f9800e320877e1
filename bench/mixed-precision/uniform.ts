import { z } from "zod";
import { device, planAccelerator } from "../../src/accelerator/index.js";
import { GatecastError } from "../../src/errors.js";
import { standInModel } from "../../src/integer/index.js";
import { defineArchitecture, definePrecision } from "../../src/model/index.js";
import type { Store } from "../accuracy/store.js";

/** What a design may keep its weights, keys, values and tokens in: look-up tables and registers, or block RAM too. */
export const memoryKinds = ["lut-only", "selectable"] as const;
export type Memories = (typeof memoryKinds)[number];

/** A network of one input and one target with all widths alike, on a device. */
export interface Uniform {
  readonly device: string;
  readonly window: number;
  readonly dModel: number;
  readonly layers: number;
  readonly bits: number;
  readonly memories: Memories;
}

const planned = z.object({ cycles: z.number().nullable(), lut: z.number().nullable() });
export type Planned = z.infer<typeof planned>;

/** Cycles and look-up tables of the fastest plan that fits, from the store where it is known; null where none fits. */
export function planUniform(uniform: Uniform, store: Store): Planned {
  const key = { kind: "plan", ...uniform };
  const kept = store.read(key, planned);
  if (kept) return kept;
  const found = plan(uniform);
  store.write(key, found);
  return found;
}

function plan({ device: name, window, dModel, layers, bits, memories }: Uniform): Planned {
  const whole = device(name);
  const target = memories === "selectable" ? whole : { ...whole, blockRam: { ...whole.blockRam, count: 0 } };
  const architecture = defineArchitecture({ window, dModel, layers, persistence: [0] });
  const model = standInModel(architecture, definePrecision({ bits }));
  try {
    const { cyclesPerInference, estimate } = planAccelerator(model, { device: target, advice: false });
    return { cycles: cyclesPerInference, lut: estimate.lut };
  } catch (error) {
    if (error instanceof GatecastError && error.kind === "hardware") return { cycles: null, lut: null };
    throw error;
  }
}
