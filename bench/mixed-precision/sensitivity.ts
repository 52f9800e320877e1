import { z } from "zod";
import { definePrecision } from "../../src/model/index.js";
import { renderTable } from "../../src/report/table.js";
import { chosenTensors, measureSensitivity } from "../../src/search/sensitivity/index.js";
import { type Sensitivity, type SensitivityMethod, sensitivityMethods, widths } from "../../src/search/types.js";
import {
  allTargets,
  forward,
  meanSquaredError,
  quantisedDefaults,
  quantisePostTraining,
  trainQuantised,
} from "../../src/training/index.js";
import type { Store } from "../accuracy/store.js";
import { decimals } from "../common/format.js";
import { mean, rankCorrelation } from "../common/statistics.js";
import { type Subject, subjectName, type Workshop } from "./workshop.js";

/** Widths that one tensor is lowered to, with everything else at `BASE` bits. */
const LOWERED = [2, 3] as const;
const BASE = 4;
/** Of the usual epochs of quantisation-aware training. */
const SHARE = 1 / 4;

const trained = z.object({ validation: z.number(), cpuSeconds: z.number() });

/** A tensor at 2 and at 3 bits among others of 4: what that adds, as shares of the float model's mean squared error. */
export interface LoweredTensor {
  readonly name: string;
  /** By short trainings: the error on the validation windows, minus that with all at 4 bits; mean of the trainings' seeds. */
  readonly trained: readonly [number, number];
  /** By each method: its `added` at that width, minus that at 4 bits. */
  readonly predicted: Readonly<Record<SensitivityMethod, readonly [number, number]>>;
}

/** How a method's order of tensors compares with that of trainings. */
export interface MethodRow {
  readonly method: SensitivityMethod | "training";
  readonly measurements: number;
  readonly cpuSeconds: number;
  /**
   * Spearman's rank correlations with the trainings, at 2 and at 3 bits; for the trainings, of those of odd seeds with those of even ones (what
   * their own noise leaves of it), null where there is one seed.
   */
  readonly ranks: readonly [number, number] | null;
}

export interface SensitivityComparison {
  readonly subject: Subject;
  readonly methods: readonly MethodRow[];
  readonly tensors: readonly LoweredTensor[];
}

export interface ComparisonSettings {
  /** Seeds of the short trainings; their errors differ by as much as a tensor's width changes them. */
  readonly seeds: readonly number[];
  readonly quick: boolean;
  readonly progress: (text: string) => void;
}

/**
 * Compares what the methods say of each tensor with the truth: quantisation-aware trainings of a quarter of the usual epochs (a few with
 * `quick`), one for each seed and each tensor at 2 and at 3 bits with all others at 4. Finished trainings are kept in the store.
 */
export async function compareSensitivities(
  subject: Subject,
  workshop: Workshop,
  store: Store,
  { seeds, quick, progress }: ComparisonSettings,
): Promise<SensitivityComparison> {
  const data = workshop.data(subject);
  const { parameters } = await workshop.float(subject);
  const graph = workshop.graph(subject, definePrecision({ bits: BASE }));
  const float = meanSquaredError(forward(graph, parameters, data.validation), allTargets(graph, data.validation));
  const epochs = quick ? 2 : Math.round(quantisedDefaults.epochs * SHARE);
  let cpuSeconds = 0;
  let trainings = 0;
  const train = async (seed: number, overrides: Readonly<Record<string, number>>): Promise<number> => {
    const key = { kind: "lowered", ...subject, float, base: BASE, epochs, overrides, trainingSeed: seed };
    let result = store.read(key, trained);
    if (result === undefined) {
      const what = Object.entries(overrides).map(([name, bits]) => `${name} at ${bits} bits, the rest`);
      progress(`${subjectName(subject)}: training ${[...what, ""].join(" ")}at ${BASE}, seed ${seed} of the training`);
      const before = secondsUsed();
      const at = workshop.graph(subject, definePrecision({ bits: BASE, overrides }));
      const { kept } = await trainQuantised(at, parameters, data, { seed, epochs });
      result = { validation: kept.validation, cpuSeconds: secondsUsed() - before };
      store.write(key, result);
    }
    ({ cpuSeconds, trainings } = { cpuSeconds: cpuSeconds + result.cpuSeconds, trainings: trainings + 1 });
    return result.validation;
  };

  const names = chosenTensors(graph).map(({ name }) => name);
  /** By seed, width and tensor. */
  const lowered: number[][][] = [];
  for (const seed of seeds) {
    const common = await train(seed, {});
    const ofSeed: number[][] = [];
    for (const bits of LOWERED) {
      const errors: number[] = [];
      for (const name of names) errors.push(((await train(seed, { [name]: bits })) - common) / float);
      ofSeed.push(errors);
    }
    lowered.push(ofSeed);
  }
  /** Means of some seeds, for each tensor. */
  const meansOf = (some: readonly number[][][], way: 0 | 1): number[] =>
    names.map((_, at) => mean(some.map((ofSeed) => ofSeed[way]?.[at] ?? Number.NaN)));
  const truths = LOWERED.map((_, way) => meansOf(lowered, way === 0 ? 0 : 1));
  const rows: MethodRow[] = [];
  const results = new Map<SensitivityMethod, Sensitivity>();
  for (const method of sensitivityMethods) {
    const before = secondsUsed();
    const sensitivity = await measureSensitivity(graph, parameters, data, { method, seed: subject.seed });
    const used = secondsUsed() - before;
    results.set(method, sensitivity);
    const correlation = (way: 0 | 1) =>
      rankCorrelation(
        sensitivity.tensors.map(({ added }) => addedAt(added, LOWERED[way])),
        truths[way] ?? [],
      );
    rows.push({
      method,
      measurements: sensitivity.measurements,
      cpuSeconds: used,
      ranks: [correlation(0), correlation(1)],
    });
  }
  const halves = [0, 1].map((half) => lowered.filter((_, at) => at % 2 === half));
  const own = (way: 0 | 1) => rankCorrelation(meansOf(halves[0] ?? [], way), meansOf(halves[1] ?? [], way));
  rows.push({
    method: "training",
    measurements: trainings,
    cpuSeconds,
    ranks: seeds.length > 1 ? [own(0), own(1)] : null,
  });
  const predictedBy = (method: SensitivityMethod, name: string): readonly [number, number] => {
    const added = results.get(method)?.tensors.find((tensor) => tensor.name === name)?.added ?? [];
    return [addedAt(added, LOWERED[0]), addedAt(added, LOWERED[1])];
  };
  const tensors = names.map((name, at) => ({
    name,
    trained: [truths[0]?.[at] ?? Number.NaN, truths[1]?.[at] ?? Number.NaN] as const,
    predicted: {
      "post-training": predictedBy("post-training", name),
      masked: predictedBy("masked", name),
      hessian: predictedBy("hessian", name),
    },
  }));
  return { subject, methods: rows, tensors };
}

/** The comparison as text: the methods, then the tensors, in percent of the float model's mean squared error. */
export function sensitivityTables({ subject, methods, tensors }: SensitivityComparison): string {
  const rows = methods.map(({ method, measurements, cpuSeconds, ranks }) => [
    method,
    measurements,
    decimals(cpuSeconds, 1),
    ...LOWERED.map((_, way) => (ranks === null ? null : decimals(ranks[way] ?? null, 2))),
  ]);
  const percent = (pair: readonly [number, number]) => pair.map((share) => decimals(100 * share, 2));
  const lines = tensors.map(({ name, trained, predicted }) => [
    name,
    ...percent(trained),
    ...sensitivityMethods.flatMap((method) => percent(predicted[method])),
  ]);
  const heads = ["trained", ...sensitivityMethods].flatMap((by) => LOWERED.map((bits) => `${by}, ${bits} bits`));
  const ranks = LOWERED.map((bits) => `rank correlation, ${bits} bits`);
  return [
    `${subjectName(subject)}: one tensor lowered, the others at ${BASE} bits`,
    renderTable(["method", "measurements", "CPU s", ...ranks], rows),
    renderTable(["tensor", ...heads], lines),
  ].join("\n\n");
}

/** What a width adds beyond the base's. */
function addedAt(added: readonly number[], bits: (typeof LOWERED)[number]): number {
  return (added[widths.indexOf(bits)] ?? Number.NaN) - (added[widths.indexOf(BASE)] ?? Number.NaN);
}

/** What quantising without training costs, with and without bias correction. */
export interface PostTrainingRow {
  readonly bits: number;
  /** Validation RMSE over the float model's. */
  readonly plain: number;
  readonly corrected: number;
  readonly cpuSeconds: number;
}

/** Quantises a float model at some uniform widths without training. */
export async function measurePostTraining(
  subject: Subject,
  workshop: Workshop,
  bits: readonly number[],
): Promise<PostTrainingRow[]> {
  const data = workshop.data(subject);
  const { parameters } = await workshop.float(subject);
  const rows: PostTrainingRow[] = [];
  for (const width of bits) {
    const graph = workshop.graph(subject, definePrecision({ bits: width }));
    const float = meanSquaredError(forward(graph, parameters, data.validation), allTargets(graph, data.validation));
    const errorOf = async (biasCorrection: boolean) => {
      const { kept } = await quantisePostTraining(graph, parameters, data, { biasCorrection });
      return Math.sqrt(kept.validation / float);
    };
    const plain = await errorOf(false);
    const before = secondsUsed();
    const corrected = await errorOf(true);
    rows.push({ bits: width, plain, corrected, cpuSeconds: secondsUsed() - before });
  }
  return rows;
}

function secondsUsed(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
