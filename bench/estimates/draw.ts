import { z } from "zod";
import { device } from "../../src/accelerator/devices.js";
import type { Goal, Mode, Plan } from "../../src/accelerator/index.js";
import { planAccelerator } from "../../src/accelerator/planner.js";
import { chosenAcceleratorSchema } from "../../src/cli/steps/chosen-accelerator.js";
import { GatecastError } from "../../src/errors.js";
import { type IntegerModel, standInModel } from "../../src/integer/index.js";
import {
  type Architecture,
  defineArchitecture,
  definePrecision,
  foldNames,
  type Precision,
} from "../../src/model/index.js";
import { Random } from "../../src/numeric/random.js";
import { chooseWidths, type DesignSpace, designSpace, type Objective } from "../../src/search/index.js";
import { madeUpSensitivity } from "../../src/search/testing/made-up-sensitivity.js";
import type { Store } from "../accuracy/store.js";

/** Devices that designs are drawn for, one of each family whose coefficients are fitted; the first by default. */
export const deviceNames = ["xc7s15", "ice40up5k"] as const;

/** A random network as a user might want it, planned for a part of a device. Everything follows from the seed. */
export interface Drawn {
  readonly seed: number;
  readonly model: IntegerModel;
  readonly plan: Plan;
}

/** One width for all weights and hidden activations; or one for each, chosen together with lanes and memories. */
type Widths = "uniform" | "mixed";
/** Between the first seeds of the two. */
const APART = 700;

/** So many designs with one width for all, from a seed on; then so many with a width for each tensor. */
export async function* drawDesigns(
  first: number,
  counts: Readonly<Record<Widths, number>>,
  deviceName: string,
  store: Store,
): AsyncGenerator<Drawn> {
  let uniform = 0;
  for (let seed = first; uniform < counts.uniform; seed++) {
    const drawn = drawPlanned(seed, deviceName);
    if (drawn === null) continue;
    uniform++;
    yield drawn;
  }
  let mixed = 0;
  for (let seed = first + APART; mixed < counts.mixed; seed++) {
    const drawn = await drawChosen(seed, deviceName, store);
    if (drawn === null) continue;
    mixed++;
    yield drawn;
  }
}

/** The design of a seed; null where nothing fits the part of the device that was drawn. */
function drawPlanned(seed: number, deviceName: string): Drawn | null {
  const { random, one } = drawer(seed);
  const target = device(deviceName);
  const architecture = target.family === "ice40" ? drawSmall(random, one) : drawArchitecture(random, one);
  const precision = drawPrecision(random, one);
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

const chosen = z.object({
  overrides: z.record(z.string(), z.number()),
  plan: chosenAcceleratorSchema.shape.plan,
});
/** null: nothing fits. */
const kept = z.object({ chosen: chosen.nullable() });

/** Nodes of each search: seconds. */
const EFFORT = 100;
/** Of the sensitivity of an activation, that of a weight: what measurements show, about. */
const WEIGHTS = 1 / 20;

/**
 * A network whose widths, lanes and memories the search has chosen together, for sensitivities that are made up; null where nothing fits. What was chosen is
 * kept: with other coefficients the search would choose otherwise.
 */
async function drawChosen(seed: number, deviceName: string, store: Store): Promise<Drawn | null> {
  const { random, one } = drawer(seed);
  const small = device(deviceName).family === "ice40";
  const target = device(small ? deviceName : one(["xc7s6", "xc7s15"]));
  const architecture = small ? drawSmall(random, one) : drawArchitecture(random, one);
  const widths = { samples: 10 + random.integer(4), forecast: 12 + random.integer(5) };
  const objective = one<Objective>(["energy", "energy", "latency"]);
  const perTensor = one([0.02, 0.05, 0.12]);
  const key = { kind: "chosen widths", seed, device: target.name };
  const before = store.read(key, kept);
  const found = before
    ? before.chosen
    : await choose(designSpace(architecture, definePrecision(widths), { device: target }), objective, perTensor);
  if (!before) store.write(key, { chosen: found });
  if (found === null) return null;
  const model = standInModel(architecture, definePrecision({ ...widths, overrides: found.overrides }));
  // All of the plan is named; estimates that have changed since must not refuse it.
  const plan = planAccelerator(model, { device: target, plan: found.plan, utilisation: 2, advice: false });
  return { seed, model, plan };
}

async function choose(
  space: DesignSpace,
  objective: Objective,
  perTensor: number,
): Promise<z.output<typeof chosen> | null> {
  const { tensors, ...others } = madeUpSensitivity(space);
  const sensitivity = {
    ...others,
    tensors: tensors.map((one) =>
      one.kind === "weight" ? { ...one, added: one.added.map((added) => WEIGHTS * added) } : one,
    ),
  };
  const limits = { added: perTensor * tensors.length };
  try {
    const { assignment, plan } = await chooseWidths(space, sensitivity, { objective, limits, effort: EFFORT });
    // As JSON has it: lists that may be written to.
    return chosen.parse(JSON.parse(JSON.stringify({ overrides: assignment.precision.overrides, plan })));
  } catch (error) {
    if (error instanceof GatecastError && error.kind === "hardware") return null;
    throw error;
  }
}

function drawer(seed: number): { readonly random: Random; readonly one: One } {
  const random = new Random(seed, 29);
  return { random, one: (of) => of[random.integer(of.length)] ?? of[0] };
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
