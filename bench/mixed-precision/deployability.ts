import { device, generateAccelerator, type Plan, planAccelerator } from "../../src/accelerator/index.js";
import { GatecastError } from "../../src/errors.js";
import { serialiseIntegerModel } from "../../src/integer/index.js";
import { definePrecision } from "../../src/model/index.js";
import {
  type Choice,
  chooseWidths,
  type DesignSpace,
  designSpace,
  type Limits,
  measureSensitivity,
  type Sensitivity,
  widths,
  withLessRoom,
} from "../../src/search/index.js";
import type { Stores } from "../accelerator/measure.js";
import { simulateRow } from "../accelerator/simulate.js";
import { synthesiseRow } from "../accelerator/synthesise.js";
import { contentHash } from "../accuracy/datasets.js";
import type { Store } from "../accuracy/store.js";
import { widthsText } from "../common/format.js";
import { planUniform } from "./uniform.js";
import type { IntegerOnly, Subject, Workshop } from "./workshop.js";

/** Devices, and the latency that an inference may take on each, at the device's usual clock. */
export const targets = [
  { device: "xc7s6", microseconds: 60 },
  { device: "xc7s15", microseconds: 20 },
  { device: "ice40up5k", microseconds: 180 },
] as const;
type Target = (typeof targets)[number];

/** Uniform widths that the papers have. */
const usualBits = [8, 6, 4] as const;
/** RMSE on the test windows that may be lost against the float model. */
const LOSS = 0.01;
/** Choices that are trained, each with less room than the one before, until one fits with its trained numbers. */
const ATTEMPTS = 3;
/** Test windows that the trained design is simulated on. */
const WINDOWS = 200;

export interface DeployabilityRow {
  readonly device: string;
  readonly microseconds: number;
  readonly window: number;
  readonly dModel: number;
  readonly layers: number;
  /** The widest of 8, 6 and 4 bits within device and latency, with memories in look-up tables and registers alone; null: none. */
  readonly uniformLutOnly: number | null;
  /** The same with memories as they are best. */
  readonly selectableMemories: number | null;
  /** The widest of 2 to 8 bits with those. */
  readonly widest: number | null;
  /** RMSE on the test windows over the float model's, less 1, at the widest width; null: not trained. */
  readonly uniformLoss: number | null;
  /** Widths of the mixed choice ("2 to 6 bits") where it was trained. */
  readonly mixed: string | null;
  readonly rmseLoss: number | null;
  readonly cycles: number | null;
  readonly lutEstimated: number | null;
  readonly lutSynthesised: number | null;
  /** Simulated test windows, and those that differ from the model. */
  readonly windows: number;
  readonly mismatches: number;
  /** No width for all is within device, latency and loss; the mixed choice is, synthesised and equal in simulation. */
  readonly gained: boolean;
  readonly note: string;
}

/** A network of the grid on a device. */
export interface Place extends Pick<Subject, "window" | "dModel" | "layers"> {
  readonly target: Target;
}

interface Tools {
  readonly workshop: Workshop;
  /** Of plans: they depend on the whole of the accelerator's code. */
  readonly plans: Store;
  readonly stores: Stores;
  readonly progress: (text: string) => void;
}

function cyclesAllowed({ device: name, microseconds }: Target): number {
  return Math.floor((microseconds * device(name).clockHz) / 1e6);
}

/** What fits uniformly; nothing is trained. */
export function uniformRow(
  { target, window, dModel, layers }: Place,
  { plans }: Pick<Tools, "plans">,
): DeployabilityRow {
  const most = cyclesAllowed(target);
  const within = (bits: number, memories: "lut-only" | "selectable") => {
    const { cycles } = planUniform({ device: target.device, window, dModel, layers, bits, memories }, plans);
    return cycles !== null && cycles <= most;
  };
  const selectable = [...widths].reverse().find((bits) => within(bits, "selectable")) ?? null;
  const widest = (memories: "lut-only" | "selectable") => usualBits.find((bits) => within(bits, memories)) ?? null;
  return {
    ...target,
    ...{ window, dModel, layers },
    uniformLutOnly: widest("lut-only"),
    selectableMemories: selectable === null || selectable < 4 ? null : widest("selectable"),
    widest: selectable,
    ...{ uniformLoss: null, mixed: null, rmseLoss: null, cycles: null, lutEstimated: null, lutSynthesised: null },
    ...{ windows: 0, mismatches: 0, gained: false, note: "" },
  };
}

/** Whether the widest width is so narrow that it may lose too much. */
export function mayGain({ widest }: DeployabilityRow): boolean {
  return widest !== null && widest <= 3;
}

/** Trains the widest uniform width, and where it loses too much the mixed choice; that is synthesised and simulated. */
export async function trainedRow(planned: DeployabilityRow, place: Place, tools: Tools): Promise<DeployabilityRow> {
  const { workshop, progress } = tools;
  const subject: Subject = { ...place, dataset: "pems_lane", seed: 1 };
  const { dataset, window, dModel, layers, seed } = subject;
  const network: Subject = { dataset, window, dModel, layers, seed };
  const name = `${place.target.device}, n ${window}, d_model ${dModel}, L ${layers}`;
  const float = await workshop.float(network);
  const lossOf = ({ errors }: IntegerOnly) => errors.test / float.errors.test - 1;
  const target = device(place.target.device);
  const cycles = cyclesAllowed(place.target);
  const graph = workshop.graph(network, definePrecision());
  const space = designSpace(graph.architecture, graph.precision, { device: target });
  progress(`${name}: sensitivities`);
  const sensitivity = await measureSensitivity(graph, float.parameters, workshop.data(network), {
    method: "post-training",
  });
  // The planner has its rules of thumb; the search, which mixed widths are chosen by, looks for wider ones yet.
  let widest = planned.widest ?? 1;
  for (const bits of widths.filter((width) => width > widest)) {
    progress(`${name}: ${bits} bits`);
    if ((await choose(space, sensitivity, { cycles }, [bits])) === null) break;
    widest = bits;
  }
  const row = {
    ...planned,
    widest,
    selectableMemories: usualBits.find((bits) => bits <= widest) ?? null,
  };
  // A width that is narrower still hardly ever loses less, and may not be left out where it does.
  const uniform: number[] = [];
  for (let bits = widest; bits >= 2; bits--)
    uniform.push(lossOf(await workshop.integer(network, definePrecision({ bits }))));
  const uniformLoss = Math.min(...uniform);
  if (uniformLoss <= LOSS) return { ...row, uniformLoss, note: "a uniform width does" };

  let made: TrainedChoice | null = null;
  for (let room = space, attempt = 0; attempt < ATTEMPTS && (made === null || made.plan === null); attempt++) {
    progress(`${name}: choice`);
    const choice = await choose(room, sensitivity, { cycles });
    if (choice === null) break;
    const trained = await workshop.integer(network, choice.assignment.precision);
    const plan = planTrained(trained, choice, place.target);
    made = { choice, trained, plan: plan && plan.cyclesPerInference <= cycles ? plan : null };
    room = withLessRoom(room, choice, trained.model);
  }
  if (made === null) return { ...row, uniformLoss, note: "nothing is within the limits" };
  const { choice, trained, plan } = made;
  const mixed = widthsText(choice.assignment.precision);
  const found = { ...row, uniformLoss, mixed, rmseLoss: lossOf(trained) };
  if (plan === null) return { ...found, note: "with trained numbers it is beyond device or latency" };
  const delivery = generateAccelerator(trained.model, plan);
  const design = contentHash(...delivery.verilog.flatMap(({ path, text }) => [path, text]));
  const built = { plan, delivery, design };
  const { counts } = await synthesiseRow(built, tools.stores.syntheses, {
    progress: (text) => progress(`${name}: ${text}`),
  });
  const simulated = await simulateRow(
    {
      model: trained.model,
      file: serialiseIntegerModel(trained.model),
      inputs: trained.model.architecture.inputs,
      targets: trained.model.architecture.targets,
      windows: (count) => workshop.windows(network, trained.model, count),
    },
    built,
    tools.stores.simulations,
    { windows: WINDOWS, progress: () => undefined },
  );
  const windows = simulated.checks.reduce((sum, check) => sum + check.windows, 0);
  const mismatches = simulated.checks.reduce((sum, check) => sum + check.mismatches, 0);
  const room = target.lut >= counts.lut && target.ff >= counts.ff && target.dsp >= counts.dsp;
  const fits = room && target.blockRam.count >= counts.ramb18;
  const { rmseLoss } = found;
  return {
    ...found,
    cycles: plan.cyclesPerInference,
    lutEstimated: plan.estimate.lut,
    lutSynthesised: counts.lut,
    ...{ windows, mismatches },
    gained: fits && mismatches === 0 && simulated.failures.length === 0 && rmseLoss <= LOSS,
    note: [
      ...(fits ? [] : ["does not fit"]),
      ...simulated.failures,
      ...(rmseLoss > LOSS ? ["loses more than 1 %"] : []),
    ].join("; "),
  };
}

interface TrainedChoice {
  readonly choice: Choice;
  readonly trained: IntegerOnly;
  /** null: too large or too slow with its trained numbers. */
  readonly plan: Plan | null;
}

/** The choice of least error; null: nothing is within the limits. */
async function choose(
  space: DesignSpace,
  sensitivity: Sensitivity,
  limits: Limits,
  allowed?: readonly number[],
): Promise<Choice | null> {
  try {
    return await chooseWidths(space, sensitivity, { objective: "error", limits, ...(allowed && { allowed }) });
  } catch (error) {
    if (error instanceof GatecastError && error.kind === "hardware") return null;
    throw error;
  }
}

/** As chosen, or planned anew where the trained numbers do not allow that; null: nothing fits. */
function planTrained({ model }: IntegerOnly, { plan }: Choice, target: Target): Plan | null {
  for (const fixed of [plan, {}]) {
    try {
      return planAccelerator(model, { device: device(target.device), plan: fixed, advice: false });
    } catch (error) {
      if (!(error instanceof GatecastError)) throw error;
    }
  }
  return null;
}
