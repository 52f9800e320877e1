import { device, generateAccelerator, planAccelerator } from "../../src/accelerator/index.js";
import { definePrecision } from "../../src/model/index.js";
import { chooseWidths } from "../../src/search/index.js";
import type { Stores } from "../accelerator/measure.js";
import { synthesiseRow } from "../accelerator/synthesise.js";
import { contentHash } from "../accuracy/datasets.js";
import { mean, standardError } from "../common/statistics.js";
import { choicePaired, type Paired, type PairedChoice, target } from "./paired-choice.js";
import { type IntegerOnly, type Subject, subjectName, type Workshop } from "./workshop.js";

/** Uniform widths; the best is the one that errs least on validation, mean of the seeds. */
const uniformBits = [2, 3, 4, 5] as const;
/** Of RMSE, that the narrowest one may lose. */
const LOSS = 0.01;

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
  /** Of the choice's ratio to the uniform width's, mean over the seeds, with its standard error. */
  readonly difference: number;
  readonly differenceError: number | null;
  /** As `ratio`, of the best of 30 random assignments of equal resources: which is the best is told without training, and that one is trained. */
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

interface Seeded extends Pick<Paired, "subject" | "float"> {
  /** By bits, as far as they were trained. */
  readonly uniform: Map<number, IntegerOnly>;
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

  const paired = all.map((seeded) => ({ ...seeded, compared: at(seeded, bestUniform).errors }));
  const found = await choicePaired(paired, bestUniform, { workshop, progress });
  const { choice } = found;
  const testRatios = (models: readonly IntegerOnly[]) =>
    models.map(({ errors }, index) => errors.test / (all[index]?.float.test ?? Number.NaN));
  const ratios = testRatios(found.trained);
  const randomRatios = testRatios(found.random);
  const uniformRatios = ratiosAt(bestUniform, "test");
  const differences = ratios.map((ratio, index) => ratio - (uniformRatios[index] ?? Number.NaN));
  return {
    ...{ dataset, dModel, seeds, bestUniform },
    rmse: mean(found.trained.map(({ errors }) => errors.test)),
    rmseBestUniform: mean(all.map((seeded) => at(seeded, bestUniform).errors.test)),
    ratio: mean(ratios),
    ratioError: standardError(ratios),
    ratioBestUniform: mean(uniformRatios),
    ratioBestUniformError: standardError(uniformRatios),
    difference: mean(differences),
    differenceError: standardError(differences),
    ratioBestRandom: mean(randomRatios),
    ratioBestRandomError: standardError(randomRatios),
    energy: choice.assignment.microjoules,
    energyBestUniform: found.uniform.assignment.microjoules,
    lut: choice.assignment.plan.estimate.lut,
    lutBestUniform: found.uniform.assignment.plan.estimate.lut,
    narrowest: narrowest === undefined ? null : await narrowestOf(found, narrowest, mean(ratiosAt(narrowest, "test"))),
    ...(await synthesised(found, stores, progress)),
  };
}

function at({ uniform, subject }: Pick<Seeded, "uniform" | "subject">, bits: number): IntegerOnly {
  const model = uniform.get(bits);
  if (model === undefined) throw new Error(`${subjectName(subject)} was not trained at ${bits} bits`);
  return model;
}

async function narrowestOf({ space, sensitivity }: PairedChoice, bits: number, ratio: number) {
  const { assignment } = await chooseWidths(space, sensitivity, { objective: "energy", allowed: [bits] });
  return { bits, ratio, energy: assignment.microjoules, lut: assignment.plan.estimate.lut };
}

async function synthesised(
  { trained: [first], choice }: PairedChoice,
  stores: Stores,
  progress: (text: string) => void,
): Promise<{ lutEstimated: number; lutSynthesised: number }> {
  if (first === undefined) throw new Error("no seed");
  const plan = planAccelerator(first.model, { device: device(target), plan: choice.plan });
  const delivery = generateAccelerator(first.model, plan);
  const design = contentHash(...delivery.verilog.flatMap(({ path, text }) => [path, text]));
  const { counts } = await synthesiseRow({ plan, delivery, design }, stores.syntheses, { progress });
  return { lutEstimated: plan.estimate.lut, lutSynthesised: counts.lut };
}
