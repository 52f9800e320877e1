import { aimOf, type Tried } from "./aim.js";
import { usualTrainings } from "./options.js";

/** What recovery needs to know of a choice; `Assignment` is one. */
export interface Candidate {
  /** Sum of the sensitivities of its widths: what they are predicted to add to the validation error. */
  readonly added: number;
}

export interface RecoveryOptions<Choice extends Candidate> {
  /** The choice of least cost whose `added` is at most so much; null where the other limits leave none. Infinity: no such limit. */
  readonly cheapest: (added: number) => Promise<Choice | null>;
  /** The choice that adds least, at any cost within the other limits; null where they leave none at all. */
  readonly tightest: () => Promise<Choice | null>;
  /** Equal for equal widths. */
  readonly keyOf: (choice: Choice) => string;
  /**
   * Trains a choice and measures what its integer-only model really adds to the float model's validation error (mean squared), as a share of it;
   * may be negative.
   *
   * @param number of the training, from 1
   */
  readonly measure: (choice: Choice, number: number) => Promise<number>;
  /**
   * Whether a choice whose loss is within the limit is within the device and the hardware's limits with its trained numbers, too; default: it is. Where it
   * is not, `cheapest` and `tightest` must leave more room from then on: what they find, if only with other lanes, is measured next.
   */
  readonly fits?: (choice: Choice) => Promise<boolean>;
  /** What may be added; null: as much as will. */
  readonly limit: number | null;
  /** What is expected to be measured of what is predicted, before the first training tells; default 1. */
  readonly expected?: number;
  /** Trainings at most. */
  readonly trainings?: number;
}

/**
 * Why no further choice was trained: it was cheap enough, or none cheaper is to be had within the limit; the trainings were used up; nothing
 * adds less than what was trained; what is within the limit is too large with its trained numbers; the other limits leave nothing.
 */
export type RecoveryEnd = "attained" | "trainings" | "nothing tighter" | "too large" | "nothing at all";

export interface Recovery<Choice extends Candidate> {
  /** In the order in which they were trained. */
  readonly tried: readonly Tried<Choice>[];
  /** The cheapest that was measured within the limit and fits; null: none was. */
  readonly chosen: Tried<Choice> | null;
  /** What adds least of all that was measured and is not known to be too large; null where nothing was. */
  readonly nearest: Tried<Choice> | null;
  readonly end: RecoveryEnd;
}

/**
 * Trains choices until one is within the limit and none that is cheaper is likely to be. Sensitivities predict what a choice adds, and training wins a
 * good part of it back; how much, each training tells: the next choice is the cheapest that the ratio of measured to predicted allows, towards less
 * error where the last one missed the limit, towards less cost where there is room.
 */
export async function recover<Choice extends Candidate>(options: RecoveryOptions<Choice>): Promise<Recovery<Choice>> {
  const { cheapest, tightest, keyOf, measure, limit } = options;
  const trainings = options.trainings ?? usualTrainings;
  const tried: Tried<Choice>[] = [];
  const tooLarge = new Set<Choice>();
  const known = (choice: Choice) => tried.some((one) => keyOf(one.choice) === keyOf(choice));
  const ended = (end: RecoveryEnd): Recovery<Choice> => {
    const possible = tried.filter(({ choice }) => !tooLarge.has(choice));
    const within = possible.filter(({ measured }) => isWithin(measured));
    // What is predicted to add more is never dearer.
    const chosen = within.toSorted((a, b) => b.choice.added - a.choice.added)[0] ?? null;
    const nearest = possible.toSorted((a, b) => a.measured - b.measured)[0] ?? null;
    return { tried, chosen, nearest, end: chosen ? "attained" : tooLarge.size > 0 ? "too large" : end };
  };

  const isWithin = (measured: number) => limit === null || measured <= limit;

  let wanted = limit === null ? Number.POSITIVE_INFINITY : limit / (options.expected ?? 1);
  let next = (await cheapest(wanted)) ?? (await tightest());
  if (next === null) return ended("nothing at all");
  for (;;) {
    const measured = await measure(next, tried.length + 1);
    tried.push({ choice: next, measured });
    if (isWithin(measured) && options.fits && !(await options.fits(next))) {
      tooLarge.add(next);
      const smaller: Choice | null = (await cheapest(wanted)) ?? (await tightest());
      if (smaller === null || tried.length >= trainings) return ended("too large");
      next = smaller;
      continue;
    }
    if (limit === null) return ended("attained");
    const { aim, passed } = aimOf(tried, limit);
    if (aim === null) return ended("attained");
    wanted = aim;
    const choice = await cheapest(aim);
    const fresh = choice !== null && !known(choice);
    if (passed) {
      if (!fresh) return ended("attained");
      if (tried.length >= trainings) return ended("attained");
      next = choice;
      continue;
    }
    const tighter = fresh ? choice : await tightest();
    if (tighter === null || known(tighter)) return ended("nothing tighter");
    if (tried.length >= trainings) return ended("trainings");
    next = tighter;
  }
}
