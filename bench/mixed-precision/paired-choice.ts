import { device, planAccelerator } from "../../src/accelerator/index.js";
import { GatecastError } from "../../src/errors.js";
import type { IntegerModel } from "../../src/integer/index.js";
import { definePrecision, type Precision } from "../../src/model/index.js";
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
import { mean } from "../common/statistics.js";
import { bestRandom } from "./random-assignments.js";
import { type Errors, type IntegerOnly, type Subject, subjectName, type Workshop } from "./workshop.js";

/** The device that is chosen for. */
export const target = "xc7s15";
/** Random assignments of equal resources that the choice is compared with. */
const RANDOM = 30;

/** A seed's network, its float model's errors, and those of the uniform width that the choice is compared with. */
export interface Paired {
  readonly subject: Subject;
  readonly float: Errors;
  readonly compared: Errors;
}

export interface PairedChoice {
  readonly space: DesignSpace;
  /** Means of the seeds. */
  readonly sensitivity: Sensitivity;
  readonly choice: Choice;
  /** The choice, trained with each seed. */
  readonly trained: readonly IntegerOnly[];
  /** The least energy with the uniform width. */
  readonly uniform: Choice;
  /** The best of the random assignments, trained with each seed. */
  readonly random: readonly IntegerOnly[];
}

/**
 * The choice of least energy whose trained models err no more on validation than the uniform width's, mean of the seeds, within one standard error: that of the
 * difference between the uniform width's errors and the float models', stretch by stretch. No less is known of either on these windows. Every choice is trained
 * with all seeds: with one, the luck of a training decides.
 */
export async function choicePaired(
  all: readonly Paired[],
  bits: number,
  { workshop, progress }: { readonly workshop: Workshop; readonly progress: (text: string) => void },
): Promise<PairedChoice> {
  const [first] = all;
  if (first === undefined) throw new Error("no seed");
  const graph = workshop.graph(first.subject, definePrecision());
  const sensitivities: Sensitivity[] = [];
  for (const { subject } of all) {
    progress(`${subjectName(subject)}: sensitivities`);
    const { parameters } = await workshop.float(subject);
    sensitivities.push(
      await measureSensitivity(graph, parameters, workshop.data(subject), { method: "post-training" }),
    );
  }
  const sensitivity = meanOf(sensitivities);
  let space = designSpace(graph.architecture, graph.precision, { device: device(target) });
  const uniform = await chooseWidths(space, sensitivity, { objective: "energy", allowed: [bits] });
  const train = async (precision: Precision) => {
    const models: IntegerOnly[] = [];
    for (const { subject } of all) models.push(await workshop.integer(subject, precision));
    return models;
  };
  /** What is added to the uniform width's mean squared error, as a share of the float models'. */
  const addedBy = (models: readonly IntegerOnly[]) =>
    mean(
      all.map(({ float, compared }, seed) => {
        const { validation } = models[seed]?.errors ?? {};
        return ((validation ?? Number.NaN) ** 2 - compared.validation ** 2) / float.validation ** 2;
      }),
    );
  const trained = new Map<Choice, readonly IntegerOnly[]>();
  const modelsOf = (choice: Choice) => {
    const models = trained.get(choice);
    if (models === undefined) throw new Error("the choice was not trained");
    return models;
  };
  const recovery = await recover({
    cheapest: async (added) => {
      const limits = Number.isFinite(added) ? { added } : {};
      return candidate(await chooseWidths(space, sensitivity, { objective: "energy", limits }));
    },
    tightest: async () => candidate(await chooseWidths(space, sensitivity, { objective: "error" })),
    keyOf: ({ choice }) => JSON.stringify(choice.assignment.precision),
    measure: async ({ choice }) => {
      const models = await train(choice.assignment.precision);
      trained.set(choice, models);
      const added = addedBy(models);
      const { microjoules } = choice.assignment;
      progress(`${microjoules.toFixed(3)} uJ: ${(100 * added).toFixed(2)} % more squared error than ${bits} bits`);
      return added;
    },
    fits: async ({ choice }) => {
      const large = modelsOf(choice).find(({ model }) => !fitsTrained(model, choice));
      if (large) space = withLessRoom(space, choice, large.model);
      return large === undefined;
    },
    limit: toleranceOf(all),
    expected: 0.05,
  });
  const best = recovery.chosen ?? recovery.nearest;
  if (best === null) throw new Error("nothing that was trained fits the device");
  const { choice } = best.choice;
  progress(`${subjectName(first.subject)}: random assignments`);
  const { parameters } = await workshop.float(first.subject);
  const other = await bestRandom(first.subject, { space, choice, parameters }, workshop, RANDOM);
  return { space, sensitivity, choice, trained: modelsOf(choice), uniform, random: await train(other) };
}

/** One standard error of what the uniform width adds to the float models' squared error, as a share of that; from the mean of the seeds. */
function toleranceOf(all: readonly Paired[]): number {
  const stretches = all[0]?.float.stretches.map((_, stretch) =>
    mean(
      all.map(({ float, compared }) => {
        const [before, after] = [float.stretches[stretch], compared.stretches[stretch]];
        return ((after ?? Number.NaN) - (before ?? Number.NaN)) / float.validation ** 2;
      }),
    ),
  );
  return standardErrorOfBlocks(stretches ?? new Float64Array());
}

function meanOf(sensitivities: readonly Sensitivity[]): Sensitivity {
  const [first] = sensitivities;
  if (first === undefined) throw new Error("no seed");
  const tensors = first.tensors.map((tensor, index) => ({
    ...tensor,
    added: tensor.added.map((_, width) =>
      mean(sensitivities.map((one) => one.tensors[index]?.added[width] ?? Number.NaN)),
    ),
  }));
  return { ...first, tensors };
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
