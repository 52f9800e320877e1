import { device } from "../../src/accelerator/devices.js";
import type { Goal, Mode, Plan } from "../../src/accelerator/index.js";
import { planAccelerator } from "../../src/accelerator/planner.js";
import { GatecastError } from "../../src/errors.js";
import { type IntegerModel, standInModel } from "../../src/integer/index.js";
import {
  type Architecture,
  buildGraph,
  defineArchitecture,
  definePrecision,
  foldNames,
  type Precision,
} from "../../src/model/index.js";
import { Random } from "../../src/numeric/random.js";
import { chosenTensors } from "../../src/search/sensitivity/chosen-tensors.js";

/** Devices that designs are drawn for, one of each family whose coefficients are fitted; the first by default. */
export const deviceNames = ["xc7s15", "ice40up5k"] as const;

/** A random network as a user might want it, planned for a part of a device. Everything follows from the seed. */
export interface Drawn {
  readonly seed: number;
  readonly model: IntegerModel;
  readonly plan: Plan;
}

/** One width for all weights and hidden activations, or one for each. */
type Widths = "uniform" | "mixed";
/** Between the first seeds of the two. */
const APART = 500;

/** So many designs with one width for all, from a seed on; then so many with a width for each tensor. */
export function* drawDesigns(
  first: number,
  counts: Readonly<Record<Widths, number>>,
  deviceName: string,
): Generator<Drawn> {
  for (const [widths, from] of [
    ["uniform", first],
    ["mixed", first + APART],
  ] as const) {
    let found = 0;
    for (let seed = from; found < counts[widths]; seed++) {
      const drawn = drawPlanned(seed, deviceName, widths);
      if (drawn === null) continue;
      found++;
      yield drawn;
    }
  }
}

/** The design of a seed; null where nothing fits the part of the device that was drawn. */
function drawPlanned(seed: number, deviceName: string, widths: Widths): Drawn | null {
  const random = new Random(seed, 29);
  const one = <T>(of: readonly [T, ...T[]]): T => of[random.integer(of.length)] ?? of[0];
  const target = device(deviceName);
  const architecture = target.family === "ice40" ? drawSmall(random, one) : drawArchitecture(random, one);
  const precision = widths === "uniform" ? drawPrecision(random, one) : drawMixed(architecture, random, one);
  const model = standInModel(architecture, precision);
  const goal: Goal = one(["latency", "latency", "area"]);
  const utilisation = one([0.4, 0.55, 0.7, 0.9]);
  const mode = one<Mode>(["window", "window", "window", "sample"]);
  try {
    const plan = planAccelerator(model, { device: target, goal, utilisation, mode, advice: false });
    return { seed, model, plan };
  } catch (error) {
    if (error instanceof GatecastError && error.kind === "hardware") return null;
    throw error;
  }
}

type One = <T>(of: readonly [T, ...T[]]) => T;

function drawArchitecture(random: Random, one: One): Architecture {
  const heads = one([1, 1, 1, 2, 4]);
  const inputs = one([1, 1, 2, 3, 7]);
  const targets = one([1, 1, 1, 2]);
  const dModel = one([8, 8, 12, 16, 16, 24, 32, 48]);
  return defineArchitecture({
    window: one([6, 12, 16, 24, 24, 32, 48]),
    inputs,
    targets,
    horizon: one([1, 1, 1, 3]),
    heads: dModel % heads === 0 ? heads : 1,
    layers: one([1, 1, 1, 1, 2]),
    dModel,
    feedForward: dModel * one([2, 4, 4]),
    skip: random.integer(4) > 0,
    folds: heads === 1 ? foldNames.filter(() => random.integer(6) === 0) : [],
    persistence: targets <= inputs && random.integer(3) > 0 ? Array.from({ length: targets }, (_, at) => at) : null,
  });
}

/** What an iCE40 has room for. */
function drawSmall(random: Random, one: One): Architecture {
  const inputs = one([1, 1, 2, 3]);
  const dModel = one([4, 6, 8, 8, 12, 16]);
  return defineArchitecture({
    window: one([6, 8, 12, 16, 24]),
    inputs,
    horizon: one([1, 1, 1, 3]),
    heads: one([1, 1, 1, 2]),
    dModel,
    feedForward: dModel * one([2, 4]),
    skip: random.integer(4) > 0,
    persistence: random.integer(3) > 0 ? [0] : null,
  });
}

function drawPrecision(random: Random, one: One): Precision {
  const bits = one([3, 4, 4, 5, 6, 8]);
  return definePrecision({ bits, samples: 8 + random.integer(6), forecast: 10 + random.integer(7) });
}

/** Widths as the choice of them finds: most weights narrow, activations wider, a few much wider. */
function drawMixed(architecture: Architecture, random: Random, one: One): Precision {
  const tensors = chosenTensors(buildGraph(architecture, definePrecision()));
  const overrides = Object.fromEntries(
    tensors.map(({ name, kind }) => [name, one(kind === "weight" ? [2, 2, 2, 3, 3, 4, 6] : [2, 3, 3, 4, 4, 5, 6])]),
  );
  return definePrecision({ samples: 10 + random.integer(4), forecast: 12 + random.integer(5), overrides });
}
