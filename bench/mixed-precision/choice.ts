import { device, generateAccelerator, planAccelerator } from "../../src/accelerator/index.js";
import { GatecastError } from "../../src/errors.js";
import type { IntegerModel } from "../../src/integer/index.js";
import { definePrecision } from "../../src/model/index.js";
import {
  type Choice,
  chooseWidths,
  type DesignSpace,
  designSpace,
  measureSensitivity,
  recover,
  type Sensitivity,
  withLessRoom,
} from "../../src/search/index.js";
import { standardErrorOfBlocks } from "../../src/training/blocks.js";
import type { Stores } from "../accelerator/measure.js";
import { synthesiseRow } from "../accelerator/synthesise.js";
import { contentHash } from "../accuracy/datasets.js";
import { mean, standardError } from "../common/statistics.js";
import { bestRandom } from "./random-assignments.js";
import type { Errors, IntegerOnly, Subject, Workshop } from "./workshop.js";

/** Uniform widths; the best is the one that errs least on validation, mean of the seeds. */
const uniformBits = [2, 3, 4, 5] as const;
/** Of RMSE, that the narrowest one may lose. */
const LOSS = 0.01;
const target = "xc7s15";
/** Random assignments of equal resources that the choice is compared with. */
const RANDOM = 30;

/** The automatic choice beside the best uniform width, the least energy that errs no more, and beside the narrowest one. */
export interface ChoiceRow {
  readonly dataset: string;
  readonly dModel: number;
  readonly seeds: number;
  /** Bits. */
  readonly bestUniform: number;
  /** RMSE on the test windows, in the signal's unit, means of the seeds. */
  readonly rmse: number;
  readonly rmseBestUniform: number;
  /** The same over each seed's float model, with standard errors (null for one seed). */
  readonly ratio: number;
  readonly ratioError: number | null;
  readonly ratioBestUniform: number;
  readonly ratioBestUniformError: number | null;
  /** The same of the best of 30 random assignments of equal resources: which is the best is told without training, and that one is trained. */
  readonly ratioBestRandom: number;
  readonly ratioBestRandomError: number | null;
  /** Microjoules of an inference and LUTs, by estimate, means. */
  readonly energy: number;
  readonly energyBestUniform: number;
  readonly lut: number;
  readonly lutBestUniform: number;
  /** The narrowest uniform width that loses at most 1 % on validation (mean of the seeds), its RMSE on the test windows and energy; null: none does. */
  readonly narrowest: {
    readonly bits: number;
    readonly ratio: number;
    readonly energy: number;
    readonly lut: number;
  } | null;
  /** Of the first seed's choice. */
  readonly lutEstimated: number;
  readonly lutSynthesised: number;
}

interface Tools {
  readonly workshop: Workshop;
  readonly stores: Stores;
  readonly progress: (text: string) => void;
}

interface Seeded {
  readonly subject: Subject;
  /** By bits, as far as they were trained. */
  readonly uniform: Map<number, IntegerOnly>;
  readonly float: Errors;
}

export async function choiceRow(
  { dataset, dModel, seeds }: { readonly dataset: string; readonly dModel: number; readonly seeds: number },
  { workshop, stores, progress }: Tools,
): Promise<ChoiceRow> {
  const all: Seeded[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const subject: Subject = { dataset, dModel, seed, window: 24, layers: 1 };
    all.push({ subject, uniform: new Map(), float: (await workshop.float(subject)).errors });
  }
  const ratiosAt = (bits: number, part: "validation" | "test") =>
    all.map(({ uniform, float }) => (uniform.get(bits)?.errors[part] ?? Number.NaN) / float[part]);
  for (const bits of uniformBits) {
    for (const { subject, uniform } of all)
      uniform.set(bits, await workshop.integer(subject, definePrecision({ bits })));
  }
  const lossAt = (bits: number) => mean(ratiosAt(bits, "validation")) - 1;
  const bestUniform = uniformBits.reduce<number>((best, bits) => (lossAt(bits) < lossAt(best) ? bits : best), 2);
  const narrowest = uniformBits.find((bits) => lossAt(bits) <= LOSS);

  const found: Found[] = [];
  for (const seeded of all) found.push(await chosenFor(seeded, bestUniform, { workshop, progress }));
  const [first] = found;
  if (first === undefined) throw new Error("no seed");
  const tests = found.map(({ chosen }) => chosen.errors.test);
  const ratios = tests.map((test, index) => test / (all[index]?.float.test ?? Number.NaN));
  const randomRatios = found.map(({ random }, index) => random.errors.test / (all[index]?.float.test ?? Number.NaN));
  const uniformRatios = ratiosAt(bestUniform, "test");
  return {
    ...{ dataset, dModel, seeds, bestUniform },
    rmse: mean(tests),
    rmseBestUniform: mean(all.map(({ uniform }) => uniform.get(bestUniform)?.errors.test ?? Number.NaN)),
    ratio: mean(ratios),
    ratioError: standardError(ratios),
    ratioBestUniform: mean(uniformRatios),
    ratioBestUniformError: standardError(uniformRatios),
    ratioBestRandom: mean(randomRatios),
    ratioBestRandomError: standardError(randomRatios),
    energy: mean(found.map(({ choice }) => choice.assignment.microjoules)),
    energyBestUniform: mean(found.map(({ uniform }) => uniform.assignment.microjoules)),
    lut: mean(found.map(({ choice }) => choice.assignment.plan.estimate.lut)),
    lutBestUniform: mean(found.map(({ uniform }) => uniform.assignment.plan.estimate.lut)),
    narrowest: narrowest === undefined ? null : await narrowestOf(first, narrowest, mean(ratiosAt(narrowest, "test"))),
    ...(await synthesised(first, stores, progress)),
  };
}

async function narrowestOf({ space, sensitivity }: Found, bits: number, ratio: number) {
  const { assignment } = await chooseWidths(space, sensitivity, { objective: "energy", allowed: [bits] });
  return { bits, ratio, energy: assignment.microjoules, lut: assignment.plan.estimate.lut };
}

interface Found {
  readonly space: DesignSpace;
  readonly sensitivity: Sensitivity;
  readonly chosen: IntegerOnly;
  readonly choice: Choice;
  readonly uniform: Choice;
  readonly random: IntegerOnly;
}

/**
 * The choice of least energy whose trained model errs no more on validation than the uniform width's, within one standard error: that of the
 * difference between the uniform width's errors and the float model's, stretch by stretch. Less is not known of either on these windows.
 */
async function chosenFor(
  { subject, uniform, float }: Seeded,
  bits: number,
  { workshop, progress }: Omit<Tools, "stores">,
): Promise<Found> {
  const graph = workshop.graph(subject, definePrecision());
  const { parameters } = await workshop.float(subject);
  progress(`${subject.dataset}, d_model ${subject.dModel}, seed ${subject.seed}: choice`);
  const sensitivity = await measureSensitivity(graph, parameters, workshop.data(subject), { method: "post-training" });
  let space = designSpace(graph.architecture, graph.precision, { device: device(target) });
  const uniformChoice = await chooseWidths(space, sensitivity, { objective: "energy", allowed: [bits] });
  const compared = uniform.get(bits)?.errors;
  if (compared === undefined) throw new Error(`not trained at ${bits} bits`);
  const differences = compared.stretches.map((error, at) => error - (float.stretches[at] ?? Number.NaN));
  const limit = (compared.validation ** 2 + standardErrorOfBlocks(differences)) / float.validation ** 2 - 1;
  const trained = new Map<Choice, IntegerOnly>();
  const recovery = await recover({
    cheapest: (added) => within(space, sensitivity, added),
    tightest: async () => candidate(await chooseWidths(space, sensitivity, { objective: "error" })),
    fits: async ({ choice }) => {
      const { model } = trained.get(choice) ?? {};
      if (model === undefined) throw new Error("the choice was not trained");
      if (fitsTrained(model, choice)) return true;
      space = withLessRoom(space, choice, model);
      return false;
    },
    keyOf: ({ choice }) => JSON.stringify(choice.assignment.precision),
    measure: async ({ choice }) => {
      const model = await workshop.integer(subject, choice.assignment.precision);
      trained.set(choice, model);
      return (model.errors.validation / float.validation) ** 2 - 1;
    },
    limit: Math.max(limit, 1e-3),
    expected: 0.05,
  });
  const best = recovery.chosen ?? recovery.nearest;
  const chosen = best && trained.get(best.choice.choice);
  if (!best || !chosen) throw new Error("nothing that was trained fits the device");
  const { choice } = best.choice;
  progress(`${subject.dataset}, d_model ${subject.dModel}, seed ${subject.seed}: random assignments`);
  const other = await bestRandom(subject, { space, choice, parameters }, workshop, RANDOM);
  return { space, sensitivity, chosen, choice, uniform: uniformChoice, random: await workshop.integer(subject, other) };
}

function candidate(choice: Choice): { added: number; choice: Choice } {
  return { added: choice.assignment.added, choice };
}

function fitsTrained(model: IntegerModel, { plan }: Choice): boolean {
  try {
    planAccelerator(model, { device: device(target), plan, advice: false });
    return true;
  } catch (error) {
    if (error instanceof GatecastError && error.kind === "hardware") return false;
    throw error;
  }
}

async function within(space: DesignSpace, sensitivity: Sensitivity, added: number) {
  const limits = Number.isFinite(added) ? { added } : {};
  return candidate(await chooseWidths(space, sensitivity, { objective: "energy", limits }));
}

async function synthesised(
  { chosen, choice }: { readonly chosen: IntegerOnly; readonly choice: Choice },
  stores: Stores,
  progress: (text: string) => void,
): Promise<{ lutEstimated: number; lutSynthesised: number }> {
  const plan = planAccelerator(chosen.model, { device: device(target), plan: choice.plan });
  const delivery = generateAccelerator(chosen.model, plan);
  const design = contentHash(...delivery.verilog.flatMap(({ path, text }) => [path, text]));
  const { counts } = await synthesiseRow({ plan, delivery, design }, stores.syntheses, { progress });
  return { lutEstimated: plan.estimate.lut, lutSynthesised: counts.lut };
}
