import { planAccelerator } from "../../src/accelerator/index.js";
import { GatecastError } from "../../src/errors.js";
import { standInModel } from "../../src/integer/index.js";
import { definePrecision, type Parameters, type Precision } from "../../src/model/index.js";
import { Random } from "../../src/numeric/random.js";
import { microjoulesOf } from "../../src/search/choice/goal.js";
import type { Choice, DesignSpace } from "../../src/search/index.js";
import { quantisePostTraining } from "../../src/training/index.js";
import type { Subject, Workshop } from "./workshop.js";

/** Energy that a random assignment may take, over the choice's: as good as equal. */
const MORE = 1.02;
/** Exchanges that are tried before an assignment is given up; there are always others. */
const TRIES = 400;

/** Where assignments are drawn around. */
export interface Neighbourhood {
  readonly space: DesignSpace;
  readonly choice: Choice;
  readonly parameters: Parameters;
}

/**
 * Draws assignments of equal resources: the choice's own widths, dealt out anew among the weights and among the activations (among fewer and fewer of them, where need be) until the choice's lanes
 * and memories take no more energy with them and still fit. All are quantised without training; the one that errs least is returned.
 */
export async function bestRandom(
  subject: Subject,
  { space, choice, parameters }: Neighbourhood,
  workshop: Workshop,
  count: number,
): Promise<Precision> {
  const random = new Random(subject.seed, 71);
  const data = workshop.data(subject);
  let best: { readonly precision: Precision; readonly error: number } | undefined;
  for (let drawn = 0; drawn < count; drawn++) {
    const precision = draw(space, choice, random);
    const { kept } = await quantisePostTraining(workshop.graph(subject, precision), parameters, data);
    if (best === undefined || kept.validation < best.error) best = { precision, error: kept.validation };
  }
  if (best === undefined) throw new Error("none was drawn");
  return best.precision;
}

function draw(space: DesignSpace, choice: Choice, random: Random): Precision {
  const { precision: chosen } = choice.assignment;
  const weights = space.tensors.filter((name) => name.endsWith(".weight"));
  const activations = space.tensors.filter((name) => !name.endsWith(".weight"));
  for (let tried = 0; tried < TRIES; tried++) {
    // All at first; where nothing that is dealt takes as little energy, ever fewer.
    const share = 1 - tried / TRIES;
    const dealt = [weights, activations].flatMap((names) => deal(some(names, share, random), chosen, random));
    if (dealt.every(([name, bits]) => bits === bitsOf(name, chosen))) continue;
    const precision = definePrecision({ ...chosen, overrides: { ...chosen.overrides, ...Object.fromEntries(dealt) } });
    const energy = energyOf(space, choice, precision);
    if (energy !== null && energy <= MORE * choice.assignment.microjoules) return precision;
  }
  throw new GatecastError(
    "hardware",
    `No other assignment of these widths takes as little energy: ${TRIES} were tried.`,
    {
      remedy: "Compare at another size.",
    },
  );
}

/** At least two of the names, where there are two. */
function some(names: readonly string[], share: number, random: Random): string[] {
  const count = Math.min(names.length, Math.max(2, Math.ceil(share * names.length)));
  return [...random.permutation(names.length)].slice(0, count).map((index) => names[index] ?? "");
}

function deal(names: readonly string[], chosen: Precision, random: Random): [string, number][] {
  const from = [...random.permutation(names.length)].map((index) => names[index] ?? "");
  return names.map((name, index) => [name, bitsOf(from[index] ?? "", chosen)]);
}

function bitsOf(name: string, { weights, activations, overrides }: Precision): number {
  return overrides[name] ?? (name.endsWith(".weight") ? weights : activations);
}

/** With the choice's lanes and memories; null where that does not fit. */
function energyOf(space: DesignSpace, { plan }: Choice, precision: Precision): number | null {
  try {
    const model = standInModel(space.architecture, precision);
    return microjoulesOf(space, planAccelerator(model, { device: space.device, plan, advice: false }));
  } catch (error) {
    if (error instanceof GatecastError && error.kind === "hardware") return null;
    throw error;
  }
}
