import { GatecastError } from "../errors.js";
import { createInterpreter, type IntegerModel } from "../integer/index.js";
import { Random } from "../numeric/random.js";
import { type CompiledSimulation, type InstanceToggles, StreamWatch, simulate, standstill } from "../rtl/index.js";
import type { Accelerator } from "./assemble.js";
import { initiationIntervalOf } from "./cycles.js";
import type { Plan } from "./plan.js";

export interface SimulationOptions {
  /** Pauses of both sides at random: the share of cycles in which a side pauses, 0 (default) to below 1. */
  readonly stalls?: number;
  /** Seed of the pauses. */
  readonly seed?: number;
  /** Pauses of one's own beside them: whether the source (`sample`) or the sink (`forecast`) pauses in a cycle. */
  readonly stall?: (stream: "sample" | "forecast", cycle: number) => boolean;
  /** `enable` in each cycle; always high if not given. */
  readonly enable?: (cycle: number) => boolean;
  /** Counts the bits that change, for the result's `toggles`; about half the speed. Default false. */
  readonly countToggles?: boolean;
  /** Checks every claim of the description in every cycle; slower. Default false. */
  readonly checks?: boolean;
  /** Called after each inference with the number done. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface SimulationResult {
  /** Forecast codes of the hardware, [inferences][horizon * targets]. */
  readonly outputs: Int32Array;
  readonly inferences: number;
  /** Inferences of which at least one bit differs from the interpreter's. */
  readonly mismatches: number;
  /** The first inference that differs. */
  readonly firstMismatch: { readonly inference: number; readonly expected: number[]; readonly actual: number[] } | null;
  /** First input accepted to last output of the first inference, on an idle machine without pauses, in cycles with `enable`; measured. */
  readonly cyclesPerInference: number;
  /** Between last outputs, back to back with windows offered to the end, the longest of the last eight; null with pauses or fewer than 13 inferences. */
  readonly initiationInterval: number | null;
  /** All cycles simulated. */
  readonly cycles: number;
  /** Bits that changed over all of them, by instance; null where they were not counted. */
  readonly toggles: readonly InstanceToggles[] | null;
}

/**
 * Runs the accelerator's register transfer cycle by cycle and compares every output bit with the interpreter.
 *
 * The first inference runs alone on an idle machine, which measures `cyclesPerInference`; the others follow back to back.
 * @param samples sample codes: whole windows [count][n][m] in mode `window`; one series [rows][m] of at least n rows in
 *   mode `sample`, where each row from the n-th on gives a forecast
 * @throws GatecastError "data" where the samples are too few or not whole; "verification" where nothing moves any more: says which stream
 *   stands still since when
 */
export function simulateAccelerator(
  model: IntegerModel,
  plan: Pick<Plan, "mode" | "cyclesPerInference">,
  accelerator: Accelerator,
  samples: Int32Array | Int16Array,
  options: SimulationOptions = {},
): SimulationResult {
  const { window, inputs, horizon, targets } = model.architecture;
  const width = horizon * targets;
  const rows = samples.length / inputs;
  const inferences = plan.mode === "window" ? rows / window : rows - window + 1;
  if (!Number.isInteger(inferences) || inferences < 1) {
    throw new GatecastError(
      "data",
      `${samples.length} sample codes are not enough for an inference, or not whole windows.`,
      {
        remedy: `Give whole windows of ${window} steps and ${inputs} column(s), at least one.`,
      },
    );
  }
  const interpreter = createInterpreter(model);
  const expected =
    plan.mode === "window"
      ? interpreter.run(samples)
      : interpreter.runAt(
          samples,
          Array.from({ length: inferences }, (_, row) => row),
        );

  const stalls = options.stalls ?? 0;
  const random = new Random(options.seed ?? 1);
  const stall = options.stall ?? (() => false);
  const enabled = options.enable ?? (() => true);
  const countToggles = options.countToggles ?? false;
  const sim = simulate(accelerator, { checks: options.checks ?? false, countToggles });
  const enable = sim.port("enable");
  const valid = sim.port("sample_valid");
  const taken = sim.port("sample_ready");
  const ready = sim.port("forecast_ready");
  const offered = sim.port("forecast_valid");
  const forecast = sim.port("forecast_data");
  const setSample = sampleSetter(sim, samples, inputs, model.precision.samples);

  /** Rows after which the first inference has begun alone: the next row is held back until it is done. */
  const firstRows = window;
  const starting = plan.mode === "window" ? 0 : window - 1;
  const outputs = new Int32Array(inferences * width);
  let row = 0;
  let produced = 0;
  let start = -1;
  let offering = false;
  let cyclesPerInference = 0;
  let patience = 0;
  /** Cycles with `enable` so far, and the first one without it since the last of them. */
  let awake = 0;
  let asleepSince: number | undefined;
  const watches = { sample: new StreamWatch("sample", "source"), forecast: new StreamWatch("forecast", "sink") };
  const undisturbed = stalls === 0 && options.stall === undefined && options.enable === undefined;
  // Back to back to the end: the last inferences would be faster if nothing came behind them.
  const goesOn = undisturbed && !countToggles;
  const ends: number[] = [];
  let cycle = 0;
  for (; produced < outputs.length; cycle++) {
    const alone = ends.length === 0;
    const allowed = alone ? row < Math.min(rows, firstRows) : row < rows || goesOn;
    const on = enabled(cycle);
    enable.set(on ? 1 : 0);
    offering ||= allowed && (alone || stalls === 0 || random.uniform() >= stalls) && !stall("sample", cycle);
    valid.set(offering ? 1 : 0);
    if (offering) setSample(row % rows);
    const accepts = (alone || stalls === 0 || random.uniform() >= stalls) && !stall("forecast", cycle);
    ready.set(accepts ? 1 : 0);
    patience++;
    const takes = taken.get() === 1;
    const offers = offered.get() === 1;
    watches.sample.note(cycle, offering, takes);
    watches.forecast.note(cycle, offers, accepts);
    if (offering && takes) {
      if (row === starting) start = awake;
      row++;
      offering = false;
      patience = 0;
    }
    if (accepts && offers) {
      outputs[produced++] = forecast.get();
      patience = 0;
      if (produced % width === 0) {
        ends.push(cycle);
        if (alone) cyclesPerInference = awake - start + 1;
        options.onProgress?.(ends.length, inferences);
      }
    }
    sim.step();
    if (on) awake++;
    asleepSince = on ? undefined : (asleepSince ?? cycle);
    if (patience > 1000 + (20 * plan.cyclesPerInference) / (1 - Math.min(stalls, 0.99))) {
      // A source that is held back until the first inference is done, or has sent all, is not waited for.
      const waited = allowed ? [watches.sample, watches.forecast] : [watches.forecast];
      const where = `cycle ${cycle}, in inference ${ends.length}`;
      throw asleepSince === undefined ? stoodStill(where, waited) : neverAwake(where, asleepSince);
    }
  }

  let mismatches = 0;
  let firstMismatch: SimulationResult["firstMismatch"] = null;
  for (let inference = 0; inference < inferences; inference++) {
    const from = inference * width;
    const actualCodes = [...outputs.subarray(from, from + width)];
    const expectedCodes = [...expected.subarray(from, from + width)];
    if (actualCodes.every((code, index) => code === expectedCodes[index])) continue;
    mismatches++;
    firstMismatch ??= { inference, expected: expectedCodes, actual: actualCodes };
  }
  // The first inference ran alone.
  const initiationInterval = undisturbed ? initiationIntervalOf(ends) : null;
  const toggles = countToggles ? sim.toggles() : null;
  return {
    outputs,
    inferences,
    mismatches,
    firstMismatch,
    cyclesPerInference,
    initiationInterval,
    cycles: cycle,
    toggles,
  };
}

function stoodStill(where: string, watches: readonly StreamWatch[]): GatecastError {
  const outside = watches.some((watch) => watch.heldUpOutside);
  return new GatecastError(
    "verification",
    `The simulated accelerator stands still at ${where}: ${standstill(watches)}.`,
    {
      remedy: outside
        ? "Offer every sample and take every forecast: a pause that was asked for has no end."
        : "This is a defect of the generated hardware: please report it with the model and the plan.",
    },
  );
}

function neverAwake(where: string, since: number): GatecastError {
  return new GatecastError(
    "verification",
    `The simulated accelerator stands still at ${where}: enable has been low since cycle ${since}.`,
    { remedy: "Raise enable again: while it is low nothing moves." },
  );
}

/** Sets the sample port to a row: the code itself, or all columns packed, column 0 in the low bits. */
function sampleSetter(
  sim: CompiledSimulation,
  samples: Int32Array | Int16Array,
  inputs: number,
  bits: number,
): (row: number) => void {
  if (inputs === 1) {
    const port = sim.port("sample_data");
    return (row) => port.set(samples[row] ?? 0);
  }
  return (row) => {
    let packed = 0n;
    for (let column = inputs - 1; column >= 0; column--) {
      packed = (packed << BigInt(bits)) | BigInt.asUintN(bits, BigInt(samples[row * inputs + column] ?? 0));
    }
    sim.poke({ sample_data: packed });
  };
}
