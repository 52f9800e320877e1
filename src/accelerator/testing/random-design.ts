import { GatecastError } from "../../errors.js";
import type { IntegerModel } from "../../integer/index.js";
import { liveliestIntegerModel, randomWindows } from "../../integer/testing/index.js";
import {
  type Architecture,
  buildGraph,
  defineArchitecture,
  definePrecision,
  foldNames,
  type Graph,
  type Precision,
  type ScaleKind,
} from "../../model/index.js";
import { Random } from "../../numeric/random.js";
import { buildAccelerator } from "../assemble.js";
import { countCycles } from "../cycles.js";
import { device } from "../devices.js";
import { deriveParameters } from "../parameters.js";
import type { Choices, Mode, Plan } from "../plan.js";
import { planAccelerator } from "../planner.js";
import { simulateAccelerator } from "../simulate.js";
import { randomChoices } from "./random-choices.js";

/** A random network and a random plan for it: everything follows from the seed. */
export interface RandomDesign {
  readonly seed: number;
  /** Where the plan is from: every lane and memory at random, without or with matrix units, or the planner. */
  readonly from: "lanes" | "matrix units" | "planner";
  readonly model: IntegerModel;
  readonly graph: Graph;
  readonly choices: Choices;
}

/** Most are small, so that many can be tried; one in so many is not. */
const LARGE_ONE_IN = 40;
const spartan = device("xc7s15");

/** The design of a seed: layers, heads, window, inputs, targets, horizon, a width for each tensor, lanes, sharing, memories. */
export function drawDesign(seed: number): RandomDesign {
  const random = new Random(seed, 11);
  const kind = random.integer(10);
  // The planner tries many plans, which takes its time with large networks.
  const large = kind > 0 && random.integer(LARGE_ONE_IN) === 0;
  const architecture = drawArchitecture(random, large);
  // One in four has requantisers that shift.
  const scales = new Random(seed, 14).integer(4) === 0 ? "power-of-two" : "free";
  const precision = drawPrecision(random, architecture, scales);
  const graph = buildGraph(architecture, precision);
  const model = liveliestIntegerModel(architecture, precision, seed);
  const mode: Mode = random.integer(3) === 0 ? "sample" : "window";
  if (kind === 0) return { seed, from: "planner", model, graph, choices: planTightly(model, mode, random) };
  const choices = randomChoices(graph, random, mode, kind % 2 === 0);
  return { seed, from: choices.units.length > 0 ? "matrix units" : "lanes", model, graph, choices };
}

/** The planner's choice for a device with LUTs in plenty, but with hardly more DSPs and block memories than it can do with. */
function planTightly(model: IntegerModel, mode: Mode, random: Random): Plan {
  const goal = random.integer(2) === 0 ? "latency" : "area";
  let dsp = random.integer(20);
  let count = random.integer(20);
  for (;;) {
    const tight = { ...spartan, lut: 1e6, lutram: 1e6, ff: 1e6, dsp, blockRam: { ...spartan.blockRam, count } };
    try {
      return planAccelerator(model, { device: tight, mode, goal });
    } catch (error) {
      if (!(error instanceof GatecastError) || error.kind !== "hardware" || dsp > 1000) throw error;
      dsp = 2 * dsp + 1;
      count = 2 * count + 1;
    }
  }
}

function drawArchitecture(random: Random, large: boolean): Architecture {
  const from = (lo: number, hi: number) => lo + random.integer(hi - lo + 1);
  const heads = from(1, random.integer(3) === 0 ? 4 : 2);
  const layers = [1, 1, 1, 1, 1, 2, 2, 3][random.integer(8)] ?? 1;
  const inputs = from(1, random.integer(4) === 0 ? 8 : 3);
  const targets = from(1, 3);
  const recorded = targets <= inputs && random.integer(3) > 0;
  return defineArchitecture({
    window: large ? from(12, 32) : from(6, 9),
    inputs,
    targets,
    horizon: from(1, random.integer(4) === 0 ? 6 : 2),
    heads,
    layers,
    dModel: heads * (large ? from(4, Math.floor(24 / heads)) : from(heads === 1 ? 2 : 1, Math.floor(8 / heads))),
    feedForward: large ? from(16, 48) : from(2, 16),
    skip: random.integer(5) > 0,
    folds: foldNames.filter((fold) => (heads === 1 || fold === "tail") && random.integer(4) === 0),
    persistence: recorded ? Array.from({ length: targets }, () => random.integer(inputs)) : null,
  });
}

/** A width of its own for each weight and each hidden activation, and scales of one kind. */
function drawPrecision(random: Random, architecture: Architecture, scales: ScaleKind): Precision {
  const from = (lo: number, hi: number) => lo + random.integer(hi - lo + 1);
  const plain = buildGraph(architecture, definePrecision());
  const names = [
    ...[...plain.tensors.values()].flatMap(({ name, kind }) => (kind === "code" ? [name] : [])),
    ...plain.operators.flatMap((operator) => (operator.kind === "linear" ? [operator.weight.name] : [])),
  ].filter((name) => name !== plain.input && name !== plain.output);
  return definePrecision({
    samples: from(2, 16),
    forecast: from(2, 16),
    scores: from(4, 8),
    exponentials: from(4, 8),
    overrides: Object.fromEntries(names.map((name) => [name, from(2, 8)])),
    scales,
  });
}

/** One line that says what it is, for whoever has to look for the mistake. */
export function describeDesign({ seed, from, graph, choices }: RandomDesign): string {
  const { layers, heads, window, inputs, targets, horizon, dModel, feedForward, skip, persistence, folds } =
    graph.architecture;
  const shape = `L ${layers}, h ${heads}, n ${window}, m ${inputs}, targets ${targets}, horizon ${horizon}, d ${dModel}, f ${feedForward}`;
  const ends = `${skip ? "skip" : "no skip"}, folds [${folds}], ${persistence ? `last of [${persistence}]` : "no persistence"}`;
  const units = choices.units.map(
    ({ lanesIn, lanesOut, operators }) => `${lanesIn} x ${lanesOut} for ${operators.length}`,
  );
  const scales = graph.precision.scales === "power-of-two" ? ", power-of-two scales" : "";
  return `seed ${seed}: ${shape}, ${ends}${scales}, mode ${choices.mode}, plan from ${from}${units.length > 0 ? ` (${units.join("; ")})` : ""}`;
}

/** Inferences without pauses: the first alone, the others back to back, as many as `countCycles` has. */
const INFERENCES = 13;
/** And with pauses. */
const PAUSED = 3;

/**
 * Simulates a design on windows of random and extreme codes: without pauses, then with pauses on both sides and every claim of the
 * description checked.
 *
 * @returns what is wrong: values that differ from the interpreter's, cycles that are not those counted; nothing for a right design
 * @throws GatecastError "verification" where the design stands still
 */
export function checkDesign({ seed, model, graph, choices }: RandomDesign): string[] {
  const { window, inputs } = graph.architecture;
  const cycles = countCycles(graph, deriveParameters(graph, model, choices, "any"), choices);
  const accelerator = buildAccelerator(model, choices, "any");
  const plan = { mode: choices.mode, cyclesPerInference: cycles.cyclesPerInference };
  const windows = randomWindows(model, INFERENCES, seed);
  // In mode `sample` each row behind the first window makes an inference.
  const samples = (inferences: number) =>
    windows.subarray(0, inputs * (choices.mode === "window" ? window * inferences : window + inferences - 1));
  const straight = simulateAccelerator(model, plan, accelerator, samples(INFERENCES));
  const wrong: string[] = [];
  if (straight.mismatches > 0) wrong.push(`${straight.mismatches} of ${INFERENCES} inferences differ`);
  const same = (what: string, counted: number, found: number | null) => {
    if (counted !== found) wrong.push(`${what}: ${counted} counted, ${found} simulated`);
  };
  same("cycles", cycles.cyclesPerInference, straight.cyclesPerInference);
  same("interval", cycles.initiationInterval, straight.initiationInterval);
  const stalls = 0.2 + 0.1 * (seed % 6);
  const paused = simulateAccelerator(model, plan, accelerator, samples(PAUSED), { stalls, seed, checks: true });
  if (paused.mismatches > 0) wrong.push(`${paused.mismatches} of ${PAUSED} inferences differ with pauses`);
  return wrong;
}
