/** A choice that was trained. */
export interface Tried<Choice> {
  readonly choice: Choice;
  /** What its integer-only model adds to the float model's validation error, as a share of it. */
  readonly measured: number;
}

/** Part of the limit that is aimed at: trainings differ by luck, and a near miss is a training lost. */
const AIMED = 0.9;
/** Where little or nothing was added, so much of the limit is taken for it, lest luck lead too far at once. */
const LEAST = 0.25;

/** Where to look next, from all that was trained. */
export interface Aim {
  /** What the next choice may be predicted to add; null: what has passed uses the limit up. */
  readonly aim: number | null;
  /** Whether something that was trained is within the limit. */
  readonly passed: boolean;
}

/**
 * What a choice may be predicted to add, so that it will be measured just within the limit: by the ratio of measured to predicted of the loosest
 * choice that passed or the tightest that missed; between the two by a straight line.
 */
export function aimOf(tried: readonly Tried<{ readonly added: number }>[], limit: number): Aim {
  const points = tried
    .map(({ choice, measured }) => ({ added: choice.added, measured: Math.max(measured, LEAST * limit) }))
    .toSorted((a, b) => a.added - b.added);
  const passed = points.filter(({ measured }) => measured <= limit).at(-1);
  const missed = points.find(({ added, measured }) => measured > limit && added >= (passed?.added ?? 0));
  const wanted = AIMED * limit;
  if (passed === undefined) {
    return { aim: missed === undefined ? null : (missed.added * wanted) / missed.measured, passed: false };
  }
  if (passed.measured >= wanted) return { aim: null, passed: true };
  if (missed === undefined) return { aim: (passed.added * wanted) / passed.measured, passed: true };
  const slope = (missed.added - passed.added) / (missed.measured - passed.measured);
  return { aim: passed.added + (wanted - passed.measured) * slope, passed: true };
}
